"""Pages found by ids show what Django's own pages show."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.paginator import EmptyPage, Paginator
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer
from customers.queries.paging import LeanPaginator, NearerEndPaginator
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def twelve(db: None) -> None:
    for number in range(12):
        factories.CustomerFactory.create(name=f"Account {number % 5}", churn_risk=None if number % 3 else number)


@pytest.mark.parametrize("order", [("name", "pk"), ("-churn_risk", "pk"), ("owner__username", "-pk")])
@pytest.mark.parametrize("orphans", [0, 2])
@pytest.mark.parametrize("number", ["1", "2", "3", "1000000", "-1", "x", None])
@pytest.mark.parametrize("paginator", [LeanPaginator, NearerEndPaginator])
def test_every_page_is_the_one_that_django_gives(
    twelve: None, order: tuple[str, ...], orphans: int, number: str | None, paginator: type[LeanPaginator]
) -> None:
    rows = Customer.objects.exclude(name="Account 4").select_related("owner").order_by(*order)

    mine = paginator(rows, 5, orphans=orphans).get_page(number)
    plain = Paginator(rows, 5, orphans=orphans).get_page(number)

    assert [row.pk for row in mine] == [row.pk for row in plain]
    assert (mine.number, mine.paginator.num_pages, mine.has_next()) == (
        plain.number,
        plain.paginator.num_pages,
        plain.has_next(),
    )


def test_rows_of_a_page_come_with_what_was_asked_for(
    twelve: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = Customer.objects.select_related("owner").order_by("name", "pk")

    with django_assert_num_queries(3):
        assert [row.owner is not None for row in LeanPaginator(rows, 5).get_page(2)] == [True] * 5


def test_no_rows_make_one_empty_page(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert list(LeanPaginator(Customer.objects.order_by("pk"), 5).get_page(1)) == []
    with pytest.raises(EmptyPage):
        LeanPaginator(Customer.objects.order_by("pk"), 5).page(2)


@pytest.mark.postgres
def test_length_of_a_list_that_is_dear_to_count_serves_whoever_asks_for_the_same_rows(
    twelve: None, settings: Any
) -> None:
    settings.DEAR_ANSWER_MS = 0
    rows = Customer.objects.order_by("name", "pk")

    before = LeanPaginator(rows, 5).count, LeanPaginator(rows.exclude(name="Account 4"), 5).count
    factories.CustomerFactory.create(name="Another")
    after = LeanPaginator(rows, 5).count, LeanPaginator(rows.none(), 5).count

    assert (before, after) == ((12, 10), (12, 0))

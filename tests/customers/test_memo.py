"""What a page reads once: remembered while it only reads, forgotten by a write, never kept for the next."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from customers.models import WorkspaceSettings
from customers.models.workspace import ONLY_ID
from customers.queries.memo import kept, kept_each, reading_once
from customers.queries.workspace import get_settings

pytestmark = pytest.mark.django_db


def test_settings_are_read_once_per_page_and_again_for_the_next(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(2):
        for _ in range(2):
            with reading_once():
                assert get_settings() is get_settings()


def test_without_a_page_everything_is_read_as_it_is(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        assert get_settings() is not get_settings()


def test_after_a_write_a_page_remembers_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with reading_once():
        get_settings()
        WorkspaceSettings.objects.update(company_name="Renamed")

        assert get_settings().company_name == "Renamed"
        with django_assert_num_queries(2):
            assert get_settings() is not get_settings()


@pytest.mark.django_db(transaction=True)
def test_what_a_preview_wrote_and_took_back_is_not_remembered() -> None:
    # A test that commits may have emptied the table before.
    WorkspaceSettings.objects.get_or_create(pk=ONLY_ID)
    with reading_once():
        before = get_settings().company_name
        with transaction.atomic():
            WorkspaceSettings.objects.update(company_name="Tried")
            assert get_settings().company_name == "Tried"
            transaction.set_rollback(True)

        assert get_settings().company_name == before


def test_nothing_is_an_answer_that_is_kept_too() -> None:
    asked: list[int] = []

    with reading_once():
        answers = [kept("nothing", lambda: asked.append(1)) for _ in range(2)]

    assert (answers, asked) == ([None, None], [1])


def test_of_many_only_the_unknown_are_read() -> None:
    asked: list[Collection[int]] = []

    def read(ids: Collection[int]) -> dict[int, str]:
        asked.append(list(ids))
        return {one: str(one) for one in ids if one != 3}

    with reading_once():
        first, second = kept_each("numbers", [1, 3], read), kept_each("numbers", [1, 2, 3], read)
    alone = kept_each("numbers", [1], read)

    assert (first, second, alone) == ({1: "1"}, {1: "1", 2: "2"}, {1: "1"})
    assert asked == [[1, 3], [2], [1]]

"""Facts that are columns: several kinds come in one statement, and read as each would alone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.models import Contract, Customer, Stakeholder, Todo, UsageSample, User, Win
from emails.facts import read, read_again
from emails.queries.columns import Columns, Wanted, read_columns
from emails.queries.sources import read_usage
from emails.queries.usage import list_growths
from emails.rules.facts import Fact, FactType
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

SOURCES = {
    "todo": Columns(Todo, ("title",)),
    "customer": Columns(Customer, ("name", "health_score", "relationship_strength", "churn_risk")),
    "stakeholder": Columns(Stakeholder, ("name", "title", "email")),
    "win": Columns(Win, ("text", "value", "achieved_on")),
    "contract": Columns(Contract, ("plan", "current_price", "target_price", "start_date", "notice_days")),
}


def test_several_kinds_in_one_query_read_as_each_model_does(
    csm: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer = factories.CustomerFactory.create(owner=csm, health_score=None, churn_risk=0)
    person = factories.StakeholderFactory.create(customer=customer, title="")
    rows = {
        "todo": [Todo.objects.create(customer=customer, title="Call", actor="csm", waits_since=NOW)],
        "customer": [customer, factories.CustomerFactory.create()],
        "stakeholder": [person],
        "win": [
            Win.objects.create(customer=customer, text="Half", value=Decimal("0.50"), achieved_on=date(2026, 2, 28)),
            Win.objects.create(customer=customer, text="Unmeasured"),
        ],
        "contract": [factories.ContractFactory.create(customer=customer, current_price=Decimal("99999999999.99"))],
    }
    wanted = {
        kind: Wanted(SOURCES[kind], [*(str(row.pk) for row in found), str(uuid4()), "no id"])
        for kind, found in rows.items()
    }

    with django_assert_num_queries(1):
        found = read_columns(wanted)

    for kind, models in rows.items():
        expected = {str(row.pk): {name: getattr(row, name) for name in SOURCES[kind].fields} for row in models}
        assert found[kind] == expected


def test_facts_of_every_column_source_take_one_query(
    csm: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer = factories.CustomerFactory.create(owner=csm, name="Acme")
    person = factories.StakeholderFactory.create(customer=customer)
    contract = factories.ContractFactory.create(customer=customer)
    wanted = [
        ("customer", customer, "name", "Acme"),
        ("stakeholder", person, "email", person.email),
        ("user", csm, "name", csm.display_name),
        ("contract", contract, "renewal_date", contract.renewal_date.isoformat()),
    ]
    facts = [
        Fact(f"{kind}.{field}", kind, str(row.pk), field, FactType.TEXT, "", "", "") for kind, row, field, _ in wanted
    ]

    with django_assert_num_queries(1):
        values = read_again(facts)

    assert values == {(kind, str(row.pk), field): value for kind, row, field, value in wanted}


def test_a_record_that_is_gone_has_no_value() -> None:
    assert read("customer", str(uuid4()), "name") is None
    assert read("customer", "no id", "name") is None
    assert read_columns({}) == {}


@pytest.mark.parametrize("accounts", [1, 3])
def test_growth_of_many_samples_is_read_in_one_query_and_as_alone(
    accounts: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    samples = []
    for number in range(accounts):
        customer = factories.CustomerFactory.create()
        for days, value in ((500, "1"), (400, "30.1234"), (60, "40"), (27, "50"), (0, f"{61 + number}")):
            samples.append(_sample(customer, days=days, value=value))

    with django_assert_num_queries(1):
        found = read_usage([str(sample.pk) for sample in samples])

    for sample in samples:
        earlier = [one for one in samples if one.customer == sample.customer and 28 <= (sample.at - one.at).days <= 400]
        first = min(earlier, key=lambda one: one.at, default=None)
        expected = round((sample.value - first.value) * 100 / first.value, 4) if first else None
        assert found[str(sample.pk)]["growth_pct"] == expected


@pytest.mark.parametrize("metrics", [1, 3])
def test_growth_of_every_metric_is_read_in_one_query(
    metrics: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer = factories.CustomerFactory.create()
    for number in range(metrics):
        for days, value in ((401, "1"), (400, "50"), (28, "80"), (27, "1"), (0, f"{100 + number}")):
            _sample(customer, days=days, value=value, metric=f"metric {number}")
    _sample(customer, days=0, value="9", metric="new")

    with django_assert_num_queries(1):
        growths = list_growths(customer.pk)

    assert {growth.last.metric: growth.percent for growth in growths} == {
        f"metric {number}": Decimal(100 + 2 * number) for number in range(metrics)
    }
    assert {growth.first.value for growth in growths} == {Decimal(50)}


def _sample(customer: Customer, *, days: int, value: str, metric: str = "users") -> UsageSample:
    at = NOW - timedelta(days=days)
    return factories.UsageSampleFactory.create(customer=customer, metric=metric, at=at, value=Decimal(value))

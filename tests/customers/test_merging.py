"""Two accounts become one: everything moves, what both have is kept once, what cannot be decided refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.models import Activity, Brake, Contract, Customer, Hold, Stakeholder, Todo, User, Win
from customers.panels import load_activity
from customers.queries.merging import count_rows
from customers.registry.panels import PanelRequest
from customers.services.activity import record
from customers.services.merging import MergeRefused, find_obstacles, merge_customers
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme", external_id=None, notes="Ours.", churn_risk=None)


@pytest.fixture
def gone(csm: User) -> Customer:
    return factories.CustomerFactory.create(
        owner=csm, name="ACME Inc", external_id="X-1", notes="Theirs.", churn_risk=40
    )


def test_merge_moves_rows_and_takes_over_what_was_not_known(kept: Customer, gone: Customer, csm: User) -> None:
    person = factories.StakeholderFactory.create(customer=gone)
    contract = factories.ContractFactory.create(customer=gone)
    sample = factories.UsageSampleFactory.create(customer=gone)

    merge_customers(kept=kept, gone=gone, now=NOW, by=csm)

    for row in (person, contract, sample):
        row.refresh_from_db()
        assert row.customer == kept
    kept.refresh_from_db()
    assert (kept.external_id, kept.churn_risk, kept.notes) == ("X-1", 40, "Ours.\n\nTheirs.")
    assert not Customer.objects.filter(name="ACME Inc").exists()


def test_merge_puts_two_entries_of_a_person_together(kept: Customer, gone: Customer, csm: User) -> None:
    twin = factories.StakeholderFactory.create(
        customer=kept, email="mary@acme.example", roles=["champion"], title="", primary=True
    )
    double = factories.StakeholderFactory.create(
        customer=gone, email="Mary@acme.example", roles=["user", "champion"], title="COO", primary=True
    )
    meeting = factories.MeetingFactory.create(customer=gone)
    meeting.stakeholders.add(double)
    factories.StakeholderFactory.create(customer=gone, name="Tom", email="")

    merge_customers(kept=kept, gone=gone, now=NOW, by=csm)

    twin.refresh_from_db()
    assert (twin.roles, twin.title, twin.primary) == (["champion", "user"], "COO", True)
    assert list(meeting.stakeholders.all()) == [twin]
    assert set(Stakeholder.objects.filter(customer=kept).values_list("name", flat=True)) == {twin.name, "Tom"}


def test_merge_keeps_doubles_once(kept: Customer, gone: Customer, csm: User) -> None:
    for customer in (kept, gone):
        factories.WinFactory.create(customer=customer, text="14 sites")
        factories.UsageSampleFactory.create(customer=customer)
        Todo.objects.create(customer=customer, title="Made by a plan", key="plan:1", waits_since=NOW)
        Todo.objects.create(customer=customer, title="Made by hand", waits_since=NOW)

    merge_customers(kept=kept, gone=gone, now=NOW, by=csm)

    assert Win.objects.filter(customer=kept).count() == 1
    assert kept.usagesamples.count() == 1
    assert sorted(Todo.objects.values_list("title", flat=True)) == ["Made by a plan", "Made by hand", "Made by hand"]


def test_merge_goes_on_with_one_contract_and_one_stop_of_each_kind(kept: Customer, gone: Customer, csm: User) -> None:
    own = factories.ContractFactory.create(customer=kept)
    other = factories.ContractFactory.create(customer=gone)
    for customer in (kept, gone):
        Hold.objects.create(customer=customer, scope="account", starts_at=NOW)
        Brake.objects.create(customer=customer, set_at=NOW)

    merge_customers(kept=kept, gone=gone, now=NOW, by=csm)

    assert Contract.objects.get(customer=kept, state="active") == own
    assert Contract.objects.get(customer=kept, state="ended") == other
    assert Hold.objects.filter(customer=kept, ended_at=None).count() == 1
    assert Brake.objects.filter(customer=kept, cleared_at=None).count() == 1


def test_merge_keeps_the_record_of_both_readable(kept: Customer, gone: Customer, csm: User) -> None:
    record("note.made", "Written at the other account", customer=gone, by=csm, now=NOW - timedelta(days=3))

    merge_customers(kept=kept, gone=gone, now=NOW, by=csm)
    lines = load_activity(PanelRequest(kept, csm, NOW))["lines"]

    assert [line.summary for line in lines] == ["ACME Inc merged into this account", "Written at the other account"]
    assert Activity.objects.get(verb="note.made").customer_id != kept.pk


def test_merge_with_itself_or_across_currencies_is_refused(kept: Customer, gone: Customer, csm: User) -> None:
    gone.currency = "EUR"
    gone.save()
    factories.ContractFactory.create(customer=kept)
    factories.ContractFactory.create(customer=gone, currency="EUR")

    with pytest.raises(MergeRefused):
        merge_customers(kept=kept, gone=kept, now=NOW, by=csm)
    with pytest.raises(MergeRefused):
        merge_customers(kept=kept, gone=gone, now=NOW, by=csm)

    assert len(find_obstacles(kept=kept, gone=gone)) == 1
    assert Customer.objects.filter(pk__in=[kept.pk, gone.pk]).count() == 2


def test_what_moves_is_counted_by_kind_in_one_query(
    kept: Customer, gone: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for account, people in ((kept, 1), (gone, 3)):
        factories.StakeholderFactory.create_batch(people, customer=account)
        factories.ContractFactory.create(customer=account)
    record("customer.changed", "Not counted: it stays as it was written", customer=gone, by=None, now=NOW)

    with django_assert_num_queries(1):
        assert count_rows(gone) == [("contract", 1), ("stakeholders", 3)]
    with django_assert_num_queries(1):
        assert count_rows(kept) == [("contract", 1), ("stakeholder", 1)]

"""What happens at an account puts people forward, once, by the mappings, with a log of who and why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from customers.models import Customer, HealthSample, Stakeholder, User
from customers.services.accounts import create_customer
from customers.services.merging import merge_customers
from customers.services.stakeholders import mark_left
from outreach.models import Enrollment, EnrollmentDesk, OutreachSequence, ProspectLink, TriggerLog, TriggerMapping
from outreach.services.enrollment_triggers import evaluate, look, raise_trigger, try_mapping
from tests import factories

pytestmark = pytest.mark.django_db
Hear = Callable[..., Any]
Map = Callable[..., TriggerMapping]


@pytest.fixture
def mapped(sequence: OutreachSequence) -> Map:
    def make(trigger: str, **fields: Any) -> TriggerMapping:
        row: TriggerMapping = TriggerMapping.objects.create(
            trigger_type=trigger, sequence_id=sequence.sequence_id, sequence_name=sequence.name, **fields
        )
        return row

    return make


def looked(now: datetime) -> int:
    EnrollmentDesk.objects.update_or_create(pk=1, defaults={"next_look_at": now})
    return look(now)


def test_trigger_makes_pending_enrollments_for_whom_the_mapping_asks(
    mapped: Map, account: Customer, person: Stakeholder, now: datetime
) -> None:
    factories.StakeholderFactory.create(customer=account, name="Bo", roles=["user"])
    mapped("health_drop", stakeholder_roles=["champion"], segment_filter="enterprise", health_threshold=42)

    log = raise_trigger(account.pk, "health_drop", occurrence="1", now=now)

    row = Enrollment.objects.get()
    assert (row.stakeholder, row.state, row.trigger_type) == (person, "pending_approval", "health_drop")
    assert log is not None
    assert (log.matched, log.refused) == (1, 1)
    said = {one["name"]: one["reason"] for one in log.results[0]["people"]}
    assert said["Bo"] == "Has user; asked for is champion."
    assert said["Ann Lee"] == "Is champion. Segment enterprise. Health is 42.".replace("enterprise", "Enterprise")


def test_same_event_is_weighed_once(mapped: Map, account: Customer, person: Stakeholder, now: datetime) -> None:
    mapped("health_drop")
    first = raise_trigger(account.pk, "health_drop", occurrence="1", now=now)
    second = raise_trigger(account.pk, "health_drop", occurrence="1", now=now)

    assert first == second
    assert first is not None
    assert not evaluate(first.pk, now=now)
    assert (TriggerLog.objects.count(), Enrollment.objects.count()) == (1, 1)


def test_trigger_without_a_mapping_that_is_on_writes_nothing(mapped: Map, account: Customer, now: datetime) -> None:
    mapped("health_drop", enabled=False)

    assert raise_trigger(account.pk, "health_drop", occurrence="1", now=now) is None
    assert not TriggerLog.objects.exists()


def test_renewal_comes_90_days_before_in_the_customers_zone_and_once(
    mapped: Map, account: Customer, person: Stakeholder, now: datetime
) -> None:
    mapped("renewal_90_days")
    contract = factories.ContractFactory.create(customer=account, renewal_date=date(2026, 6, 3))
    factories.ContractFactory.create(renewal_date=date(2026, 6, 12))
    assert looked(now) == 0  # 91 days

    assert [looked(now + timedelta(days=1)), looked(now + timedelta(days=1))] == [1, 0]

    log = TriggerLog.objects.get()
    assert (log.customer, log.occurrence) == (account, f"{contract.pk}:2026-06-03")
    assert Enrollment.objects.get().stakeholder == person


def test_mapping_that_is_switched_on_late_makes_no_burst(mapped: Map, account: Customer, now: datetime) -> None:
    factories.ContractFactory.create(customer=account, renewal_date=(now + timedelta(days=45)).date())
    mapped("renewal_90_days")

    assert looked(now) == 0


@pytest.mark.parametrize(
    ("before", "after", "threshold", "fires"),
    [(60, 42, 50, 1), (60, 51, 50, 0), (60, 50, 50, 1), (45, 42, 50, 0), (60, 50, None, 1), (60, 51, None, 0),
     (42, 60, 90, 0)],
)  # fmt: skip
def test_health_drop_is_seen_by_the_clock(
    mapped: Map, account: Customer, person: Stakeholder, now: datetime, before: int, after: int, threshold: int | None,
    fires: int,
) -> None:  # fmt: skip
    mapped("health_drop", health_threshold=threshold)
    for score, at in ((before, now - timedelta(days=9)), (after, now)):
        sample = HealthSample.objects.create(customer=account, score=score, at=at)
        HealthSample.objects.filter(pk=sample.pk).update(created_at=at)
    Customer.objects.filter(pk=account.pk).update(health_score=after)

    assert looked(now) == fires
    assert Enrollment.objects.count() == fires


def test_champion_who_leaves_brings_the_others(
    mapped: Map, account: Customer, person: Stakeholder, csm: User, now: datetime, hear: Hear
) -> None:
    mapped("champion_left")
    other = factories.StakeholderFactory.create(customer=account, name="Bo", roles=["user"])
    with hear():
        mark_left(person, now=now, by=csm)

    assert Enrollment.objects.get().stakeholder == other
    assert TriggerLog.objects.get().about == "Ann Lee has left."


def test_new_customer_and_people_who_are_added_soon_are_put_forward(
    mapped: Map, csm: User, now: datetime, hear: Hear
) -> None:
    from customers.services.stakeholders import add_stakeholder

    mapped("new_customer")
    with hear():
        made = create_customer({"name": "Newco"}, now=now, by=csm)
    assert (TriggerLog.objects.get().matched, Enrollment.objects.count()) == (0, 0)

    with hear(now + timedelta(days=1)):
        add_stakeholder(made, {"name": "Kim", "email": "kim@newco.example"}, now=now + timedelta(days=1), by=csm)

    assert Enrollment.objects.get().stakeholder.name == "Kim"
    assert TriggerLog.objects.get().matched == 1


def test_account_that_is_long_a_customer_is_not_new(
    mapped: Map, account: Customer, person: Stakeholder, now: datetime
) -> None:
    factories.ContractFactory.create(customer=account, start_date=date(2024, 1, 1), renewal_date=date(2027, 1, 1))
    mapping = mapped("new_customer")

    trial = try_mapping(mapping, account, now=now)
    raise_trigger(account.pk, "new_customer", occurrence="created", now=now)

    assert "since 1 Jan 2024" in trial.why_not
    assert (trial.would, Enrollment.objects.count()) == ([], 0)


def test_accounts_that_both_had_the_event_and_the_person_there_can_be_merged(
    mapped: Map, account: Customer, person: Stakeholder, csm: User, now: datetime
) -> None:
    other = factories.CustomerFactory.create(owner=csm, name="Acme Inc")
    twin = factories.StakeholderFactory.create(customer=other, email=person.email)
    mapped("new_customer", segment_filter="None of them")
    for customer, one, number in ((account, person, 1), (other, twin, 2)):
        raise_trigger(customer.pk, "new_customer", occurrence="created", now=now)
        ProspectLink.objects.create(
            customer=customer, stakeholder=one, prospect_id=number, email=one.email.lower(), synced_at=now
        )

    merge_customers(kept=account, gone=other, now=now, by=csm)

    assert list(ProspectLink.objects.values_list("prospect_id", flat=True)) == [1]
    assert TriggerLog.objects.filter(customer=account).count() == 1

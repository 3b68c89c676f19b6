"""Touches done, skipped and cancelled, and the life of a plan."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest

from customers.models import Customer, User
from customers.rules.workdays import Calendar
from emails.enums import OriginKind, PriceApproach, Purpose
from emails.signals import draft_approved
from outreach.enums import OwnerKind, PlanEnd, PlanState, SequencingApproach, TouchKind, TouchState
from outreach.models import OutreachPlan
from outreach.queries.plans import find_live_plan, list_infeasible, list_touches, sent_dates
from outreach.rules.planning import Plan, PlannedPosition, plan_touches
from outreach.services.plans import (
    PlanDecision,
    TouchSettled,
    attach_draft,
    close_plan,
    finish_touch,
    forget_draft,
    note_draft_sent,
    propose_plan,
    revise_plan,
)
from tests import factories

RENEWAL = date(2026, 6, 29)
DECISION = PlanDecision(SequencingApproach.CHAMPION_FIRST, PriceApproach.VALUE_FIRST, {}, date(2026, 3, 6))


def compute(*people: uuid.UUID, today: date = date(2026, 3, 4), sent_on: date | None = None) -> Plan:
    positions = tuple(
        PlannedPosition(n, str(key), f"Person {n}", "champion", OwnerKind.CSM, 120 - 5 * n, sent_on if n == 1 else None)
        for n, key in enumerate(people, start=1)
    )
    return plan_touches(
        positions, renewal_date=RENEWAL, notice_days=90, calendar=Calendar(), today=today, first_day=115
    )


@pytest.fixture
def customer(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm)


@pytest.fixture
def people(customer: Customer) -> list[uuid.UUID]:
    return [factories.StakeholderFactory.create(customer=customer).pk for _ in range(2)]


@pytest.fixture
def plan(customer: Customer, people: list[uuid.UUID], csm: User, now: datetime) -> OutreachPlan:
    return propose_plan(
        customer, renewal_id=uuid.uuid4(), decision=DECISION, computed=compute(*people), now=now, by=csm
    )


def test_live_plan_is_found_until_it_is_closed(plan: OutreachPlan, csm: User, now: datetime) -> None:
    assert find_live_plan(plan.customer_id) == plan

    assert close_plan(plan, end=PlanEnd.PERSON, reason="Settled by phone", now=now, by=csm)

    assert find_live_plan(plan.customer_id) is None
    plan.refresh_from_db()
    assert (plan.state, plan.end, plan.end_reason, plan.closed_by) == ("closed", "person", "Settled by phone", csm)
    assert not plan.touches.filter(state=TouchState.PLANNED).exists()


def test_plan_is_closed_once(plan: OutreachPlan, csm: User, now: datetime) -> None:
    close_plan(plan, end=PlanEnd.PERSON, now=now, by=csm)

    assert not close_plan(plan, end=PlanEnd.OUTCOME, now=now, by=csm)


def test_sent_draft_finishes_its_touch_and_opens_the_plan(
    plan: OutreachPlan, people: list[uuid.UUID], now: datetime
) -> None:
    draft_id = uuid.uuid4()
    attach_draft(plan, stakeholder_id=people[0], draft_id=draft_id)

    touch = note_draft_sent(draft_id, sent_at=now)

    assert touch is not None and (touch.state, touch.done_at) == (TouchState.DONE, now)
    plan.refresh_from_db()
    assert (plan.state, plan.opened_at) == (PlanState.OPEN, now)
    assert note_draft_sent(draft_id, sent_at=now) is None
    assert note_draft_sent(uuid.uuid4(), sent_at=now) is None
    assert sent_dates(plan, zone="America/New_York") == {str(people[0]): date(2026, 3, 4)}


def test_plan_opens_when_its_first_letter_is_approved(plan: OutreachPlan, now: datetime) -> None:
    letter = {"origin_kind": OriginKind.ENGAGE, "origin_id": plan.pk, "purpose": Purpose.FIRST_TOUCH}

    draft_approved.send(sender=None, draft_id=uuid.uuid4(), approved_at=now.isoformat(), **letter)

    plan.refresh_from_db()
    assert (plan.state, plan.opened_at) == (PlanState.OPEN, now)


@pytest.mark.parametrize("origin_kind", [OriginKind.COMPOSE, OriginKind.API])
def test_letter_written_freely_opens_no_plan(plan: OutreachPlan, now: datetime, origin_kind: OriginKind) -> None:
    letter = {"draft_id": uuid.uuid4(), "origin_kind": origin_kind, "origin_id": plan.pk}

    draft_approved.send(sender=None, approved_at=now.isoformat(), **letter)

    plan.refresh_from_db()
    assert plan.state == PlanState.PROPOSED


def test_letter_sent_though_no_day_was_left_takes_the_day_it_left(
    plan: OutreachPlan, people: list[uuid.UUID], now: datetime
) -> None:
    draft_id = uuid.uuid4()
    attach_draft(plan, stakeholder_id=people[0], draft_id=draft_id)
    plan.touches.filter(draft_id=draft_id).update(state=TouchState.INFEASIBLE, due_date=None)

    touch = note_draft_sent(draft_id, sent_at=now)

    assert touch is not None and (touch.state, touch.due_date) == (TouchState.DONE, date(2026, 3, 4))


def test_deleted_draft_frees_its_touch(plan: OutreachPlan, people: list[uuid.UUID]) -> None:
    draft_id = uuid.uuid4()
    attach_draft(plan, stakeholder_id=people[0], draft_id=draft_id)

    forget_draft(draft_id)

    assert not plan.touches.filter(draft_id__isnull=False).exists()


def test_revised_plan_leaves_done_touches_and_counts_from_the_real_send(
    plan: OutreachPlan, people: list[uuid.UUID]
) -> None:
    draft_id = uuid.uuid4()
    attach_draft(plan, stakeholder_id=people[0], draft_id=draft_id)
    note_draft_sent(draft_id, sent_at=datetime(2026, 3, 10, 15, tzinfo=UTC))

    later = datetime(2026, 3, 10, 16, tzinfo=UTC)
    computed = compute(*people, today=date(2026, 3, 10), sent_on=date(2026, 3, 10))
    revise_plan(plan, decision=DECISION, computed=computed, now=later)

    first = plan.touches.get(key=f"email:{people[0]}")
    assert (first.state, first.draft_id) == (TouchState.DONE, draft_id)
    assert plan.touches.get(key=f"reminder:{people[0]}").due_date == date(2026, 3, 13)
    assert plan.version == 2


def test_revised_plan_cancels_who_is_gone_and_adds_who_is_new(
    plan: OutreachPlan, people: list[uuid.UUID], customer: Customer, now: datetime
) -> None:
    fresh = factories.StakeholderFactory.create(customer=customer).pk

    revise_plan(plan, decision=DECISION, computed=compute(people[0], fresh), now=now)

    assert plan.touches.get(key=f"email:{people[1]}").state == TouchState.CANCELLED
    assert plan.touches.get(key=f"email:{fresh}").state == TouchState.PLANNED
    assert f"email:{people[1]}" not in [touch.key for touch in list_touches(plan)]


def test_infeasible_touches_are_listed_with_their_reason(
    plan: OutreachPlan, people: list[uuid.UUID], now: datetime
) -> None:
    revise_plan(plan, decision=DECISION, computed=compute(*people, today=date(2026, 3, 30)), now=now)

    rows = {touch.key: touch.infeasible_reason for touch in list_infeasible(plan)}
    assert rows["escalation"].endswith("is after the notice deadline, Tue 31 Mar.")


def test_touch_is_finished_once(plan: OutreachPlan, csm: User, now: datetime) -> None:
    touch = plan.touches.get(key="alignment")

    finish_touch(touch, state=TouchState.SKIPPED, now=now, by=csm)

    with pytest.raises(TouchSettled):
        finish_touch(touch, state=TouchState.DONE, now=now, by=csm)


def test_touch_cannot_be_finished_as_planned(plan: OutreachPlan, csm: User, now: datetime) -> None:
    with pytest.raises(ValueError, match="done or skipped"):
        finish_touch(plan.touches.get(key="notice"), state=TouchState.PLANNED, now=now, by=csm)


def test_notice_delivered_closes_the_plan(plan: OutreachPlan, csm: User, now: datetime) -> None:
    notice = plan.touches.get(kind=TouchKind.NOTICE)

    finish_touch(notice, state=TouchState.DONE, now=now, by=csm)

    plan.refresh_from_db()
    assert (plan.state, plan.end) == (PlanState.CLOSED, PlanEnd.NOTICE_DELIVERED)

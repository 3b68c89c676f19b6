"""Engage opened once, decided from the rows, and changed by a person with a reason on record."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from customers.enums import TodoState
from customers.models import Activity, Customer, Stakeholder, Todo, User
from emails.enums import PriceApproach
from outreach.enums import OwnerKind, PlanEnd, PlanState, SequencingApproach, TouchKind, TouchState
from outreach.models import OutreachPlan
from outreach.services.plans import close_plan, open_plan
from renewals.models import EngageRun, Override, Renewal
from renewals.queries.engage import advise, read_choices
from renewals.queries.facts import read_renewal_facts
from renewals.queries.steps.actions import build_actions_step
from renewals.queries.workspace import find_workspace
from renewals.services.engage import (
    EngageNotOpen,
    PlanClosed,
    change_owner,
    choose_price_approach,
    choose_strategy,
    open_engage,
    reorder,
    replan,
    set_variation,
)
from renewals.services.follow import follow_sent
from renewals.services.renewals import NoContract, NotAllowed
from renewals.services.tasks import task_key
from tests import factories
from tests.renewals.conftest import at_day

pytestmark = pytest.mark.django_db
People = dict[str, Stakeholder]


@pytest.fixture
def run(renewal: Renewal, people: People, csm: User) -> EngageRun:
    return open_engage(renewal.customer, now=at_day(117), by=csm)


def first_emails(run: EngageRun) -> list[tuple[str, int | None]]:
    rows = run.plan.touches.filter(kind=TouchKind.EMAIL).exclude(state=TouchState.CANCELLED).order_by("order")
    return [(touch.stakeholder.name, touch.day) for touch in rows.select_related("stakeholder")]


def test_facts_are_read_exactly(renewal: Renewal, people: People) -> None:
    facts = read_renewal_facts(renewal.customer, now=at_day(117))

    assert facts is not None
    assert (facts.days_to_renewal, facts.stage, facts.notice_deadline) == (117, "engage", date(2026, 4, 3))
    assert (facts.increase_pct, facts.churn_risk, facts.relationship) == (Decimal("7.2"), 35, 7)
    assert [person.name for person in facts.people] == ["Ada Byrne", "Bob Marsh", "Eve Stone"]


def test_facts_count_days_in_the_customers_zone(renewal: Renewal) -> None:
    late_evening = at_day(117) + timedelta(hours=11)  # 23:00 in New York, the next day in UTC

    facts = read_renewal_facts(renewal.customer, now=late_evening)

    assert facts is not None and facts.days_to_renewal == 117


def test_open_engage_writes_the_whole_plan(run: EngageRun, csm: User) -> None:
    plan = run.plan
    assert (plan.approach, plan.pricing_approach, plan.state) == ("champion_first", "value_first", PlanState.PROPOSED)
    assert (plan.deadline, plan.first_date) == (date(2026, 4, 3), date(2026, 3, 9))
    # Day 105 is 19 March and day 110 Saturday 14 March, which moves to Monday, day 108.
    assert first_emails(run) == [("Ada Byrne", 115), ("Bob Marsh", 108), ("Eve Stone", 105)]
    assert list(plan.variations.values()) == ["value_first", "value_first", "lead_with_price"]
    assert run.facts["increase_pct"] == "7.2"
    assert [scenario["scenario"] for scenario in run.scenarios] == ["Price increase objection"]
    assert run.advice["price"]["approach"] == "value_first"
    assert (run.opened_by, run.opened_at) == (csm, at_day(117))


def test_open_engage_gives_touches_their_people(run: EngageRun, csm: User, ae: User) -> None:
    owners = {t.role: (t.owner_kind, t.owner) for t in run.plan.touches.filter(kind=TouchKind.EMAIL)}

    assert owners == {
        "champion": (OwnerKind.CSM, csm),
        "decision_maker": (OwnerKind.AE, ae),
        "economic_buyer": (OwnerKind.AE, ae),
    }


def test_open_engage_makes_the_tasks_of_the_spec(run: EngageRun, csm: User, ae: User) -> None:
    todos = Todo.objects.filter(source_kind="engage", source_id=run.pk)

    assert todos.filter(actor="ai").count() == 5
    assert sorted(todos.filter(actor="csm").values_list("kind", flat=True)) == [
        "csm.document",
        "csm.email",
        "csm.email",
        "csm.email",
        "csm.follow_up",
        "csm.meeting",
        "csm.meeting",
        "csm.negotiation",
    ]
    assert todos.get(title="Send the email to Ada Byrne").owner == csm
    assert todos.get(title="Send the email to Bob Marsh").owner == ae


def test_open_engage_twice_gives_the_same_run(run: EngageRun, csm: User) -> None:
    again = open_engage(run.customer, now=at_day(116), by=csm)

    assert again == run
    assert OutreachPlan.objects.filter(customer=run.customer).count() == 1
    assert Activity.objects.filter(customer=run.customer, verb="engage.opened").count() == 1


def test_second_live_plan_is_refused_by_the_database(run: EngageRun) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OutreachPlan.objects.create(
            customer=run.customer,
            renewal_id=uuid.uuid4(),
            approach="parallel",
            pricing_approach="no_price",
            deadline=date(2026, 4, 3),
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "open"},
        {"state": "closed"},
        {"state": "closed", "closed_at": at_day(100)},
    ],
)
def test_plan_state_implies_its_moment_in_the_database(run: EngageRun, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OutreachPlan.objects.filter(pk=run.plan_id).update(**fields)


@pytest.mark.parametrize("fields", [{"state": "done"}, {"due_date": None}])
def test_touch_state_implies_its_fields_in_the_database(run: EngageRun, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        run.plan.touches.filter(key="notice").update(**fields)


@pytest.mark.parametrize(
    ("day", "said"), [(120, "Engage opens on 5 Mar 2026, day 119"), (-1, "The renewal date, 2 Jul 2026, has passed")]
)
def test_open_engage_outside_its_time_says_when(
    renewal: Renewal, people: People, csm: User, day: int, said: str
) -> None:
    with pytest.raises(EngageNotOpen, match=said):
        open_engage(renewal.customer, now=at_day(day), by=csm)

    assert not EngageRun.objects.exists()


def test_open_engage_without_contract_says_so(customer: Customer, csm: User) -> None:
    with pytest.raises(NoContract):
        open_engage(customer, now=at_day(117), by=csm)


def test_open_engage_makes_the_renewal_where_there_is_none(customer: Customer, people: People, csm: User) -> None:
    factories.ContractFactory.create(customer=customer, renewal_date=date(2026, 7, 2))

    run = open_engage(customer, now=at_day(117), by=csm)

    assert run.renewal.is_open
    assert run.scenarios[0]["supporting_data"] == []


def test_reader_may_not_open_engage(renewal: Renewal, reader: User) -> None:
    with pytest.raises(NotAllowed):
        open_engage(renewal.customer, now=at_day(117), by=reader)


def test_open_engage_after_the_deadline_names_what_does_not_fit(renewal: Renewal, people: People, csm: User) -> None:
    run = open_engage(renewal.customer, now=at_day(80), by=csm)

    touches = run.plan.touches.all()
    assert {touch.state for touch in touches} == {TouchState.INFEASIBLE}
    assert touches.get(key=f"email:{people['champion'].pk}").infeasible_reason == (
        "The notice deadline, Fri 3 Apr, has passed."
    )


def test_choose_strategy_rewrites_the_plan_and_stays_on_record(run: EngageRun, csm: User) -> None:
    advice = choose_strategy(
        run, approach=SequencingApproach.ECONOMIC_BUYER_FIRST, reason="The CFO asked for us", now=at_day(117), by=csm
    )

    assert advice.sequence.recommended == SequencingApproach.CHAMPION_FIRST
    assert [name for name, _ in first_emails(run)] == ["Eve Stone", "Bob Marsh", "Ada Byrne"]
    run.plan.refresh_from_db()
    assert (run.plan.approach, run.plan.version) == ("economic_buyer_first", 2)
    override = Override.objects.get(run=run)
    assert (override.kind, override.old, override.new, override.reason, override.by) == (
        "strategy",
        "champion_first",
        "economic_buyer_first",
        "The CFO asked for us",
        csm,
    )
    line = Activity.objects.get(customer=run.customer, verb="engage.strategy_changed")
    assert line.summary == "Strategy: economic buyer first (The CFO asked for us)"


def test_reorder_keeps_to_the_order_given_and_drops_who_is_left_out(run: EngageRun, people: People, csm: User) -> None:
    order = (people["economic_buyer"].pk, people["champion"].pk)

    reorder(run, order=order, reason="Bob is on leave", now=at_day(117), by=csm)

    assert [name for name, _ in first_emails(run)] == ["Eve Stone", "Ada Byrne"]
    bob = run.plan.touches.get(key=f"email:{people['decision_maker'].pk}")
    assert bob.state == TouchState.CANCELLED
    todo = Todo.objects.get(customer=run.customer, title="Send the email to Bob Marsh")
    assert todo.state == TodoState.DISMISSED


def test_strategy_chosen_after_an_order_replaces_it(run: EngageRun, people: People, csm: User) -> None:
    reorder(run, order=(people["economic_buyer"].pk,), reason="Only Eve", now=at_day(117), by=csm)

    choose_strategy(run, approach=SequencingApproach.CHAMPION_FIRST, reason="All again", now=at_day(117), by=csm)

    assert [name for name, _ in first_emails(run)] == ["Ada Byrne", "Bob Marsh", "Eve Stone"]


def test_change_owner_moves_touches_and_tasks(run: EngageRun, people: People, csm: User, executive: User) -> None:
    eve = people["economic_buyer"]

    change_owner(run, stakeholder_id=eve.pk, owner=OwnerKind.EXECUTIVE, reason="Peers", now=at_day(117), by=csm)

    assert set(run.plan.touches.filter(stakeholder=eve).values_list("owner", flat=True)) == {executive.pk}
    assert Todo.objects.get(customer=run.customer, title="Send the email to Eve Stone").owner == executive


def test_choose_price_approach_moves_variations_but_not_those_set_by_hand(
    run: EngageRun, people: People, csm: User
) -> None:
    ada = people["champion"]
    set_variation(
        run, stakeholder_id=ada.pk, approach=PriceApproach.LEAD_WITH_PRICE, reason="Knows it", now=at_day(117), by=csm
    )

    choose_price_approach(
        run,
        approach=PriceApproach.BURY_PRICE,
        reason="They compare vendors",
        now=at_day(117) + timedelta(minutes=1),
        by=csm,
    )

    run.plan.refresh_from_db()
    assert run.plan.pricing_approach == "bury_price"
    assert run.plan.variations == {
        str(ada.pk): "lead_with_price",
        str(people["decision_maker"].pk): "bury_price",
        str(people["economic_buyer"].pk): "bury_price",
    }


def test_choices_survive_a_replan(run: EngageRun, csm: User, people: People) -> None:
    choose_price_approach(run, approach=PriceApproach.NO_PRICE, reason="Wait", now=at_day(117), by=csm)
    reorder(run, order=(people["champion"].pk,), reason="Start small", now=at_day(117), by=csm)

    replan(run, now=at_day(116), by=None)

    run.plan.refresh_from_db()
    assert run.plan.pricing_approach == "no_price"
    assert [name for name, _ in first_emails(run)] == ["Ada Byrne"]
    assert read_choices(run).price_approach == PriceApproach.NO_PRICE


@pytest.mark.parametrize("reason", ["", "   "])
def test_change_without_a_reason_is_refused(run: EngageRun, csm: User, reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        choose_strategy(run, approach=SequencingApproach.PARALLEL, reason=reason, now=at_day(117), by=csm)

    assert list(refused.value.message_dict) == ["reason"]
    assert not Override.objects.exists()


def test_change_by_a_reader_is_refused(run: EngageRun, reader: User) -> None:
    with pytest.raises(NotAllowed):
        choose_price_approach(run, approach=PriceApproach.NO_PRICE, reason="x", now=at_day(117), by=reader)


def test_change_about_a_stranger_is_refused(run: EngageRun, csm: User) -> None:
    stranger = factories.StakeholderFactory.create()

    with pytest.raises(ValidationError):
        reorder(run, order=(stranger.pk,), reason="x", now=at_day(117), by=csm)
    with pytest.raises(ValidationError):
        change_owner(run, stakeholder_id=stranger.pk, owner=OwnerKind.AE, reason="x", now=at_day(117), by=csm)


def test_change_of_a_closed_plan_is_refused(run: EngageRun, csm: User) -> None:
    close_plan(run.plan, end=PlanEnd.PERSON, reason="Done by phone", now=at_day(110), by=csm)

    with pytest.raises(PlanClosed):
        choose_strategy(run, approach=SequencingApproach.PARALLEL, reason="x", now=at_day(110), by=csm)


def test_engage_opened_again_after_a_person_closed_the_plan_starts_fresh(run: EngageRun, csm: User) -> None:
    choose_strategy(run, approach=SequencingApproach.PARALLEL, reason="x", now=at_day(117), by=csm)
    closed = run.plan
    close_plan(closed, end=PlanEnd.PERSON, now=at_day(112), by=csm)

    again = open_engage(run.customer, now=at_day(110), by=csm)

    assert again.pk == run.pk
    assert again.plan != closed
    assert again.plan.approach == "champion_first"
    assert Override.objects.filter(run=run).count() == 1


def test_person_who_left_is_not_planned_again(run: EngageRun, people: People) -> None:
    Stakeholder.objects.filter(pk=people["champion"].pk).update(left_at=at_day(116))

    advice = replan(run, now=at_day(116), by=None)

    assert [name for name, _ in first_emails(run)] == ["Bob Marsh", "Eve Stone"]
    assert "No champion is on record: that step is skipped." in advice.sequence.warnings


def send_first_email(run: EngageRun, person: Stakeholder, *, day: int) -> EngageRun:
    touch = run.plan.touches.get(kind=TouchKind.EMAIL, stakeholder=person)
    run.plan.touches.filter(pk=touch.pk).update(state=TouchState.DONE, done_at=at_day(day))
    open_plan(run.plan, now=at_day(day))
    return EngageRun.objects.get(pk=run.pk)


@pytest.mark.parametrize("day", [115, 113, 111])
def test_days_that_go_by_move_nobody_once_outreach_has_begun(run: EngageRun, people: People, day: int) -> None:
    before = first_emails(run)
    begun = send_first_email(run, people["champion"], day=115)

    replan(begun, now=at_day(day), by=None)

    assert first_emails(begun) == before


def test_outreach_that_began_late_keeps_its_distance_to_the_next_person(run: EngageRun, people: People) -> None:
    begun = send_first_email(run, people["champion"], day=111)

    replan(begun, now=at_day(111), by=None)
    on_that_day = first_emails(begun)
    replan(begun, now=at_day(109), by=None)

    assert first_emails(begun) == on_that_day
    assert [day for _, day in on_that_day] == [115, 106, 101]


def test_person_who_left_after_their_email_keeps_their_place(run: EngageRun, people: People) -> None:
    before = first_emails(run)
    begun = send_first_email(run, people["champion"], day=115)
    Stakeholder.objects.filter(pk=people["champion"].pk).update(left_at=at_day(114))

    advice = replan(begun, now=at_day(114), by=None)

    assert first_emails(begun) == before
    assert [position.name for position in advice.sequence.positions] == ["Bob Marsh", "Eve Stone"]
    assert "Ada Byrne was contacted and has left." in advice.sequence.warnings
    assert not begun.plan.touches.filter(stakeholder=people["champion"], state=TouchState.PLANNED).exists()


def test_reminders_are_set_once_the_first_email_has_left(run: EngageRun, people: People) -> None:
    begun = send_first_email(run, people["champion"], day=115)

    follow_sent(begun.customer_id, plan_id=begun.plan_id, now=at_day(115))

    todo = Todo.objects.get(key=task_key(begun, "ai.reminders"))
    assert todo.state == TodoState.DONE


def test_only_what_a_person_does_is_called_late(run: EngageRun, csm: User) -> None:
    workspace = find_workspace(run.customer_id, user=csm, now=at_day(80))
    assert workspace is not None

    rows = build_actions_step(workspace, run).tasks

    late = {row.title for row in rows if row.is_overdue and row.is_ai}
    assert late == {"Set the CRM stage to “Renewal Proposed”"}
    assert {row.owner for row in rows if row.is_ai and not row.is_overdue} == {"Evergreen does this by itself"}
    assert any(row.is_overdue and not row.is_ai for row in rows)


def test_successor_takes_the_place_of_who_left_after_their_email(run: EngageRun, people: People) -> None:
    begun = send_first_email(run, people["champion"], day=115)
    Stakeholder.objects.filter(pk=people["champion"].pk).update(left_at=at_day(114))
    factories.StakeholderFactory.create(customer=begun.customer, name="Nora Lund", roles=["champion"])

    advice = replan(begun, now=at_day(114), by=None)

    assert [position.name for position in advice.sequence.positions] == ["Nora Lund", "Bob Marsh", "Eve Stone"]


def test_advice_says_how_each_person_hears_the_price(run: EngageRun) -> None:
    advice = advise(run.customer, now=at_day(117), choices=read_choices(run), run=run)

    assert advice is not None
    assert [(p.name, p.approach.value, p.by_hand) for p in advice.person_prices] == [
        ("Ada Byrne", "value_first", False),
        ("Bob Marsh", "value_first", False),
        ("Eve Stone", "lead_with_price", False),
    ]
    assert len(advice.counterfactuals) == 3


def test_runs_and_overrides_are_seen_by_those_who_see_the_account(run: EngageRun, csm: User, stranger: User) -> None:
    choose_strategy(run, approach=SequencingApproach.PARALLEL, reason="x", now=at_day(117), by=csm)

    for rows in (EngageRun.objects, Override.objects, OutreachPlan.objects, Renewal.objects):
        assert rows.all().visible_to(csm).count() == 1
        assert rows.all().visible_to(stranger).count() == 0
    assert run.plan.touches.all().visible_to(stranger).count() == 0


def test_csm_stands_in_where_the_account_has_no_account_executive(run: EngageRun, csm: User) -> None:
    Customer.objects.filter(pk=run.customer_id).update(account_executive=None)

    advice = replan(EngageRun.objects.get(pk=run.pk), now=at_day(117), by=None)

    assert "The account has no account executive: the CSM stands in." in advice.sequence.warnings
    assert set(run.plan.touches.filter(kind=TouchKind.EMAIL).values_list("owner", flat=True)) == {csm.pk}

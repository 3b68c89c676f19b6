"""The price set, locked and unlocked by those who may, and the outcome that opens the next cycle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from customers.enums import ContractState, HoldScope, TodoState
from customers.models import Activity, Contract, Customer, Todo, User
from customers.services.todos import add_todo
from outreach.enums import PlanEnd, PlanState, TouchKind, TouchState
from outreach.queries.holds import list_stopped
from outreach.services.plans import close_plan
from renewals.enums import ObjectionKind, Outcome
from renewals.models import Renewal
from renewals.queries.sources import read_contracts, read_renewals
from renewals.services.engage import open_engage
from renewals.services.objections import note_objection
from renewals.services.renewals import (
    Ending,
    NoContract,
    NotAllowed,
    NoTargetPrice,
    PriceIsLocked,
    RenewalClosed,
    lock_price,
    open_renewal,
    open_renewal_of,
    set_outcome,
    set_target_price,
    unlock_price,
)
from renewals.services.terms import set_next_step
from tests import factories
from tests.renewals.conftest import at_day

RENEWED = Ending(Outcome.RENEWED, Decimal(268000), 12)


def verbs(customer: Customer) -> list[str]:
    return sorted(Activity.objects.filter(customer=customer).values_list("verb", flat=True))


def test_open_renewal_twice_gives_the_same(customer: Customer, csm: User, now: datetime) -> None:
    contract = factories.ContractFactory.create(customer=customer)

    first = open_renewal(contract, now=now, by=csm)
    second = open_renewal(contract, now=now, by=csm)

    assert first == second
    assert verbs(customer) == ["renewal.opened"]


def test_open_renewal_without_contract_says_so(customer: Customer, csm: User, now: datetime) -> None:
    with pytest.raises(NoContract):
        open_renewal_of(customer, now=now, by=csm)


def test_open_renewal_beside_an_open_one_is_refused(renewal: Renewal, csm: User, now: datetime) -> None:
    ended = factories.ContractFactory.create(customer=renewal.customer, state=ContractState.ENDED)

    with pytest.raises(ValidationError, match="still open"):
        open_renewal(ended, now=now, by=csm)


def test_second_open_renewal_is_refused_by_the_database(renewal: Renewal) -> None:
    ended = factories.ContractFactory.create(customer=renewal.customer, state=ContractState.ENDED)

    with pytest.raises(IntegrityError), transaction.atomic():
        Renewal.objects.create(customer=renewal.customer, contract=ended)


@pytest.mark.parametrize("fields", [{"outcome": "renewed"}, {"closed_at": at_day(1)}])
def test_outcome_and_closing_moment_come_together_in_the_database(renewal: Renewal, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Renewal.objects.filter(pk=renewal.pk).update(**fields)


@pytest.mark.parametrize(("field", "value"), [("confidence", 101), ("stickiness", 101)])
def test_scores_stay_on_their_scale_in_the_database(renewal: Renewal, field: str, value: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Renewal.objects.filter(pk=renewal.pk).update(**{field: value})


def test_set_target_price_is_on_record_with_old_and_new(renewal: Renewal, csm: User, now: datetime) -> None:
    changed = set_target_price(renewal, price=Decimal("270000.00"), now=now, by=csm)

    assert changed
    assert Contract.objects.get(pk=renewal.contract_id).target_price == Decimal(270000)
    line = Activity.objects.get(customer=renewal.customer, verb="price.set")
    assert (line.summary, line.actor) == ("Target price $268,000 → $270,000", csm)


def test_set_target_price_to_what_it_is_changes_nothing(renewal: Renewal, csm: User, now: datetime) -> None:
    assert not set_target_price(renewal, price=Decimal(268000), now=now, by=csm)
    assert verbs(renewal.customer) == []


@pytest.mark.parametrize("price", ["-1", "NaN", "Infinity", "1.001", "1000000000000"])
def test_set_target_price_refuses_what_is_no_price(renewal: Renewal, csm: User, now: datetime, price: str) -> None:
    with pytest.raises(ValidationError) as refused:
        set_target_price(renewal, price=Decimal(price), now=now, by=csm)

    assert list(refused.value.message_dict) == ["targetPrice"]


def test_reader_may_not_set_a_price(renewal: Renewal, reader: User, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        set_target_price(renewal, price=Decimal(1), now=now, by=reader)


@pytest.mark.parametrize(
    ("target", "who", "allowed"),
    [
        ("268000", "csm", True),
        ("250000", "csm", True),
        ("287500", "csm", True),
        ("287500.01", "csm", False),
        ("249999.99", "csm", False),
        ("268000", "other_csm", False),
        ("268000", "reader", False),
        ("300000", "lead", True),
        ("200000", "lead", True),
        ("300000", "ops", True),
    ],
)
def test_lock_price_is_for_the_owner_and_large_changes_for_a_lead(
    request: pytest.FixtureRequest,
    renewal: Renewal,
    set_target: Callable[[str | None], None],
    now: datetime,
    target: str,
    who: str,
    allowed: bool,
) -> None:
    set_target(target)
    person = request.getfixturevalue(who)

    if allowed:
        assert lock_price(renewal, now=now, by=person)
        assert (renewal.price_locked_at, renewal.price_locked_by) == (now, person)
    else:
        with pytest.raises(NotAllowed):
            lock_price(renewal, now=now, by=person)
        renewal.refresh_from_db()
        assert not renewal.price_locked


def test_lock_price_twice_is_one_line_on_record(renewal: Renewal, csm: User, now: datetime) -> None:
    assert lock_price(renewal, now=now, by=csm)
    assert not lock_price(renewal, now=now, by=csm)

    assert verbs(renewal.customer) == ["price.locked"]


def test_lock_price_without_target_is_refused(
    renewal: Renewal, set_target: Callable[[str | None], None], csm: User, now: datetime
) -> None:
    set_target(None)

    with pytest.raises(NoTargetPrice):
        lock_price(renewal, now=now, by=csm)


def test_locked_price_cannot_be_changed_until_unlocked(renewal: Renewal, csm: User, now: datetime) -> None:
    lock_price(renewal, now=now, by=csm)

    with pytest.raises(PriceIsLocked):
        set_target_price(renewal, price=Decimal(1), now=now, by=csm)

    assert unlock_price(renewal, now=now, by=csm)
    assert set_target_price(renewal, price=Decimal(260000), now=now, by=csm)


def test_fact_of_the_price_has_a_value_only_while_locked(renewal: Renewal, csm: User, now: datetime) -> None:
    key = str(renewal.pk)

    assert read_renewals([key])[key]["locked_price"] is None
    lock_price(renewal, now=now, by=csm)
    locked = read_renewals([key])[key]
    assert (locked["locked_price"], locked["increase_pct"], locked["increase"]) == (268000, Decimal("7.2"), 18000)


def test_fact_of_a_contract_has_its_notice_date(renewal: Renewal) -> None:
    key = str(renewal.contract_id)

    record = read_contracts([key])[key]

    assert (record["notice_date"], record["term_months"]) == (date(2026, 4, 3), 12)
    assert read_contracts(["no-uuid"]) == {}


def test_outcome_renewed_opens_the_next_cycle(renewal: Renewal, csm: User, now: datetime) -> None:
    following = set_outcome(renewal, ending=RENEWED, now=now, by=csm)

    assert following is not None and following.is_open
    contract = following.contract
    assert (contract.start_date, contract.renewal_date) == (date(2026, 7, 2), date(2027, 7, 2))
    assert (contract.current_price, contract.target_price, contract.notice_days) == (268000, None, 90)
    assert (renewal.outcome, renewal.outcome_price, renewal.closed_by) == ("renewed", 268000, csm)
    states = Contract.objects.filter(customer=renewal.customer).order_by("renewal_date").values_list("state", flat=True)
    assert list(states) == [ContractState.ENDED, ContractState.ACTIVE]


def test_outcome_churned_opens_nothing(renewal: Renewal, csm: User, now: datetime) -> None:
    ending = Ending(Outcome.CHURNED, reason="Went with another vendor")

    assert set_outcome(renewal, ending=ending, now=now, by=csm) is None

    assert Contract.objects.filter(customer=renewal.customer, state=ContractState.ACTIVE).count() == 0


@pytest.mark.parametrize(
    ("ending", "fields"),
    [
        (Ending(Outcome.RENEWED), ["price", "termMonths"]),
        (Ending(Outcome.RENEWED, Decimal(1), 0), ["termMonths"]),
        (Ending(Outcome.EXTENDED, Decimal(1), 121), ["termMonths"]),
        (Ending(Outcome.RENEWED, Decimal(-1), 12), ["price"]),
        (Ending(Outcome.CONTRACTED, Decimal(250000), 12), ["price"]),
        (Ending(Outcome.CHURNED), ["reason"]),
    ],
)
def test_outcome_that_lacks_something_is_refused_by_field(
    renewal: Renewal, csm: User, now: datetime, ending: Ending, fields: list[str]
) -> None:
    with pytest.raises(ValidationError) as refused:
        set_outcome(renewal, ending=ending, now=now, by=csm)

    assert list(refused.value.message_dict) == fields
    renewal.refresh_from_db()
    assert renewal.is_open


def test_outcome_is_set_once(renewal: Renewal, csm: User, now: datetime) -> None:
    set_outcome(renewal, ending=RENEWED, now=now, by=csm)

    with pytest.raises(RenewalClosed):
        set_outcome(renewal, ending=RENEWED, now=now, by=csm)
    with pytest.raises(RenewalClosed):
        lock_price(renewal, now=now, by=csm)


def test_reader_may_not_set_an_outcome(renewal: Renewal, reader: User, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        set_outcome(renewal, ending=RENEWED, now=now, by=reader)


@pytest.mark.usefixtures("people")
def test_outcome_closes_the_plan_and_cancels_what_was_planned(renewal: Renewal, csm: User) -> None:
    run = open_engage(renewal.customer, now=at_day(117), by=csm)

    set_outcome(renewal, ending=RENEWED, now=at_day(110), by=csm)

    run.plan.refresh_from_db()
    assert (run.plan.state, run.plan.end) == (PlanState.CLOSED, PlanEnd.OUTCOME)
    assert not run.plan.touches.filter(state=TouchState.PLANNED).exists()


@pytest.mark.usefixtures("people")
def test_hold_names_each_planned_contact_once(renewal: Renewal, csm: User) -> None:
    open_engage(renewal.customer, now=at_day(117), by=csm)

    (stops,) = list_stopped(renewal.customer, HoldScope.ACCOUNT, at_day(117))

    names = [stop.name for stop in stops.named]
    assert "Send email to Ada Byrne" in names
    assert {name.count("Ada Byrne") for name in names} == {0, 1}


@pytest.mark.usefixtures("people")
def test_outcome_leaves_no_task_that_the_renewal_had_made(renewal: Renewal, csm: User) -> None:
    open_engage(renewal.customer, now=at_day(117), by=csm)
    noted = at_day(112)
    raised = note_objection(renewal, kind=ObjectionKind.PRICE, quote="Dear", stakeholder=None, now=noted, by=csm)
    add_todo("Answer", customer=renewal.customer, now=noted, by=csm, source_kind="objection", source_id=raised.pk)
    step = set_next_step(
        renewal, title="Send the signed copy", due_date=date(2026, 4, 1), owner=csm, now=at_day(111), by=csm
    )

    set_outcome(renewal, ending=RENEWED, now=at_day(110), by=csm)

    assert list(Todo.objects.filter(customer=renewal.customer, state=TodoState.OPEN)) == [step]


@pytest.mark.usefixtures("people")
def test_closed_plan_asks_nobody_to_write_any_more(
    renewal: Renewal, csm: User, django_capture_on_commit_callbacks: Any
) -> None:
    run = open_engage(renewal.customer, now=at_day(117), by=csm)
    touch = run.plan.touches.filter(kind=TouchKind.CALL).first()
    assert touch is not None
    add_todo("Call", customer=renewal.customer, now=at_day(110), by=None, source_kind="touch", source_id=touch.pk)

    with django_capture_on_commit_callbacks(execute=True):
        close_plan(run.plan, end=PlanEnd.PERSON, reason="They sign", now=at_day(110), by=csm)

    open_todos = Todo.objects.filter(customer=renewal.customer, state=TodoState.OPEN)
    assert set(open_todos.values_list("kind", flat=True)) == {
        *("ai.track", "ai.crm", "ai.objections", "ai.negotiate"),
        *("csm.document", "csm.negotiation"),
    }

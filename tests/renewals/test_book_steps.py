"""The order of the book by next step is the rule's own: what SQL decides for all is what the rule decides for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.enums import HoldScope, TodoActor, TodoState
from customers.models import Brake, Contract, Customer, Hold, Todo, User
from emails.enums import DraftState
from emails.models import Draft
from outreach.enums import PlanState, SequencingApproach, TouchKind, TouchState
from outreach.models import OutreachPlan, Touch
from renewals.enums import NextAction, Outcome
from renewals.models import Renewal
from renewals.queries import book_steps
from renewals.queries.book import Book
from renewals.queries.book_filter import BookFilter
from renewals.queries.book_rows import BookRow, read_rows
from renewals.queries.book_summary import read_facets
from renewals.rules.stages import STAGE_SPANS

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
"""Evening of the 4th in Los Angeles, the 5th in Berlin and Sydney."""
TODAY = date(2026, 3, 5)
ZONES = ("UTC", "America/Los_Angeles", "Europe/Berlin", "Australia/Sydney", "Pacific/Kiritimati", "No/Such_Zone")
DRAFT_STATES = (DraftState.DRAFT, DraftState.BLOCKED, DraftState.CANCELLED)
TODO_STATES = (TodoState.OPEN, TodoState.DISMISSED)
EDGES = sorted({edge for span in STAGE_SPANS for edge in (span.most_days, span.least_days) if edge is not None})
days = st.one_of(st.sampled_from(EDGES).flatmap(lambda d: st.integers(d - 2, d + 2)), st.integers(-40, 400))
moments = st.integers(-400 * 24 * 4, 0).map(lambda quarters: NOW + timedelta(minutes=15 * quarters))
due_days = st.one_of(st.none(), st.integers(-3, 3).map(lambda d: TODAY + timedelta(days=d)))


@dataclass(frozen=True)
class Account:
    """What one account is made with."""

    zone: str
    made_at: datetime
    days: int | None
    notice_days: int
    has_target: bool
    is_locked: bool
    brake_at: datetime | None
    has_hold: bool
    plan: str | None
    drafts: list[tuple[str, datetime]]
    todos: list[tuple[date | None, datetime, str, str]]
    touches: list[tuple[date, str, str]]
    ended_as: tuple[str, ...] = ()
    """How the terms before ended, the first of them first."""


def rarely(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), strategy)


accounts = st.builds(
    Account,
    zone=st.sampled_from(ZONES),
    made_at=moments,
    days=st.one_of(days, days, days, st.none()),
    notice_days=st.sampled_from([0, 30, 89, 90, 91, 92, 120, 200]),
    has_target=st.booleans(),
    is_locked=st.booleans(),
    brake_at=rarely(moments),
    has_hold=st.sampled_from([False, False, True]),
    plan=st.sampled_from([None, None, PlanState.PROPOSED, PlanState.OPEN, PlanState.CLOSED]),
    drafts=st.lists(st.tuples(st.sampled_from(DRAFT_STATES), moments), max_size=2),
    todos=st.lists(
        st.tuples(due_days, moments, st.sampled_from(TodoActor.values), st.sampled_from(TODO_STATES)), max_size=2
    ),
    touches=st.lists(
        st.tuples(
            st.integers(-4, 4).map(lambda d: TODAY + timedelta(days=d)),
            st.sampled_from([TouchState.PLANNED, TouchState.PLANNED, TouchState.SKIPPED]),
            st.sampled_from(["", "", "if no answer"]),
        ),
        max_size=3,
    ),
    ended_as=st.lists(st.sampled_from([Outcome.CHURNED, Outcome.RENEWED]), max_size=2).map(tuple),
)  # fmt: skip


@pytest.mark.django_db
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.generate],  # a smaller example takes minutes to find and says no more
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(made=st.lists(accounts, min_size=10, max_size=60))
def test_order_by_step_is_what_the_rule_says_of_each(ops: User, made: list[Account]) -> None:
    with transaction.atomic():
        make(made)
        assert_ordered_by_the_rule(ops, now=NOW)
        transaction.set_rollback(True)


def assert_ordered_by_the_rule(user: User, *, now: datetime, wanted: BookFilter | None = None) -> None:
    """Either order, up and down, is what the rule says of each account that is asked for."""
    for descending in (False, True):
        rows = {
            sort: ask(user, replace(wanted or BookFilter(), sort=sort, descending=descending), now=now)
            for sort in ("action", "waits")
        }
        by_name = sorted(rows["action"], key=lambda row: row.name)
        waiting = [row for row in by_name if row.waits_since]
        nobody_waits = [row for row in by_name if not row.waits_since]
        assert rows["action"] == sorted(by_name, key=rank, reverse=descending)
        assert rows["waits"] == sorted(waiting, key=since, reverse=descending) + nobody_waits


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "ended_as", "action"),
    [
        (None, ("churned",), NextAction.LOST),
        (None, ("renewed", "churned"), NextAction.LOST),
        (None, ("churned", "renewed"), NextAction.ADD_CONTRACT),
        (None, (), NextAction.ADD_CONTRACT),
        (300, ("churned",), NextAction.WATCH),
    ],
)
def test_who_left_for_good_is_asked_for_no_contract(
    ops: User, days: int | None, ended_as: tuple[str, ...], action: NextAction
) -> None:
    made_at = NOW - timedelta(days=800)
    make([Account("UTC", made_at, days, 90, True, True, None, False, None, [], [], [], ended_as)])

    assert [row.action for row in ask(ops, BookFilter(sort="action"), now=NOW)] == [action]
    assert_ordered_by_the_rule(ops, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["action", "waits"])
def test_a_deep_page_of_an_order_by_step_is_the_same_page(
    ops: User, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    for number in range(9):
        customer = Customer.objects.create(name=f"Account {number}", timezone="UTC")
        if number % 3:
            Contract.objects.create(
                customer=customer, current_price=Decimal(100), renewal_date=TODAY + timedelta(days=number * 40)
            )
    book = Book(ops, BookFilter(sort=sort), read_facets(ops, now=NOW).dates)
    whole = book.all_ids()

    monkeypatch.setattr(book_steps, "DEEP", 1)
    pages = [book.ids(begin, begin + 2, count=book.count()) for begin in range(0, 10, 2)]

    assert [pk for page in pages for pk in page] == whole
    assert len(set(whole)) == 9


def rank(row: BookRow) -> int:
    return list(NextAction).index(row.action)


def since(row: BookRow) -> date:
    assert row.waits_since
    return row.waits_since


def ask(user: User, wanted: BookFilter, *, now: datetime) -> list[BookRow]:
    dates = read_facets(user, now=now).dates
    book = Book(user, wanted, dates)
    count = book.count()
    middle = count.total // 2
    # Two pages: the first is read from the beginning, the second from the end.
    ids = book.ids(0, middle, count=count) + book.ids(middle, count.total, count=count)
    assert len(set(ids)) == count.total
    return read_rows(ids, dates=dates)


def make(accounts: list[Account]) -> None:
    customers = [Customer(name=f"Account {n:02d}", timezone=made.zone) for n, made in enumerate(accounts)]
    made_of = list(zip(customers, accounts, strict=True))
    _write(Customer, customers, [made.made_at for made in accounts])
    contracts = {c.pk: _contract(c, made) for c, made in made_of if made.days is not None}
    _write(Contract, contracts.values())
    _write(Renewal, (_renewal(contracts[c.pk], made) for c, made in made_of if c.pk in contracts))
    past = [_past(c, n, outcome) for c, made in made_of for n, outcome in enumerate(made.ended_as)]
    _write(Contract, [contract for contract, _ in past])
    _write(Renewal, [renewal for _, renewal in past])
    _write(Brake, (Brake(customer=c, set_at=made.brake_at) for c, made in made_of if made.brake_at))
    _write(Hold, (Hold(customer=c, scope=HoldScope.ACCOUNT, starts_at=NOW) for c, made in made_of if made.has_hold))
    drafts = [(_draft(c, state), at) for c, made in made_of for state, at in made.drafts]
    _write(Draft, [draft for draft, _ in drafts], [at for _, at in drafts])
    _write(Todo, (_todo(c, *todo) for c, made in made_of for todo in made.todos))
    plans = {c.pk: _plan(c, made.plan) for c, made in made_of if made.plan}
    _write(OutreachPlan, plans.values())
    _write(Touch, (_touch(plans[c.pk], *t) for c, made in made_of if c.pk in plans for t in enumerate(made.touches)))


def _write(model: Any, rows: Iterable[Any], moments: Sequence[datetime] = ()) -> None:
    written = model.objects.bulk_create(rows)
    if moments:
        for row, moment in zip(written, moments, strict=True):
            row.created_at = moment
        model.objects.bulk_update(written, ["created_at"])


def _contract(customer: Customer, made: Account) -> Contract:
    return Contract(
        customer=customer,
        current_price=Decimal(100),
        target_price=Decimal(107) if made.has_target else None,
        renewal_date=TODAY + timedelta(days=made.days or 0),
        notice_days=made.notice_days,
    )


def _past(customer: Customer, number: int, outcome: str) -> tuple[Contract, Renewal]:
    contract = Contract(
        customer=customer, state="ended", current_price=Decimal(90), renewal_date=TODAY - timedelta(days=700 - number)
    )
    closed_at = NOW - timedelta(days=700 - number)
    return contract, Renewal(customer=customer, contract=contract, outcome=outcome, closed_at=closed_at)


def _renewal(contract: Contract, made: Account) -> Renewal:
    locked_at = NOW if made.is_locked else None
    return Renewal(customer=contract.customer, contract=contract, price_locked_at=locked_at)


def _draft(customer: Customer, state: str) -> Draft:
    return Draft(customer=customer, to_name="A", to_email="a@b.example", state=state, version=1)


def _todo(customer: Customer, due: date | None, at: datetime, actor: str, state: str) -> Todo:
    return Todo(customer=customer, title="Call", due_date=due, waits_since=at, actor=actor, state=state)


def _plan(customer: Customer, state: str) -> OutreachPlan:
    is_closed = state == PlanState.CLOSED
    return OutreachPlan(
        customer=customer,
        renewal_id=customer.pk,
        approach=SequencingApproach.PARALLEL,
        pricing_approach="value_first",
        deadline=TODAY,
        state=state,
        opened_at=NOW,
        closed_at=NOW if is_closed else None,
        end="person" if is_closed else "",
    )


def _touch(plan: OutreachPlan, order: int, planned: tuple[date, str, str]) -> Touch:
    due, state, condition = planned
    return Touch(
        plan=plan, key=str(order), kind=TouchKind.CALL, title="Call", order=order, wanted_date=due, due_date=due,
        state=state, condition=condition,
    )  # fmt: skip

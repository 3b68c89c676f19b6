"""The rows of the book: what is shown of each account, and its next step."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import CharField, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Cast

from customers.enums import ContractState, HoldScope, TodoActor, TodoState
from customers.models import Brake, Customer, Hold, Todo
from customers.queries.calendars import local_date
from emails.enums import DraftState
from emails.models import Draft
from outreach.enums import LIVE_PLAN_STATES, TouchState
from outreach.models import OutreachPlan, Touch
from renewals.enums import NextAction, Stage
from renewals.queries.book_days import LocalDates
from renewals.rules.next_action import ActionFacts, NextStep, choose_next_step
from renewals.rules.stages import days_to_renewal, stage_for

DRAFTS_FOR_A_PERSON = (DraftState.DRAFT, DraftState.BLOCKED, DraftState.FAILED, DraftState.NEEDS_REVIEW)
PRESSING_FIRST = {action: rank for rank, action in enumerate(NextAction)}


@dataclass(frozen=True)
class BookRow:
    """One account as the book shows it. days and stage: None without a running contract."""

    customer_id: uuid.UUID
    name: str
    segment: str
    owner_name: str
    renewal_date: date | None
    days: int | None
    current_price: Decimal | None
    target_price: Decimal | None
    currency: str
    price_locked: bool
    churn_risk: int | None
    relationship: int | None
    action: NextAction
    action_text: str
    waits_since: date | None
    waits_days: int | None

    @cached_property
    def stage(self) -> Stage | None:
        return None if self.days is None else stage_for(self.days)

    @cached_property
    def stage_label(self) -> str:
        return str(self.stage.label) if self.stage else ""

    @cached_property
    def increase_pct(self) -> Decimal | None:
        if self.target_price is None or not self.current_price:
            return None
        return (self.target_price - self.current_price) * 100 / self.current_price


@dataclass(frozen=True)
class StepEntry:
    """The next step of one account, for sorting."""

    customer_id: uuid.UUID
    step: NextStep

    @property
    def rank(self) -> int:
        return PRESSING_FIRST[self.step.action]


@dataclass
class Waiting:
    """What waits at one account: the earliest of each kind, and how many mails."""

    brake_at: datetime | None = None
    hold_at: datetime | None = None
    plan_at: datetime | None = None
    draft_at: datetime | None = None
    draft_count: int = 0
    todo_at: datetime | None = None
    todo_title: str = ""
    touch_date: date | None = None
    touch_title: str = ""

    def note(self, kind: str, at: datetime, title: str) -> None:
        """This will take in one row; the earliest of a kind stays."""
        if kind == "draft":
            self.draft_count += 1
        earliest = getattr(self, f"{kind}_at")
        if earliest is None or at < earliest:
            setattr(self, f"{kind}_at", at)
            if kind == "todo":
                self.todo_title = title


NOTHING = Waiting()


def read_rows(ids: list[uuid.UUID], *, dates: LocalDates) -> list[BookRow]:
    """This will read the rows in the order of `ids`, in three queries whatever their number.

    ids: accounts that the reader may see; it is not asked again here.
    """
    rows = {row["id"]: row for row in _with_term(Customer.objects.filter(pk__in=ids)).values(*SHOWN, *DECIDING)}
    waiting = _read_waiting(ids, dates)
    return [_row(rows[pk], waiting.get(pk, NOTHING), dates) for pk in ids if pk in rows]


def list_next_steps(accounts: QuerySet[Any], *, dates: LocalDates) -> list[StepEntry]:
    """This will decide the next step of each account; by name where the steps are equal."""
    waiting = _read_waiting(None, dates)
    rows = _with_term(accounts).order_by("name", "pk").values("id", *DECIDING)
    return [StepEntry(row["id"], choose_next_step(_facts(row, waiting.get(row["id"], NOTHING), dates))) for row in rows]


SHOWN = (
    "id",
    "name",
    "segment",
    "currency",
    "churn_risk",
    "relationship_strength",
    "owner__first_name",
    "owner__last_name",
    "owner__username",
    "running__current_price",
    "running__currency",
)
DECIDING = (
    "timezone",
    "created_at",
    "running__renewal_date",
    "running__notice_days",
    "running__target_price",
    "running__renewal__price_locked_at",
)


def _with_term(accounts: QuerySet[Any]) -> QuerySet[Any]:
    running = FilteredRelation("contracts", condition=Q(contracts__state=ContractState.ACTIVE))
    return accounts.annotate(running=running)


def _read_waiting(ids: list[uuid.UUID] | None, dates: LocalDates) -> dict[uuid.UUID, Waiting]:
    """This will read in two queries what waits at the accounts, or at all of them."""
    waiting: dict[uuid.UUID, Waiting] = defaultdict(Waiting)
    sources = [
        _rows(Brake.objects.filter(cleared_at=None), "brake", "set_at", ids),
        _rows(Hold.objects.filter(ended_at=None, scope=HoldScope.ACCOUNT), "hold", "starts_at", ids),
        _rows(OutreachPlan.objects.filter(state__in=LIVE_PLAN_STATES), "plan", "created_at", ids),
        _rows(Draft.objects.filter(state__in=DRAFTS_FOR_A_PERSON), "draft", "created_at", ids),
        _rows(_open_todos(dates), "todo", "waits_since", ids, title="title"),
    ]
    for pk, kind, at, title in sources[0].union(*sources[1:], all=True):
        waiting[pk].note(kind, at, title)
    for pk, title, due in _planned_touches(ids):
        waiting[pk].touch_title, waiting[pk].touch_date = title, due
    return waiting


def _rows(rows: QuerySet[Any], kind: str, moment: str, ids: list[uuid.UUID] | None, *, title: str = "") -> Any:
    mine = rows.order_by() if ids is None else rows.order_by().filter(customer__in=ids)
    text = F(title) if title else Value("")
    return mine.values_list("customer_id", Value(kind), F(moment), Cast(text, CharField(max_length=300)))


def _open_todos(dates: LocalDates) -> QuerySet[Todo]:
    """People's open tasks that are due or have no day."""
    due = Q(due_date=None) | Q(due_date__lte=dates.usual)
    return Todo.objects.filter(due, state=TodoState.OPEN, actor=TodoActor.CSM)


def _planned_touches(ids: list[uuid.UUID] | None) -> Any:
    """The planned contacts without a letter of their own, the earliest of an account last."""
    touches = Touch.objects.filter(
        plan__state__in=LIVE_PLAN_STATES, state=TouchState.PLANNED, condition="", draft_id=None
    )
    if ids is not None:
        touches = touches.filter(plan__customer__in=ids)
    return touches.order_by("-due_date", "-order").values_list("plan__customer", "title", "due_date")


def _facts(row: Mapping[str, Any], waiting: Waiting, dates: LocalDates) -> ActionFacts:
    there = row["timezone"]
    return ActionFacts(
        today=dates.date_in(there),
        created_date=local_date(row["created_at"], there),
        renewal_date=row["running__renewal_date"],
        notice_days=row["running__notice_days"] or 0,
        has_target=row["running__target_price"] is not None,
        is_locked=row["running__renewal__price_locked_at"] is not None,
        has_plan=waiting.plan_at is not None,
        brake_date=_day(waiting.brake_at, there),
        hold_date=_day(waiting.hold_at, there),
        draft_date=_day(waiting.draft_at, there),
        todo_date=_day(waiting.todo_at, there),
        touch_date=waiting.touch_date,
    )


def _day(moment: datetime | None, zone_name: str) -> date | None:
    return local_date(moment, zone_name) if moment else None


def _row(row: Mapping[str, Any], waiting: Waiting, dates: LocalDates) -> BookRow:
    facts = _facts(row, waiting, dates)
    step = choose_next_step(facts)
    full_name = f"{row['owner__first_name'] or ''} {row['owner__last_name'] or ''}".strip()
    renewal_date = facts.renewal_date
    return BookRow(
        customer_id=row["id"],
        name=row["name"],
        segment=row["segment"],
        owner_name=full_name or row["owner__username"] or "",
        renewal_date=renewal_date,
        days=None if renewal_date is None else days_to_renewal(renewal_date, today=facts.today),
        current_price=row["running__current_price"],
        target_price=row["running__target_price"],
        currency=row["running__currency"] or row["currency"],
        price_locked=facts.is_locked,
        churn_risk=row["churn_risk"],
        relationship=row["relationship_strength"],
        action=step.action,
        action_text=_words(step, waiting),
        waits_since=step.since,
        waits_days=None if step.since is None else max((facts.today - step.since).days, 0),
    )


def _words(step: NextStep, waiting: Waiting) -> str:
    """This will name the task, the contact or the mails that the step is about."""
    if step.action == NextAction.REVIEW_EMAILS:
        return f"Review {waiting.draft_count} email{'' if waiting.draft_count == 1 else 's'}"
    if step.action == NextAction.DO_TODO:
        return waiting.todo_title
    if step.action == NextAction.MAKE_CONTACT:
        return waiting.touch_title
    if step.action == NextAction.FOLLOW_PLAN and waiting.touch_date:
        return f"Next: {waiting.touch_title}, {waiting.touch_date:%-d %b}"
    return str(step.action.label)


def iterate_rows(ids: list[uuid.UUID], *, dates: LocalDates, batch: int = 500) -> Iterable[BookRow]:
    """This will read rows batch by batch; for exports."""
    for begin in range(0, len(ids), batch):
        yield from read_rows(ids[begin : begin + batch], dates=dates)

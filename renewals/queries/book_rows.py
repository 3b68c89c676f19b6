"""The rows of the book: what is shown of each account, and its next step."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import DateField, DateTimeField, FilteredRelation, IntegerField, Q, Value
from django.db.models.functions import Cast

from customers.enums import HoldScope
from customers.queries.calendars import local_date
from outreach.enums import LIVE_PLAN_STATES
from renewals.enums import NextAction, Outcome, Stage
from renewals.queries.book_days import LocalDates
from renewals.queries.book_work import accounts_with_term, due_todos, last_outcome, planned_touches, waiting_drafts
from renewals.queries.prepared import Prepared, one_of_asked
from renewals.rules.next_action import ActionFacts, NextStep, choose_next_step
from renewals.rules.stages import days_to_renewal, stage_for


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


@dataclass
class Waiting:
    """What waits at one account: the earliest of each kind, and how many mails."""

    draft_at: datetime | None = None
    draft_count: int = 0
    todo_at: datetime | None = None
    todo_title: str = ""
    touch_date: date | None = None
    touch_place: int = 0
    touch_title: str = ""

    def note_draft(self, at: datetime) -> None:
        self.draft_count += 1
        self.draft_at = at if self.draft_at is None else min(self.draft_at, at)

    def note_todo(self, at: datetime, title: str) -> None:
        if self.todo_at is None or at < self.todo_at:
            self.todo_at, self.todo_title = at, title

    def note_touch(self, due: date, place: int, title: str) -> None:
        if self.touch_date is None or (due, place) < (self.touch_date, self.touch_place):
            self.touch_date, self.touch_place, self.touch_title = due, place, title


NOTHING = Waiting()


def read_rows(ids: list[uuid.UUID], *, dates: LocalDates) -> list[BookRow]:
    """This will read the rows in the order of `ids`, in two queries whatever their number.

    ids: accounts that the reader may see; it is not asked again here.
    """
    columns = (*SHOWN, *DECIDING)
    found = (dict(zip(columns, values, strict=True)) for values in _accounts().read(ids))
    rows = {row["id"]: row for row in found}
    waiting = _read_waiting(ids, dates.usual)
    return [_row(rows[pk], waiting.get(pk, NOTHING), dates) for pk in ids if pk in rows]


@lru_cache(maxsize=1)
def _accounts() -> Prepared:
    """The accounts with the brake, the hold and the plan that each may have one of."""
    rows = accounts_with_term().annotate(
        brake=FilteredRelation("brakes", condition=Q(brakes__cleared_at=None)),
        hold=FilteredRelation("holds", condition=Q(holds__ended_at=None, holds__scope=HoldScope.ACCOUNT)),
        plan=FilteredRelation("outreachplans", condition=Q(outreachplans__state__in=sorted(LIVE_PLAN_STATES))),
        last_outcome=last_outcome(),
    )
    return Prepared(rows.filter(pk__in=one_of_asked()).values_list(*SHOWN, *DECIDING))


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
    "term__current_price",
    "term__currency",
)
DECIDING = (
    "timezone",
    "created_at",
    "last_outcome",
    "term__renewal_date",
    "term__notice_days",
    "term__target_price",
    "term__renewal__price_locked_at",
    "brake__set_at",
    "hold__starts_at",
    "plan__id",
)


def _read_waiting(ids: list[uuid.UUID], today: date) -> dict[uuid.UUID, Waiting]:
    """This will read in one query what waits at the accounts."""
    waiting: dict[uuid.UUID, Waiting] = defaultdict(Waiting)
    for pk, kind, at, title, due, order in _waiting_on(today).read(ids):
        if kind == "draft":
            waiting[pk].note_draft(at)
        elif kind == "todo":
            waiting[pk].note_todo(at, title)
        else:
            waiting[pk].note_touch(due, order, title)
    return waiting


@lru_cache(maxsize=4)
def _waiting_on(today: date) -> Prepared:
    """Todos, drafts and planned contacts as (account, kind, waits since, title, day, place in the plan)."""
    asked, no_moment, no_day = one_of_asked(), Cast(Value(None), DateTimeField()), Cast(Value(None), DateField())
    no_place = Cast(Value(None), IntegerField())
    todos = due_todos(today).filter(customer__in=asked)
    drafts = waiting_drafts().filter(customer__in=asked)
    touches = planned_touches().filter(plan__customer__in=asked)
    return Prepared(
        todos.values_list("customer", Value("todo"), "waits_since", "title", no_day, no_place).union(
            drafts.values_list("customer", Value("draft"), "created_at", Value(""), no_day, no_place),
            touches.values_list("plan__customer", Value("touch"), no_moment, "title", "due_date", "order"),
            all=True,
        )
    )


def _facts(row: Mapping[str, Any], waiting: Waiting, dates: LocalDates) -> ActionFacts:
    there = row["timezone"]
    return ActionFacts(
        today=dates.date_in(there),
        created_date=local_date(row["created_at"], there),
        renewal_date=row["term__renewal_date"],
        has_churned=row["last_outcome"] == Outcome.CHURNED,
        notice_days=row["term__notice_days"] or 0,
        has_target=row["term__target_price"] is not None,
        is_locked=row["term__renewal__price_locked_at"] is not None,
        has_plan=row["plan__id"] is not None,
        brake_date=_day(row["brake__set_at"], there),
        hold_date=_day(row["hold__starts_at"], there),
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
        current_price=row["term__current_price"],
        target_price=row["term__target_price"],
        currency=row["term__currency"] or row["currency"],
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

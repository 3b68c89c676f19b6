"""The board: all journeys by the month they are in, narrowed down as the reader asks.

One count for the whole board, one query for the first cards of every column, one for what the cards show.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any

from django.db import connection
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.functions import Lower, RowNumber

from customers.models import Customer, Stakeholder, User
from customers.queries.kept import Key, key_of
from customers.queries.kept_sums import scope_of_sums
from customers.queries.minute import once_a_minute
from customers.queries.paging import Counted, count_some
from customers.queries.seen import choices_of, read_seen
from journeys.enums import WAITING_DELIVERABLES, JourneyState, MonthState
from journeys.models import Deliverable, Journey, JourneyMonth, Programme
from journeys.queries.board_answers import BOARD_ANSWERS
from journeys.queries.board_sums import facet_of, read_months, turning_day
from journeys.queries.overdue import is_due_late, is_overdue
from journeys.rules.states import KINDS

NO_OWNER = "none"
IN_COLUMN = 6
PAGE_SIZE = 30
ANY_MONTH = 32_767
"""Stands in a statement where the number of a month goes."""

STATES = {
    "active": "Under way",
    "overdue": "Overdue",
    "waiting": "Waits for us",
    "paused": "Paused",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "none": "Not started",
}
"""What the board can be narrowed to; without one it shows what is under way, paused or not."""
AS_LIST = frozenset({"completed", "cancelled", "none"})
"""These stand in no month."""


@dataclass(frozen=True)
class BoardFilter:
    """What is asked of the board. owner: a user's id or NO_OWNER; programme: an id; month: one column alone."""

    text: str = ""
    state: str = ""
    owner: str = ""
    segment: str = ""
    programme: str = ""
    month: int | None = None

    @property
    def is_plain(self) -> bool:
        return self == BoardFilter()

    @property
    def is_list(self) -> bool:
        """Whether it is shown as a list that is paged, not by month."""
        return self.month is not None or self.state in AS_LIST


@dataclass(frozen=True)
class Card:
    """One client on the board. due_date, state: of the month that it is in. is_unread: overdue by an earlier month."""

    customer_id: uuid.UUID
    name: str
    owner_name: str
    month: int | None = None
    title: str = ""
    due_date: date | None = None
    state: MonthState = MonthState.SCHEDULED
    is_overdue: bool = False
    is_unread: bool = False
    is_paused: bool = False

    @property
    def badge(self) -> str:
        return KINDS[self.state]


@dataclass(frozen=True)
class Column:
    """One month: the first of its clients, and how many they are."""

    month: int
    count: int
    overdue: int
    cards: Sequence[Card]

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


@dataclass(frozen=True)
class BoardCounts:
    """Journeys per state and, of those under way, per month: all of them, and the overdue ones."""

    months: dict[int, tuple[int, int]]
    active: int = 0
    overdue: int = 0
    waiting: int = 0
    paused: int = 0
    completed: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        return self.active + self.completed + self.cancelled


@dataclass(frozen=True)
class BoardFacets:
    owners: list[User]
    segments: list[str]
    has_unowned: bool
    programmes: list[Programme]

    @property
    def owner_choices(self) -> tuple[tuple[str, str], ...]:
        return choices_of(self.owners)


class Board:
    """The journeys of the reader's accounts, as the filter asks for them.

    mark: what the board stands at (`BOARD_ANSWERS`); what was answered at it in this minute is not read again, since
    what is overdue depends on the hour too. Empty: all is read.
    """

    def __init__(self, user: User, wanted: BoardFilter, *, now: datetime, mark: str = "") -> None:
        self.user, self.wanted, self.now, self.mark = user, wanted, now, mark

    @cached_property
    def counts(self) -> BoardCounts:
        """Counted without the state that is asked for, so that the other states can be chosen."""
        # Whatever the state and the month: one count serves them all.
        wanted = replace(self.wanted, state="", month=None)
        return BOARD_ANSWERS.answer(self.mark, self._key("counts", wanted), self._count)

    def _count(self) -> BoardCounts:
        scope = scope_of_sums(self.user)
        facet = (
            None
            if self.wanted.text
            else facet_of(
                owner=self.wanted.owner, segment=self.wanted.segment, programme=self.wanted.programme, nobody=NO_OWNER
            )
        )
        if scope is None or facet is None:
            return self._count_each()
        turning = self._count_turning()
        rows = [
            {
                "state": one.state,
                "current_month": one.month,
                "count": one.count,
                "overdue": one.overdue + (turning.get(one.month, 0) if one.state == JourneyState.ACTIVE else 0),
                "waiting": 0,
                "paused": one.paused,
            }
            for one in read_months(scope, facet, now=self.now)
        ]
        waiting = self._rows(with_state=False).filter(_waits(), state=JourneyState.ACTIVE)
        return replace(_sum_up(rows), waiting=waiting.count())

    def _count_turning(self) -> dict[int, int]:
        """By month, those the sums cannot tell of: what they have not opened makes them overdue today."""
        rows = self._rows(with_state=False).filter(
            state=JourneyState.ACTIVE, held_since=None, unopened_since__range=turning_day(self.now)
        )
        by_date = Case(When(is_due_late(self.now), then=True), default=False)
        left = rows.annotate(by_date=by_date).filter(by_date=False).order_by().values_list("current_month")
        return dict(left.annotate(count=Count("*")))

    def _count_each(self) -> BoardCounts:
        """Read all of them."""
        is_active = Q(state=JourneyState.ACTIVE)
        rows: Any = (
            self._rows(with_state=False)
            .order_by()
            .values("state", "current_month")
            .annotate(
                count=Count("*"),
                overdue=Count("state", filter=is_overdue(self.now)),
                waiting=Count("state", filter=is_active & _waits()),
                paused=Count("state", filter=is_active & Q(held_since__isnull=False)),
            )
        )
        return _sum_up(list(rows))

    def columns(self) -> list[Column]:
        """This will give every month that has clients or lies between, with the first cards of each."""
        return BOARD_ANSWERS.answer(self.mark, self._key("columns", self.wanted), self._read_columns)

    def _read_columns(self) -> list[Column]:
        known = self._months()
        ids = self._first_in_all() if self.wanted.text else self._first_in_each(known)
        cards: dict[int, list[Card]] = {}
        for card in self.read_cards(ids):
            cards.setdefault(card.month or 0, []).append(card)
        months = range(1, max(known, default=0) + 1)
        return [Column(month, *known.get(month, (0, 0)), cards.get(month, [])[:IN_COLUMN]) for month in months]

    def journeys(self) -> QuerySet[Journey]:
        """This will give the journeys asked for, by the account's name; all of them, not only a page."""
        return self._rows(with_state=True).order_by("customer__name", "pk")

    def read_cards(self, ids: Sequence[uuid.UUID]) -> list[Card]:
        """This will read what the cards of these journeys show, in two queries."""
        current = JourneyMonth.objects.filter(journey__in=ids, number=F("journey__current_month"))
        months = {
            row[0]: row[1:]
            for row in current.values_list(
                "journey_id", "step__title", "due_date", "skipped_at", "deliverable__state", "deliverable__opened_at"
            )
        }
        names = ("customer__owner__first_name", "customer__owner__last_name", "customer__owner__username")
        rows = (
            Journey.objects.filter(pk__in=ids)
            .annotate(is_late=_is_late(self.now))
            .order_by("-is_late", "customer__name", "pk")
            .values("pk", "customer_id", "customer__name", "current_month", "held_since", "is_late", *names)
        )
        today = self.now.date()
        return [_card(row, months.get(row["pk"], ("", None, None, None, None)), today=today) for row in rows]

    def not_started(self) -> QuerySet[Customer]:
        """This will give the accounts that the filter asks for and that are on no journey now."""
        rows: QuerySet[Customer] = Customer.objects.visible_to(self.user).select_related("owner")
        active = Journey.objects.filter(customer=OuterRef("pk"), state=JourneyState.ACTIVE)
        return rows.filter(~Exists(active), *_conditions(self.wanted, path="")).order_by("name", "pk")

    def customer_ids(self) -> QuerySet[Any, uuid.UUID]:
        """This will give all that match, for what is done to all of them."""
        if self.wanted.state == "none":
            return self.not_started().values_list("pk", flat=True)
        return self.journeys().values_list("customer", flat=True)

    def page_of(self, begin: int, end: int) -> list[Card]:
        """This will give a piece of the list."""
        key = self._key("page", self.wanted, begin, end)
        return BOARD_ANSWERS.answer(self.mark, key, partial(self._read_page, begin, end))

    def count_list(self) -> int:
        """This will give how many stand in the list."""
        return BOARD_ANSWERS.answer(self.mark, self._key("list", self.wanted), self.customer_ids().count)

    def count_some(self) -> Counted:
        """This will count them as far as a page needs it."""
        key = self._key("some", self.wanted)
        return BOARD_ANSWERS.answer(self.mark, key, lambda: count_some(self.customer_ids()))

    def _key(self, part: str, wanted: BoardFilter, *place: int) -> Key:
        return key_of(self.user, part, wanted, self.now.replace(second=0, microsecond=0), *place)

    def _read_page(self, begin: int, end: int) -> list[Card]:
        if self.wanted.state == "none":
            return [
                Card(row.pk, row.name, row.owner.display_name if row.owner else "")
                for row in self.not_started()[begin:end]
            ]
        return self.read_cards(list(self.journeys().values_list("pk", flat=True)[begin:end]))

    def _first_in_each(self, months: dict[int, tuple[int, int]]) -> list[uuid.UUID]:
        """The overdue come first, others only where these leave room: each walks names until it has enough.

        The two statements of one month are put together once and said for each. months: all of it, and the overdue.
        """
        rows = self._rows(with_state=True).filter(current_month=ANY_MONTH).annotate(is_late=_is_late(self.now))
        wanted = [(month, True) for month, (_, late) in months.items() if late]
        wanted += [(month, False) for month, (count, late) in months.items() if late < min(IN_COLUMN, count)]
        if not wanted:
            return []
        said = {
            is_late: rows.filter(is_late=is_late).order_by("customer__name", "pk").values("pk")[:IN_COLUMN]
            for is_late in {is_late for _, is_late in wanted}
        }
        words = {is_late: one.query.sql_with_params() for is_late, one in said.items()}
        each = " UNION ALL ".join(f"SELECT * FROM ({words[is_late][0]}) AS month_{month}" for month, is_late in wanted)  # noqa: S608
        values = [month if value == ANY_MONTH else value for month, is_late in wanted for value in words[is_late][1]]
        with connection.cursor() as cursor:
            cursor.execute(each, values)
            return [uuid.UUID(str(pk)) for (pk, *_) in cursor.fetchall()]

    def _first_in_all(self) -> list[uuid.UUID]:
        """Searches once for all months together."""
        first = [F("is_late").desc(), F("customer__name").asc(), F("pk").asc()]
        place = Window(RowNumber(), partition_by=F("current_month"), order_by=first)
        rows = self.journeys().order_by().annotate(is_late=_is_late(self.now)).annotate(place=place)
        return list(rows.filter(place__lte=IN_COLUMN).values_list("pk", flat=True))

    def _months(self) -> dict[int, tuple[int, int]]:
        """How many of those asked for are in each month, and how many of them overdue."""
        if self.wanted.state in ("", "active"):
            return self.counts.months
        if self.wanted.state == "overdue":
            return {month: (late, late) for month, (_, late) in self.counts.months.items() if late}
        late = Count("state", filter=is_overdue(self.now))
        rows = self._rows(with_state=True).order_by().values_list("current_month")
        return {month: (count, late) for month, count, late in rows.annotate(count=Count("*"), late=late)}

    def _rows(self, *, with_state: bool) -> QuerySet[Journey]:
        rows: QuerySet[Journey] = Journey.objects.visible_to(self.user)
        conditions = list(_conditions(self.wanted))
        if with_state:
            conditions.append(_state_condition(self.wanted.state, self.now))
            if self.wanted.month:
                conditions.append(Q(current_month=self.wanted.month))
        return rows.filter(*conditions)


def read_board_facets(user: User, *, now: datetime) -> BoardFacets:
    """This will give what the reader's accounts, on a journey or not, can be narrowed by; a minute old at most."""
    return once_a_minute("journeys.facets", user, now=now, read=lambda: _read_facets(user))


def _read_facets(user: User) -> BoardFacets:
    seen = read_seen(user)
    return BoardFacets(
        owners=seen.owners,
        segments=seen.segments,
        has_unowned=seen.has_unowned,
        programmes=list(Programme.objects.filter(is_archived=False)),
    )


def _conditions(wanted: BoardFilter, *, path: str = "customer__") -> Iterable[Q]:
    """path: how the query reaches the account; a programme has only who is on one."""
    if wanted.owner:
        yield Q(**{f"{path}owner": None if wanted.owner == NO_OWNER else wanted.owner})
    if wanted.segment:
        yield Q(**{f"{path}segment": wanted.segment})
    if wanted.programme and path:
        yield Q(version__programme=wanted.programme)
    if wanted.text:
        text = Lower(Value(wanted.text))
        by_itself = Customer.objects.filter(search_text__contains=text).order_by().values("pk")
        by_people = Stakeholder.objects.filter(search_text__contains=text).order_by().values("customer")
        yield Q(**{f"{path}pk__in": by_itself.union(by_people, all=True)})


def _state_condition(state: str, now: datetime) -> Q:
    is_active = Q(state=JourneyState.ACTIVE)
    conditions = {
        "overdue": is_active & is_overdue(now),
        "waiting": is_active & _waits(),
        "paused": is_active & Q(held_since__isnull=False),
        "completed": Q(state=JourneyState.COMPLETED),
        "cancelled": Q(state=JourneyState.CANCELLED),
    }
    return conditions.get(state, is_active)


def _waits() -> Q:
    return Q(pk__in=Deliverable.objects.filter(state__in=sorted(WAITING_DELIVERABLES)).order_by().values("journey"))


def _is_late(now: datetime) -> Case:
    return Case(When(is_overdue(now), then=True), default=False)


def _sum_up(rows: list[dict[str, Any]]) -> BoardCounts:
    by_state = {state.value: 0 for state in JourneyState}
    months: dict[int, tuple[int, int]] = {}
    for row in rows:
        by_state[row["state"]] += row["count"]
        if row["state"] == JourneyState.ACTIVE:
            months[row["current_month"]] = (row["count"], row["overdue"])
    return BoardCounts(
        months=months,
        overdue=sum(row["overdue"] for row in rows),
        waiting=sum(row["waiting"] for row in rows),
        paused=sum(row["paused"] for row in rows),
        **by_state,
    )


def _card(row: dict[str, Any], month: Sequence[Any], *, today: date) -> Card:
    title, due_date, skipped_at, state, opened_at = month
    full_name = f"{row['customer__owner__first_name'] or ''} {row['customer__owner__last_name'] or ''}".strip()
    shown = MonthState.OPENED if opened_at else MonthState(state) if state else MonthState.SCHEDULED
    return Card(
        customer_id=row["customer_id"],
        name=row["customer__name"],
        owner_name=full_name or row["customer__owner__username"] or "",
        month=row["current_month"],
        title=title,
        due_date=due_date,
        state=MonthState.SKIPPED if skipped_at else shown,
        is_overdue=bool(row["is_late"]),
        # What is to come cannot be late itself: an earlier month lies there unread.
        is_unread=bool(row["is_late"]) and due_date is not None and due_date > today,
        is_paused=row["held_since"] is not None,
    )

"""From positions to dated touches: the four weeks of a plan. Source: Engage, step 4; DESIGN section 5.

Nothing lands in the past, on a closed day or after the notice deadline. What cannot is named, not dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from customers.rules.workdays import Calendar
from outreach.enums import OwnerKind, TouchKind
from outreach.rules.cadence import (
    CONDITIONS,
    CONFIRM_BEFORE_DAYS,
    ESCALATE_AFTER_DAYS,
    LEAST_FIRST_TOUCH_DAY,
    LEAST_MILESTONE_BASE_DAY,
    MEETING_AFTER_DAYS,
    MILESTONES_BEFORE_BASE,
    OTHER_CHANNEL_AFTER_DAYS,
    RECAP_AFTER_DAYS,
    REMIND_AFTER_DAYS,
    title_of,
)
from outreach.rules.placing import Fits, Window, day_after, spread_in_order

LAST_WEEK = 4
DAYS_PER_WEEK = 5


@dataclass(frozen=True)
class PlannedPosition:
    """One stakeholder of the sequence. key: their id. day: where the sequence puts the first email.

    sent_on: the local date on which the first email really left; the follow-ups count from it.
    """

    order: int
    key: str
    name: str
    role: str
    owner: OwnerKind
    day: int
    sent_on: date | None = None


@dataclass(frozen=True)
class PlannedTouch:
    """One thing to do on one day, or one that does not fit: then `date` is None and `infeasible` says why.

    key: stays the same when the plan is computed again. wanted: the day before any move. day: counts down
    to renewal. condition, moved_reason: in words, empty when there is none.
    """

    key: str
    kind: TouchKind
    title: str
    owner: OwnerKind
    wanted: date
    date: date | None
    order: int = 0
    person_key: str = ""
    name: str = ""
    role: str = ""
    day: int | None = None
    week: int | None = None
    condition: str = ""
    moved_reason: str = ""
    infeasible: str = ""

    @property
    def conditional(self) -> bool:
        return bool(self.condition)


@dataclass(frozen=True)
class Week:
    """One of the four weeks with the days to renewal that it covers; the fourth runs to the deadline."""

    number: int
    first_day: int
    last_day: int
    touches: tuple[PlannedTouch, ...]


@dataclass(frozen=True)
class Plan:
    """A whole plan. touches: by date; infeasible: what does not fit, each with its reason.

    deadline: renewal minus notice days, as the contract has it. first_day: day to renewal of week 1's start.
    first_contact: when the first email leaves or left, None when nobody can be contacted.
    """

    touches: tuple[PlannedTouch, ...]
    infeasible: tuple[PlannedTouch, ...]
    deadline: date
    first_day: int
    notice_days: int
    first_contact: date | None = None

    def weeks(self) -> tuple[Week, ...]:
        """Lay the touches out as the four-week table; a late plan has only the weeks that are left."""
        numbers = range(1, LAST_WEEK + 1)
        return tuple(self._week(number) for number in numbers if self._starts(number) >= self.notice_days)

    def _starts(self, number: int) -> int:
        return self.first_day - (number - 1) * DAYS_PER_WEEK

    def _week(self, number: int) -> Week:
        first = self._starts(number)
        last = self.notice_days if number == LAST_WEEK else first - DAYS_PER_WEEK + 1
        touches = tuple(touch for touch in self.touches if touch.week == number)
        return Week(number, first, max(last, self.notice_days), touches)


def plan_touches(
    positions: tuple[PlannedPosition, ...],
    *,
    renewal_date: date,
    notice_days: int,
    calendar: Calendar,
    today: date,
    first_day: int | None = None,
) -> Plan:
    """Lay the positions out over the working days from `today` to the notice deadline.

    today: the customer's local date. first_day: where week 1 starts, kept from the first computation when a
    running plan is computed again. First emails that have left are not planned again.
    """
    deadline = renewal_date - timedelta(days=notice_days)
    window = Window(calendar=calendar, today=today, deadline=deadline)
    base = first_day or max((p.day for p in positions), default=(renewal_date - today).days)
    make = _RowMaker(renewal_date=renewal_date, first_day=base)
    latest_first = renewal_date - timedelta(days=max(notice_days, LEAST_FIRST_TOUCH_DAY))
    rows = _first_emails(positions, make, window, latest=latest_first)
    contacted = _contact_dates(positions, rows)
    for position in positions:
        if position.key in contacted:
            rows += _follow_ups(position, contacted[position.key], make, window)
    rows += _escalation(contacted, make, window)
    rows += _milestones(contacted, make, window, base=renewal_date - timedelta(days=_milestone_base(notice_days)))
    return Plan(
        touches=tuple(sorted((row for row in rows if row.date), key=_by_date)),
        infeasible=tuple(row for row in rows if row.date is None),
        deadline=deadline,
        first_day=base,
        notice_days=notice_days,
        first_contact=min(contacted.values(), default=None),
    )


def week_of(day: int, *, first_day: int) -> int:
    """Name the week of the plan, 1 to 4, counted from its first day; the fourth takes the rest."""
    return max(1, min(LAST_WEEK, 1 + (first_day - day) // DAYS_PER_WEEK))


@dataclass(frozen=True)
class _RowMaker:
    """Makes the rows of one plan, each with its day to renewal and its week."""

    renewal_date: date
    first_day: int

    def for_person(self, kind: TouchKind, position: PlannedPosition, wanted: date, fit: Fits) -> PlannedTouch:
        day = self._day(fit)
        return PlannedTouch(
            key=f"{kind.value}:{position.key}",
            kind=kind,
            title=title_of(kind, position.name),
            owner=position.owner,
            wanted=wanted,
            date=fit.date,
            order=position.order,
            person_key=position.key,
            name=position.name,
            role=position.role,
            day=day,
            week=self._week(day),
            condition=CONDITIONS.get(kind, ""),
            moved_reason=fit.moved_reason,
            infeasible=fit.infeasible,
        )

    def for_plan(self, kind: TouchKind, owner: OwnerKind, wanted: date, fit: Fits) -> PlannedTouch:
        day = self._day(fit)
        return PlannedTouch(
            key=kind.value,
            kind=kind,
            title=title_of(kind),
            owner=owner,
            wanted=wanted,
            date=fit.date,
            day=day,
            week=self._week(day),
            condition=CONDITIONS.get(kind, ""),
            moved_reason=fit.moved_reason,
            infeasible=fit.infeasible,
        )

    def _day(self, fit: Fits) -> int | None:
        return (self.renewal_date - fit.date).days if fit.date else None

    def _week(self, day: int | None) -> int | None:
        return None if day is None else week_of(day, first_day=self.first_day)


def _first_emails(
    positions: tuple[PlannedPosition, ...], make: _RowMaker, window: Window, *, latest: date
) -> list[PlannedTouch]:
    open_ones = [position for position in positions if position.sent_on is None]
    wanted = [make.renewal_date - timedelta(days=position.day) for position in open_ones]
    fits = spread_in_order(wanted, window=window, latest=latest)
    return [
        make.for_person(TouchKind.EMAIL, position, day, fit)
        for position, day, fit in zip(open_ones, wanted, fits, strict=True)
    ]


def _contact_dates(positions: tuple[PlannedPosition, ...], emails: list[PlannedTouch]) -> dict[str, date]:
    """Map each person who is or will be contacted to the date of their first email."""
    sent = {position.key: position.sent_on for position in positions if position.sent_on}
    return sent | {email.person_key: email.date for email in emails if email.date}


def _follow_ups(position: PlannedPosition, email_date: date, make: _RowMaker, window: Window) -> list[PlannedTouch]:
    earliest = day_after(email_date)
    rows = []
    for kind, after in ((TouchKind.REMINDER, REMIND_AFTER_DAYS), (TouchKind.CALL, OTHER_CHANNEL_AFTER_DAYS)):
        wanted = email_date + timedelta(days=after)
        rows.append(make.for_person(kind, position, wanted, window.place(wanted, not_before=earliest)))
    return rows + _meeting(position, email_date, make, window)


def _meeting(position: PlannedPosition, email_date: date, make: _RowMaker, window: Window) -> list[PlannedTouch]:
    after = MEETING_AFTER_DAYS.get(position.role)
    if after is None:
        return []
    earliest = day_after(email_date)
    wanted = email_date + timedelta(days=after)
    meeting = make.for_person(TouchKind.MEETING, position, wanted, window.place(wanted, not_before=earliest))
    if meeting.date is None:
        return [meeting]
    confirm = meeting.date - timedelta(days=CONFIRM_BEFORE_DAYS)
    recap = meeting.date + timedelta(days=RECAP_AFTER_DAYS)
    confirm_fit = window.place_between(confirm, not_before=earliest, before=meeting.date)
    recap_fit = window.place(recap, not_before=day_after(meeting.date))
    return [
        make.for_person(TouchKind.CONFIRMATION, position, confirm, confirm_fit),
        meeting,
        make.for_person(TouchKind.RECAP, position, recap, recap_fit),
    ]


def _escalation(contacted: dict[str, date], make: _RowMaker, window: Window) -> list[PlannedTouch]:
    if not contacted:
        return []
    first = min(contacted.values())
    wanted = first + timedelta(days=ESCALATE_AFTER_DAYS)
    fit = window.place(wanted, not_before=day_after(first))
    return [make.for_plan(TouchKind.ESCALATION, OwnerKind.EXECUTIVE, wanted, fit)]


def _milestone_base(notice_days: int) -> int:
    return max(notice_days, LEAST_MILESTONE_BASE_DAY)


def _milestones(contacted: dict[str, date], make: _RowMaker, window: Window, *, base: date) -> list[PlannedTouch]:
    """Place final follow-ups and alignment after the last first email, and the notice on its deadline."""
    rows = []
    earliest = day_after(max(contacted.values())) if contacted else None
    for kind, before in MILESTONES_BEFORE_BASE.items():
        wanted = base - timedelta(days=before)
        fit = window.place(wanted, not_before=earliest) if contacted else _nobody()
        earliest = fit.date or earliest
        rows.append(make.for_plan(kind, OwnerKind.CSM, wanted, fit))
    notice = window.place(window.deadline)
    return [*rows, make.for_plan(TouchKind.NOTICE, OwnerKind.CSM, window.deadline, notice)]


def _nobody() -> Fits:
    return Fits(None, infeasible="Nobody can be contacted in time.")


KIND_ORDER: Mapping[TouchKind, int] = {kind: place for place, kind in enumerate(TouchKind)}


def _by_date(row: PlannedTouch) -> tuple[date, bool, int, int]:
    """Sort by date; on one day people come in their order and the rows of the whole plan last."""
    return row.date or date.max, row.order == 0, row.order, KIND_ORDER[row.kind]

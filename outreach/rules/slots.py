"""On which day a follow-up falls: so many calendar days after the letter, moved to a day on which they work there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from customers.rules.workdays import Calendar


@dataclass(frozen=True)
class Slot:
    """A day for something. moved_reason: why it is not the day that was wanted; "" when it is."""

    date: date
    moved_reason: str = ""


def follow_up_slot(sent_date: date, *, after_days: int, calendar: Calendar, deadline: date | None = None) -> Slot:
    """Choose the day: the next working day, or an earlier one where only that is before the notice deadline.

    What is wanted after the deadline keeps its day: it happens only while the plan is still open then. Source: DESIGN
    section 5, "calendar days from the send, moved to the next working day".
    """
    wanted = sent_date + timedelta(days=after_days)
    day = calendar.next_open(wanted)
    if deadline is not None and wanted <= deadline < day:
        earlier = calendar.previous_open(deadline)
        if earlier > sent_date:
            return Slot(earlier, f"Brought forward from {_say(wanted)}: later would be after the notice deadline.")
    if day == wanted:
        return Slot(day)
    return Slot(day, f"Moved from {_say(wanted)}, {calendar.why_closed(wanted)}.")


def spread_slots(days: tuple[date, ...], *, not_before: date, calendar: Calendar) -> tuple[date, ...]:
    """Move days, earliest first, so that none is before `not_before`, keeping how far they lie apart.

    A day that is late enough stays, unless an earlier one that moved would come too close to it.
    """
    if not days or days[0] >= not_before:
        return days
    first = calendar.next_open(not_before)
    return tuple(max(day, calendar.next_open(first + (day - days[0]))) for day in days)


def _say(day: date) -> str:
    return f"{day:%a %-d %b %Y}"

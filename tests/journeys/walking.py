"""Eight months day by day on a frozen clock: the clock ticks, staff release what is written, the client opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from customers.models import Hold
from emails.enums import WAITING_STATES
from emails.models import CapturedMail, Draft
from journeys.enums import AutomationStatus, DeliverableState
from journeys.models import AutomationSchedule, Deliverable, Journey
from journeys.services.clock import tick
from tests.journeys.ground import deliver, open_month

NEW_YORK = ZoneInfo("America/New_York")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=NEW_YORK)


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=index) for index in range((last - first).days + 1))


@dataclass
class Walk:
    """One journey walked through. plans: what a person does on a day besides, at noon."""

    journey: Journey
    plans: dict[date, Callable[[datetime], object]] = field(default_factory=dict)
    is_opened: bool = True

    def walk(self, first: date, last: date) -> None:
        for day in days(first, last):
            if day not in self.plans and not _is_anything_due(at(day, 23)):
                continue
            tick(now=at(day, 9))
            self._release(at(day, 10))
            tick(now=at(day, 10))
            tick(now=at(day, 10, 1))
            if self.is_opened:
                self._open(at(day, 11))
            if plan := self.plans.get(day):
                plan(at(day, 12))
                tick(now=at(day, 12))
                tick(now=at(day, 12, 1))
            tick(now=at(day, 16))

    def _release(self, now: datetime) -> None:
        written = Deliverable.objects.filter(journey=self.journey).exclude(state=DeliverableState.DELIVERED)
        for number in written.values_list("month__number", flat=True):
            deliver(self.journey, number, now=now)

    def _open(self, now: datetime) -> None:
        unopened = Deliverable.objects.filter(journey=self.journey, delivered_at__isnull=False, opened_at=None)
        for number in unopened.values_list("month__number", flat=True):
            open_month(self.journey, number, now=now)


def _is_anything_due(until: datetime) -> bool:
    """A day on which nothing falls due is not ticked through: half a year of them takes minutes."""
    rows = AutomationSchedule.objects.filter(status=AutomationStatus.SCHEDULED, trigger_at__lte=until)
    holds = Hold.objects.filter(ended_at=None, until__lte=until)
    return rows.exists() or holds.exists() or Draft.objects.filter(state__in=sorted(WAITING_STATES)).exists()


def mailbox() -> list[tuple[str, str]]:
    """Local day and subject of everything that left, in order."""
    mails = (
        CapturedMail.objects.filter(draft__isnull=False).select_related("draft").order_by("draft__sent_at", "subject")
    )
    return [(f"{mail.draft.sent_at.astimezone(NEW_YORK):%a %d %b %H:%M}", mail.subject) for mail in mails]

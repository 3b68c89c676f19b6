"""How the automations do: today, this week, the next seven days, and the measures of their success.

Source: the journey spec, "Automation Analytics Dashboard" and "Success Metrics". Each part is one aggregate, so that
the number of queries is the same for ten accounts and ten thousand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.utils import timezone

from customers.models import User
from customers.queries.minute import once_a_minute
from journeys.enums import AutomationStatus, AutomationType, JourneyState, LogStatus
from journeys.models import (
    AutomationLog,
    AutomationSchedule,
    Deliverable,
    DeliverableVersion,
    Journey,
    JourneyMonth,
)
from journeys.queries.due import get_last_tick_at, get_oldest_ready_at
from journeys.queries.local_days import LocalDay
from journeys.queries.overdue import is_overdue
from journeys.queries.satisfaction import Satisfaction, has_switched_off, read_satisfaction
from journeys.queries.savings import read_estimates
from journeys.rules.savings import hours_saved

AHEAD = timedelta(days=7)
MEASURED = timedelta(days=30)
LONG_OVERDUE_DAYS = 7


@dataclass(frozen=True)
class Since:
    """The beginnings of what is counted, by the reader's days. week: Monday. measured: of the success metrics."""

    now: datetime
    today: datetime
    week: datetime
    measured: datetime

    @classmethod
    def of(cls, now: datetime) -> Since:
        today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        monday = today - timedelta(days=today.weekday())
        return cls(now, today, monday, now - MEASURED)


@dataclass(frozen=True)
class Done:
    """What the log says. today, week and measured: done, by type; failed: given up or to be tried again."""

    today: Mapping[str, int]
    week: Mapping[str, int]
    measured: Mapping[str, int]
    failed_today: int
    failed_measured: int

    @property
    def success_pct(self) -> float | None:
        """Of what was done or given up in 30 days; None where there was nothing."""
        return share(sum(self.measured.values()), sum(self.measured.values()) + self.failed_measured)

    @property
    def failure_pct(self) -> float | None:
        return share(self.failed_measured, sum(self.measured.values()) + self.failed_measured)


@dataclass(frozen=True)
class Timeliness:
    """Of the months whose date has come: how many, and how many were delivered on or before it."""

    due_in_week: int
    on_time_in_week: int
    due: int
    on_time: int
    generated: int

    @property
    def generated_pct(self) -> float | None:
        """Of the same months: those whose text was written on or before the date."""
        return share(self.generated, self.due)

    @property
    def week_pct(self) -> float | None:
        return share(self.on_time_in_week, self.due_in_week)

    @property
    def measured_pct(self) -> float | None:
        return share(self.on_time, self.due)


@dataclass(frozen=True)
class Clients:
    """Journeys under way, those overdue, those overdue for more than a week, those that end within seven days.

    switched_off: of whom somebody wanted no more mails of the programme.
    """

    active: int
    overdue: int
    long_overdue: int
    completing: int
    switched_off: int

    @property
    def switched_off_pct(self) -> float | None:
        return share(self.switched_off, self.active)

    @property
    def on_time_pct(self) -> float | None:
        """Of the clients under way: those who get on without anything overdue."""
        return share(self.active - self.overdue, self.active)

    @property
    def long_overdue_pct(self) -> float | None:
        return share(self.long_overdue, self.active)


@dataclass(frozen=True)
class Health:
    done: Done
    timeliness: Timeliness
    clients: Clients
    satisfaction: Satisfaction
    months_completed: int
    ahead: Mapping[str, int]
    retry_resolved_in: timedelta | None
    hours_saved_in_week: float
    oldest_due_at: datetime | None
    last_tick_at: datetime | None
    since: Since

    @property
    def oldest_due_s(self) -> int | None:
        return max(int((self.since.now - self.oldest_due_at).total_seconds()), 0) if self.oldest_due_at else None

    @property
    def retry_minutes(self) -> float | None:
        return None if self.retry_resolved_in is None else round(self.retry_resolved_in.total_seconds() / 60, 1)


def read_health(user: User, *, now: datetime) -> Health:
    """This will count it all for the accounts that the reader may see; the clock's own health is everybody's."""
    since = Since.of(now)
    done = _read_done(user, since)
    return Health(
        done=done,
        timeliness=_read_timeliness(user, since),
        clients=_read_clients(user, since),
        satisfaction=read_satisfaction(user, now=now),
        months_completed=Deliverable.objects.visible_to(user).filter(delivered_at__gte=since.week).count(),
        ahead=_read_ahead(user, since),
        retry_resolved_in=_read_retries(user, since),
        hours_saved_in_week=hours_saved(done.week, read_estimates()),
        oldest_due_at=get_oldest_ready_at(now),
        last_tick_at=get_last_tick_at(),
        since=since,
    )


def read_kept_health(user: User, *, now: datetime) -> Health:
    """This will give the figures as they were counted within the last minute; the clock's own health as it is now."""
    kept = once_a_minute("journeys-health", user, now=now, read=lambda: read_health(user, now=now))
    if kept.since.now == now:
        return kept
    return replace(
        kept,
        hours_saved_in_week=hours_saved(kept.done.week, read_estimates()),
        oldest_due_at=get_oldest_ready_at(now),
        last_tick_at=get_last_tick_at(),
    )


def share(part: int, whole: int) -> float | None:
    """This will give a share in percent with one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def _read_done(user: User, since: Since) -> Done:
    """Given up: the last attempt of a row failed, and the row with it."""
    first = min(since.measured, since.week)
    is_done, has_failed = Q(status=LogStatus.SUCCESS), Q(status=LogStatus.FAILED)
    given_up = has_failed & Q(automation__status=AutomationStatus.FAILED, attempt__gt=F("automation__max_retries"))
    rows = (
        AutomationLog.objects.visible_to(user)
        .filter(is_done | has_failed, at__gte=first)
        .order_by()
        .values("type")
        .annotate(
            today=Count("pk", filter=is_done & Q(at__gte=since.today)),
            week=Count("pk", filter=is_done & Q(at__gte=since.week)),
            measured=Count("pk", filter=is_done & Q(at__gte=since.measured)),
            failed_today=Count("pk", filter=given_up & Q(at__gte=since.today)),
            failed=Count("pk", filter=given_up & Q(at__gte=since.measured)),
        )
    )
    found = list(rows)
    return Done(
        today=Counter({row["type"]: row["today"] for row in found}),
        week=Counter({row["type"]: row["week"] for row in found}),
        measured=Counter({row["type"]: row["measured"] for row in found}),
        failed_today=sum(row["failed_today"] for row in found),
        failed_measured=sum(row["failed"] for row in found),
    )


def _read_retries(user: User, since: Since) -> timedelta | None:
    """From the first attempt that failed to the one that did it, on an average; None where nothing was retried."""
    failures = AutomationLog.objects.filter(automation=OuterRef("automation"), status=LogStatus.FAILED).order_by()
    first_failed = failures.values("automation").annotate(first=Min("at")).values("first")
    resolved = (
        AutomationLog.objects.visible_to(user)
        .filter(status=LogStatus.SUCCESS, attempt__gt=1, at__gte=since.measured)
        .annotate(failed_at=Subquery(first_failed, output_field=DateTimeField()))
        .aggregate(took=Avg(ExpressionWrapper(F("at") - F("failed_at"), output_field=DurationField())))
    )
    took: timedelta | None = resolved["took"]
    return took


def _read_timeliness(user: User, since: Since) -> Timeliness:
    """A month counts from the day after its date, or once it is delivered: until then it can still be on time."""
    there = LocalDay(Value(since.now, output_field=DateTimeField()), F("journey__zone"))
    delivered_on = LocalDay(F("deliverable__delivered_at"), F("journey__zone"))
    counts = Q(due_date__lt=there) | Q(due_date=there, deliverable__delivered_at__isnull=False)
    texts = DeliverableVersion.objects.filter(deliverable__month=OuterRef("pk")).order_by("at")
    written_at = Subquery(texts.values("at")[:1], output_field=DateTimeField())
    is_on_time, in_week = Q(delivered_on__lte=F("due_date")), Q(due_date__gte=since.week.date())
    first = min(since.week.date(), since.measured.date())
    found = (
        JourneyMonth.objects.visible_to(user)
        .filter(counts, skipped_at=None, due_date__gte=first, due_date__lte=since.now.date() + timedelta(days=1))
        .exclude(journey__state=JourneyState.CANCELLED)
        .annotate(delivered_on=delivered_on, written_at=written_at)
        .annotate(written_on=LocalDay(F("written_at"), F("journey__zone")))
        .aggregate(
            due_in_week=Count("pk", filter=in_week),
            on_time_in_week=Count("pk", filter=in_week & is_on_time),
            due=Count("pk"),
            on_time=Count("pk", filter=is_on_time),
            generated=Count("pk", filter=Q(written_on__lte=F("due_date"))),
        )
    )
    return Timeliness(**found)


def _read_clients(user: User, since: Since) -> Clients:
    today = since.now.date()
    last = JourneyMonth.objects.filter(journey=OuterRef("journey"), number__gt=OuterRef("number"), skipped_at=None)
    ending = JourneyMonth.objects.filter(
        ~Exists(last), journey=OuterRef("pk"), skipped_at=None, due_date__range=(today, today + AHEAD)
    )
    found: dict[str, Any] = (
        Journey.objects.visible_to(user)
        .filter(state=JourneyState.ACTIVE)
        .aggregate(
            active=Count("pk"),
            overdue=Count("pk", filter=is_overdue(since.now)),
            long_overdue=Count("pk", filter=is_overdue(since.now, days=LONG_OVERDUE_DAYS)),
            switched_off=Count("pk", filter=has_switched_off()),
            completing=Count("pk", filter=Q(Exists(ending), held_since=None)),
        )
    )
    return Clients(**found)


def _read_ahead(user: User, since: Since) -> Mapping[str, int]:
    """What is scheduled for the next seven days, by type; what is due already among it."""
    rows = AutomationSchedule.objects.visible_to(user).due(since.now + AHEAD)
    rows = rows.filter(type__in=(AutomationType.GENERATE_DELIVERABLE, AutomationType.SEND_REMINDER))
    return Counter(dict(rows.order_by().values_list("type").annotate(count=Count("pk"))))

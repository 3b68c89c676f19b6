"""Is it alive, is it ready, how much waits: for load balancers, monitors and Prometheus.

The answers hold numbers only, no names and no error texts, since anyone may ask.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import current_app
from django.db import DatabaseError, connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import re_path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.queues import list_queues
from customers.queries.standstill import stands_still
from emails.enums import DraftState
from emails.models import Draft
from journeys.queries.due import count_ready, get_last_tick_at, get_oldest_ready_at

# Beat rings every 30 s and a tick may work for 60 s: after three minutes of silence nobody rings any more.
MAX_TICK_AGE = timedelta(minutes=3)
MAX_DUE_AGE = timedelta(minutes=10)
BROKER_TIMEOUT_S = 2
ON_THEIR_WAY = (
    DraftState.SCHEDULED,
    DraftState.QUEUED,
    DraftState.SENDING,
    DraftState.BLOCKED,
    DraftState.UNKNOWN,
    DraftState.NEEDS_REVIEW,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ClockAges:
    """Seconds since the last tick and since the oldest due row fell due; None for never and for nothing due."""

    last_tick_s: float | None
    oldest_due_s: float | None

    @property
    def is_ticking(self) -> bool:
        return self.last_tick_s is not None and self.last_tick_s <= MAX_TICK_AGE.total_seconds()

    @property
    def keeps_up(self) -> bool:
        return self.oldest_due_s is None or self.oldest_due_s <= MAX_DUE_AGE.total_seconds()


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing else, so that a slow database restarts no process."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """The database and the broker answer, the clock is ticking, keeps up and does not stand still; 503 otherwise."""
    now = timezone.now()
    has_database = _database_answers()
    has_broker = _broker_answers()
    ages = _clock_ages(now) if has_database else ClockAges(None, None)
    checks = {
        "database": has_database,
        "broker": has_broker,
        "lastTick": ages.is_ticking,
        "oldestDue": has_database and ages.keeps_up,
        "noStandstill": has_database and not stands_still(),
    }
    body: dict[str, Any] = {
        "status": "ready" if all(checks.values()) else "not ready",
        "checks": checks,
        "lastTickAgeSeconds": ages.last_tick_s,
        "oldestDueAgeSeconds": ages.oldest_due_s,
    }
    return JsonResponse(body, status=200 if all(checks.values()) else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """What waits and since when, in the text form that Prometheus reads; 503 without the database."""
    if not _database_answers():
        return HttpResponse("", status=503, content_type="text/plain; version=0.0.4")
    return HttpResponse("\n".join(_samples(timezone.now())) + "\n", content_type="text/plain; version=0.0.4")


def _samples(now: datetime) -> Iterator[str]:
    ages = _clock_ages(now)
    yield from _gauge("evergreen_due_rows", "Automations that are due and not on hold.", count_ready(now))
    yield from _gauge("evergreen_oldest_due_age_seconds", "How long the oldest waits.", ages.oldest_due_s or 0)
    if ages.last_tick_s is not None:
        yield from _gauge("evergreen_last_tick_age_seconds", "Since the clock last ticked.", ages.last_tick_s)
    yield from _gauge("evergreen_standstill", "1 while nothing runs until ops confirm the clock.", int(stands_still()))
    yield from _queue_samples(now)
    yield "# HELP evergreen_drafts Letters on their way out, by state."
    yield "# TYPE evergreen_drafts gauge"
    counts = count_on_their_way()
    for state in ON_THEIR_WAY:
        yield f'evergreen_drafts{{state="{state}"}} {counts.get(state, 0)}'


def _queue_samples(now: datetime) -> Iterator[str]:
    queues = list_queues(now)
    yield "# HELP evergreen_queue_rows Rows that leave the house by being claimed, by queue and state."
    yield "# TYPE evergreen_queue_rows gauge"
    for queue in queues:
        for state in ("waiting", "in_doubt", "failed"):
            yield f'evergreen_queue_rows{{queue="{queue.code}",state="{state}"}} {getattr(queue, state)}'
    yield "# HELP evergreen_queue_oldest_age_seconds How long the row waits that waits longest, by queue."
    yield "# TYPE evergreen_queue_oldest_age_seconds gauge"
    for queue in queues:
        yield f'evergreen_queue_oldest_age_seconds{{queue="{queue.code}"}} {_age_s(queue.oldest, now) or 0:g}'


def count_on_their_way() -> dict[str, int]:
    rows = Draft.objects.filter(state__in=ON_THEIR_WAY).values_list("state").annotate(Count("pk")).order_by("state")
    return dict(rows)


def _gauge(name: str, meaning: str, value: float) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    yield f"{name} {value:g}"


def _clock_ages(now: datetime) -> ClockAges:
    return ClockAges(_age_s(get_last_tick_at(), now), _age_s(get_oldest_ready_at(now), now))


def _age_s(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else max(0.0, round((now - moment).total_seconds(), 3))


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError as error:
        log.warning("database_does_not_answer", error=type(error).__name__)
        return False


def _broker_answers() -> bool:
    try:
        with current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT_S) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_S)
        return True
    except Exception as error:  # each transport has errors of its own
        log.warning("broker_does_not_answer", error=type(error).__name__)
        return False


urlpatterns = [
    re_path(r"^healthz/?$", healthz, name="healthz"),
    re_path(r"^readyz/?$", readyz, name="readyz"),
    re_path(r"^metrics/?$", metrics, name="metrics"),
]

"""What the clock does for enrollments; registered at start-up."""

from __future__ import annotations

from datetime import datetime

from customers.queries.moments import Waiting, When
from journeys.registry import Sweeper, register_sweeper
from outreach.models import Enrollment
from outreach.queries.enrollments import enrollments_waiting, looks_waiting, sync_waiting, triggers_waiting
from outreach.services import (
    enrollment_control,
    enrollment_sending,
    enrollment_sync,
    enrollment_triggers,
    outreach_news,
)
from outreach.services.enrolling import free_plan_waits


def sweep_enrollments(now: datetime) -> int:
    """This will do what is due at Outreach.io: approved, doubtful, paused, removed, opted out."""
    return enrollment_sending.work_due(now=now) + enrollment_control.work_wishes(now=now)


def sweep_plan_waits(now: datetime) -> int:
    return free_plan_waits(None, now=now)


def plan_waits_waiting(when: When) -> Waiting:
    return (Enrollment.objects.filter(waits_for_plan=True, not_before__lte=when).order_by("not_before"),)


SWEEPERS = (
    Sweeper("enrollments", sweep_enrollments, waiting=enrollments_waiting),
    Sweeper("enrollment_news", outreach_news.sweep, only_listens=True, waiting=outreach_news.waiting),
    Sweeper("enrollment_plan_waits", sweep_plan_waits, waiting=plan_waits_waiting),
    Sweeper("enrollment_sync", enrollment_sync.sweep, only_listens=True, waiting=sync_waiting),
    Sweeper("enrollment_looks", enrollment_triggers.look, waiting=looks_waiting),
    Sweeper("enrollment_triggers", enrollment_triggers.sweep, waiting=triggers_waiting),
)


def register() -> None:
    """Tell the clock what to do for enrollments, and when."""
    for sweeper in SWEEPERS:
        register_sweeper(sweeper)

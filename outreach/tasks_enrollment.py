"""The doorbells of enrollments. What is to be done stands in the database; the clock finds what a lost ring left."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from outreach.services import enrollment_control, enrollment_sending, enrollment_sync, outreach_news

MOST_ROUNDS = 200


@shared_task(name="outreach.enroll")
def enroll(enrollment_id: str) -> None:
    """Do one approved enrollment at once."""
    enrollment_sending.work(UUID(enrollment_id), now=timezone.now())


@shared_task(name="outreach.work_enrollments")
def work_enrollments() -> None:
    """Do what is due at Outreach.io, and read what changed where the clock asked for it."""
    enrollment_control.work_wishes(now=timezone.now())
    for _ in range(MOST_ROUNDS):
        if not enrollment_sending.work_due(now=timezone.now()):
            break
    enrollment_sync.sync_asked(now=timezone.now())


@shared_task(name="outreach.apply_news")
def apply_outreach_news() -> None:
    """Apply what Outreach.io told."""
    outreach_news.apply_due(now=timezone.now())

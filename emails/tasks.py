"""The doorbells of the emails app. The messages carry nothing: what is to be done stands in the database."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from emails.services import writings


@shared_task(name="emails.write_due")
def write_due() -> None:
    """Have Claude write the versions that were asked for; the clock finds those whose ring was lost."""
    writings.write_due(now=timezone.now())

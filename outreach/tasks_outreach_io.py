"""The doorbells of Outreach.io. The messages carry nothing: what is to be done stands in the database."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from outreach.services.outreach_discovery import discover_claimed, discover_due


@shared_task(name="outreach.discover")
def discover_outreach() -> None:
    """Read what is at Outreach.io, if it is time."""
    discover_due(now=timezone.now())


@shared_task(name="outreach.discover_claimed")
def discover_outreach_claimed() -> None:
    """Read what is at Outreach.io; the clock has claimed it."""
    discover_claimed(now=timezone.now())

"""The doorbells of the emails app. The messages carry nothing: what is to be done stands in the database."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from emails.services import events, inbound, suppression, writings


@shared_task(name="emails.write_due")
def write_due() -> None:
    """Have Claude write the versions that were asked for; the clock finds those whose ring was lost."""
    writings.write_due(now=timezone.now())


@shared_task(name="emails.apply_events")
def apply_events() -> None:
    """Apply what the provider has told; the clock finds those whose ring was lost."""
    events.apply_due(now=timezone.now())


@shared_task(name="emails.announce_stops")
def announce_stops() -> None:
    """Stop what waits for addresses that were taken off by the provider's events; the clock finds lost rings."""
    suppression.announce_due(now=timezone.now())


@shared_task(name="emails.apply_mails")
def apply_mails() -> None:
    """Apply the mails that came in; the clock finds those whose ring was lost."""
    inbound.apply_due(now=timezone.now())

"""What the emails app does about its own news: rings for the workers."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from emails.signals import events_kept, mails_kept, stops_kept, version_asked
from emails.tasks import announce_stops, apply_events, apply_mails, write_due


@receiver(version_asked, dispatch_uid="emails.ring_for_version")
def ring_for_version(sender: object, **_: Any) -> None:
    write_due.delay()


@receiver(events_kept, dispatch_uid="emails.ring_for_events")
def ring_for_events(sender: object, **_: Any) -> None:
    apply_events.delay()


@receiver(stops_kept, dispatch_uid="emails.ring_for_stops")
def ring_for_stops(sender: object, **_: Any) -> None:
    announce_stops.delay()


@receiver(mails_kept, dispatch_uid="emails.ring_for_mails")
def ring_for_mails(sender: object, **_: Any) -> None:
    apply_mails.delay()

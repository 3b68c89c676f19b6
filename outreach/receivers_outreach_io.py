"""What rings for Outreach.io: it was connected, it is to be read again, or the clock found that it is time."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from outreach.signals import outreach_changed, outreach_discovery_claimed
from outreach.tasks_outreach_io import discover_outreach, discover_outreach_claimed


@receiver(outreach_changed, dispatch_uid="outreach.ring_for_outreach_io")
def ring_for_outreach(sender: object, **_: Any) -> None:
    discover_outreach.delay()


@receiver(outreach_discovery_claimed, dispatch_uid="outreach.ring_for_discovery")
def ring_for_discovery(sender: object, **_: Any) -> None:
    discover_outreach_claimed.delay()

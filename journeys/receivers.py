"""What journeys do about news: ring for the workers."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from journeys.signals import deliverable_asked
from journeys.tasks import write_deliverables


@receiver(deliverable_asked, dispatch_uid="journeys.ring_for_deliverables")
def ring_for_deliverables(sender: object, **_: Any) -> None:
    write_deliverables.delay()

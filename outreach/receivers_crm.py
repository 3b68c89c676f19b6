"""What the CRM's bridge hears: an opportunity was logged."""

from __future__ import annotations

import uuid
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from outreach.services.crm import note_logged
from outreach.signals import opportunity_logged
from outreach.tasks import write_to_crm


@receiver(opportunity_logged, dispatch_uid="outreach.opportunity_to_crm")
def opportunity_to_crm(sender: object, opportunity_id: uuid.UUID, **_: Any) -> None:
    if note_logged(opportunity_id, now=timezone.now()):
        write_to_crm.delay()

"""What a client's contact answers once the programme is completed. On record as theirs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from customers.services.activity import record
from journeys.enums import JourneyState
from journeys.models import Feedback, PortalLink
from journeys.services.portal_visits import note_use


def keep_feedback(link: PortalLink, *, is_supported: bool, likes_reminders: bool, now: datetime) -> Feedback | None:
    """This will keep the answers of the link's journey, later ones instead of earlier; None before it is completed."""
    if link.journey.state != JourneyState.COMPLETED:
        return None
    with transaction.atomic():
        kept, _ = Feedback.objects.update_or_create(
            journey=link.journey,
            defaults={
                "customer_id": link.customer_id,
                "stakeholder_id": link.stakeholder_id,
                "is_supported": is_supported,
                "likes_reminders": likes_reminders,
                "at": now,
            },
        )
        record(
            "journey.answered",
            f"{link.stakeholder.name} {kept}; the reminders were {'' if likes_reminders else 'not '}welcome",
            customer=link.customer_id,
            by=None,
            now=now,
            subject=kept,
            actor_name=link.stakeholder.name,
        )
        note_use(link, now=now)
    return kept

"""What a certificate of completion states, once a journey is completed."""

from __future__ import annotations

from customers.queries.calendars import local_date
from customers.queries.workspace import get_settings
from journeys.enums import DeliverableState
from journeys.models import JourneyMonth, PortalLink
from journeys.writing.certificate import CertificateBrief


def read_certificate(link: PortalLink) -> CertificateBrief | None:
    """This will give it for the contact of a link; None while the journey is under way, or when it was cancelled."""
    journey = link.journey
    if journey.completed_at is None:
        return None
    settings = get_settings()
    done = JourneyMonth.objects.filter(
        journey=journey, skipped_at=None, deliverable__state=DeliverableState.DELIVERED
    ).order_by("number")
    return CertificateBrief(
        name=link.stakeholder.name,
        customer=link.customer.name,
        programme=settings.programme_name,
        course=journey.version.programme.name,
        company=settings.company_name,
        started_on=journey.start_date,
        completed_on=local_date(journey.completed_at, journey.zone),
        steps=tuple(done.values_list("step__title", flat=True)),
    )

"""What a mail would say to a real client today: the values of a preview. Writes nothing, not even a link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from customers.enums import HoldScope
from customers.models import Customer, Hold, Stakeholder
from emails.registry import template_names
from journeys.enums import JourneyKind, JourneyState
from journeys.models import Journey
from journeys.queries.mail_facts import MailFacts, MailMonth, read_mail_facts
from journeys.queries.mail_values import Links, client_values
from journeys.queries.staff_values import staff_values

EXAMPLE_LINK = "/j/example"
EXAMPLE_PAUSE = timedelta(days=14)


def example_values(key: str) -> dict[str, str]:
    """This will give each name's example, for a workspace without a journey."""
    link = f"{settings.PUBLIC_URL}{EXAMPLE_LINK}"
    return {name.name: link if name.is_link else name.example for name in template_names(key)}


def preview_values(key: str, customer_id: UUID | None, *, now: datetime) -> Mapping[str, str]:
    """This will give the values for this account's latest journey; examples stand in for what it lacks."""
    values = example_values(key)
    journey = _latest_journey(customer_id)
    if journey is None:
        return values
    facts = read_mail_facts([journey.pk])[journey.pk]
    if key in JourneyKind.values:
        return {**values, **_of_client(JourneyKind(key), facts, now)}
    month = _month(None, facts)
    if month is None or "dashboardLink" not in values:
        return values
    return {**values, **staff_values(facts, month, now=now)}


def _of_client(kind: JourneyKind, facts: MailFacts, now: datetime) -> Mapping[str, str]:
    link = f"{settings.PUBLIC_URL}{EXAMPLE_LINK}"
    recipient = facts.recipient or Stakeholder(customer=facts.journey.customer, name="Nobody with an address")
    is_about_pause = kind in (JourneyKind.PAUSED, JourneyKind.RESUMES_SOON, JourneyKind.WELCOME_BACK)
    month = None if is_about_pause else _month(kind, facts)
    if is_about_pause and facts.hold is None and kind != JourneyKind.WELCOME_BACK:
        facts = facts.with_hold(_example_pause(facts.journey.customer, now))
    number = month.number if month else None
    links = Links(progress=link, deliverable=link, certificate=link)
    pause = facts.hold if is_about_pause and kind != JourneyKind.WELCOME_BACK else None
    return client_values(facts, kind, number, recipient=recipient, links=links, pause=pause).texts


def _month(kind: JourneyKind | None, facts: MailFacts) -> MailMonth | None:
    """The month that a mail of this kind is about: the middle, the last, else the one that the client is in."""
    kept = facts.kept
    if not kept:
        return None
    if kind == JourneyKind.COMPLETED:
        return kept[-1]
    if kind == JourneyKind.HALFWAY:
        return kept[max(len(kept) // 2 - 1, 0)]
    current = next((month for month in kept if month.number == facts.journey.current_month), None)
    return current or kept[0]


def _latest_journey(customer_id: UUID | None) -> Journey | None:
    if customer_id is None:
        return None
    rows = Journey.objects.filter(customer=customer_id).order_by("-started_at")
    return rows.filter(state=JourneyState.ACTIVE).first() or rows.first()


def _example_pause(customer: Customer, now: datetime) -> Hold:
    return Hold(customer=customer, scope=HoldScope.JOURNEY, starts_at=now, until=now + EXAMPLE_PAUSE)

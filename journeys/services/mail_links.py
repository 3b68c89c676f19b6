"""Where a client's mail leads: the contact's signed link, made or renewed as the mail is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from journeys.queries.mail_facts import MailFacts
from journeys.queries.mail_values import Links
from journeys.queries.portal_links import portal_urls
from journeys.services.portal import LinkEnd, links_until, until_when

NOWHERE = Links(progress="", deliverable="", certificate="")
"""Of a contact whom the portal lets in no more: the buttons are left out."""

LinkKey = tuple[UUID, int | None]
"""A journey, and the month that the mail is about."""


def client_links(wanted: Mapping[LinkKey, MailFacts], *, now: datetime) -> dict[LinkKey, Links]:
    """This will give the links of each mail for its recipient, in a few statements for all of them."""
    links = links_until({pair: _end(facts, now) for facts in wanted.values() if (pair := _pair(facts))}, now=now)
    found = {}
    for (journey_id, number), facts in wanted.items():
        pair = _pair(facts)
        link_id = links.get(pair) if pair else None
        pages = ("", f"months/{number}" if number else "", "certificate")
        found[journey_id, number] = Links(*portal_urls(link_id, *pages)) if link_id else NOWHERE
    return found


def _pair(facts: MailFacts) -> tuple[UUID, UUID] | None:
    return (facts.journey.pk, facts.recipient.pk) if facts.recipient else None


def _end(facts: MailFacts, now: datetime) -> LinkEnd:
    journey = facts.journey
    return until_when(journey.customer_id, facts.course.last_due, journey.local_time, journey.zone, now=now)

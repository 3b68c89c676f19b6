"""Where a client's mail leads: the contact's signed link, made or renewed as the mail is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from journeys.queries.mail_facts import MailFacts
from journeys.queries.mail_values import Links
from journeys.queries.portal_links import portal_urls
from journeys.services.portal import LinkEnd, links_until, until_when

NOWHERE = Links(progress="", deliverable="", certificate="")
"""Of a contact whom the portal lets in no more: the buttons are left out."""


def client_links(wanted: Sequence[tuple[MailFacts, int | None]], *, now: datetime) -> list[Links]:
    """This will give the links of each mail for its recipient, in order, in a few statements for all of them.

    wanted: the facts of each, and the month that it is about.
    """
    pairs = [_pair(facts) for facts, _ in wanted]
    ends = {pair: _end(facts, now) for pair, (facts, _) in zip(pairs, wanted, strict=True) if pair}
    links = links_until(ends, now=now)
    return [_links(links.get(pair) if pair else None, number) for pair, (_, number) in zip(pairs, wanted, strict=True)]


def _links(link_id: UUID | None, number: int | None) -> Links:
    if link_id is None:
        return NOWHERE
    return Links(*portal_urls(link_id, "", f"months/{number}" if number else "", "certificate"))


def _pair(facts: MailFacts) -> tuple[UUID, UUID] | None:
    return (facts.journey.id, facts.recipient.id) if facts.recipient else None


def _end(facts: MailFacts, now: datetime) -> LinkEnd:
    journey = facts.journey
    return until_when(journey.customer_id, facts.course.last_due, journey.local_time, journey.zone, now=now)

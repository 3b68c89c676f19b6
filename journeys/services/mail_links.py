"""Where a client's mail leads: the contact's signed link, made or renewed as the mail is written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from journeys.queries.mail_values import Links
from journeys.services.portal import Pair, links_for, portal_url

NOWHERE = Links(progress="", deliverable="", certificate="")
"""Of a contact whom the portal lets in no more: the buttons are left out."""

Wanted = tuple[Pair, int | None]
"""Journey and contact, and the month that the mail is about."""


def client_links(wanted: Collection[Wanted], *, now: datetime) -> dict[Wanted, Links]:
    """This will give the links of each mail, in a few statements for all of them."""
    links = links_for({pair for pair, _ in wanted}, now=now)
    found = {}
    for pair, number in wanted:
        link = links.get(pair)
        found[pair, number] = (
            NOWHERE
            if link is None
            else Links(
                progress=portal_url(link),
                deliverable=portal_url(link, f"months/{number}") if number else portal_url(link),
                certificate=portal_url(link, "certificate"),
            )
        )
    return found

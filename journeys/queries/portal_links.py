"""The addresses that a client's contacts open without an account."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from customers.models import Customer
from customers.services.signed_ids import read_signed_id, sign_id
from journeys.enums import JourneyState
from journeys.models import Journey, PortalLink

_PURPOSE = "portal"


def portal_url(link: PortalLink, path: str = "") -> str:
    """This will give the whole address of a page behind a link. path: "", "months/3", "certificate"."""
    return portal_urls(link.pk, path)[0]


def portal_urls(link_id: uuid.UUID, *paths: str) -> list[str]:
    """This will give the addresses of several pages behind a link, which is signed once for them."""
    first = f"{settings.PUBLIC_URL}/j/{make_token(link_id)}"
    return [f"{first}/{rest}" if (rest := path.strip("/")) else first for path in paths]


def make_token(link_id: uuid.UUID) -> str:
    return sign_id(_PURPOSE, link_id)


def read_token(token: str) -> uuid.UUID | None:
    """This will give the link's id; None for a token that we did not make."""
    return read_signed_id(_PURPOSE, token)


@dataclass(frozen=True)
class LinkLine:
    """One link as a colleague sees it. url: "" for those who may only look, and where it opens nothing."""

    link: PortalLink
    is_live: bool
    ending: str
    url: str


def find_linked_journey(customer: Customer) -> Journey | None:
    """This will give the journey that new links lead to: the one under way, else the last that was completed."""
    rows = Journey.objects.filter(customer=customer).exclude(state=JourneyState.CANCELLED)
    return rows.order_by("-started_at").first()


def list_links(customer: Customer, *, now: datetime, with_urls: bool) -> list[LinkLine]:
    """This will list the links of the account's journeys, those that open something first."""
    rows = PortalLink.objects.filter(customer=customer).select_related(
        "journey__version__programme", "stakeholder", "revoked_by"
    )
    lines = [_line(link, now=now, with_urls=with_urls) for link in rows.order_by("-created_at")]
    return sorted(lines, key=lambda line: not line.is_live)


def is_live(link: PortalLink, *, now: datetime) -> bool:
    """This will say whether the link opens anything: a contact who left, or was erased, has none any more."""
    person = link.stakeholder
    is_theirs = link.customer_id == link.journey.customer_id == person.customer_id
    return link.revoked_at is None and now < link.expires_at and not person.has_left and is_theirs


def _line(link: PortalLink, *, now: datetime, with_urls: bool) -> LinkLine:
    live = is_live(link, now=now)
    return LinkLine(link, live, ending=_ending(link), url=portal_url(link) if live and with_urls else "")


def _ending(link: PortalLink) -> str:
    if link.revoked_at is not None:
        return "Revoked"
    return "Has left" if link.stakeholder.has_left else "Expired"

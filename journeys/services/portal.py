"""Links for a client's contacts: made when a mail needs one, renewed, and nothing without one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from customers.base import lock_customer
from customers.models import Stakeholder, User
from customers.queries.many import many
from customers.services.activity import record
from customers.services.arrays import moment, update_rows
from journeys.models import Journey, PortalLink
from journeys.queries.portal_links import portal_url
from journeys.rules.moments import moment_of
from journeys.rules.portal import last_link_date

__all__ = ["Pair", "links_for", "make_link", "portal_url", "revoke_link"]

Pair = tuple[UUID, UUID]
"""A journey and a contact."""


class LinkEnd(NamedTuple):
    """Of which account a link is, and until when it leads."""

    customer_id: UUID
    expires_at: datetime


def links_for(pairs: Iterable[Pair], *, now: datetime) -> dict[Pair, PortalLink]:
    """This will give each contact's open link to the journey, made or renewed where need be, in a few statements.

    A contact who has left, or is not of the journey's account, gets none. A link that was revoked stays so; the
    contact's next mail brings another one.
    """
    found = links_until(_ends_by_pair(set(pairs), now=now), now=now)
    links = PortalLink.objects.in_bulk(list(found.values()))
    return {pair: links[pk] for pair, pk in found.items()}


def links_until(wanted: Mapping[Pair, LinkEnd], *, now: datetime) -> dict[Pair, UUID]:
    """This will give the ids of the same links for contacts who are known to be there, each with its end."""
    found = _open_links(wanted)
    shorter = {pair: pk for pair, (pk, expires_at) in found.items() if expires_at < wanted[pair].expires_at}
    update_rows(
        PortalLink,
        ("id", "expires_at", "updated_at"),
        [(pk.hex, moment(wanted[pair].expires_at), moment(now)) for pair, pk in shorter.items()],
    )
    missing = {pair: end for pair, end in wanted.items() if pair not in found}
    if missing:
        # Two mails at once: one link is made, both get it.
        PortalLink.objects.bulk_create([_link(pair, end) for pair, end in missing.items()], ignore_conflicts=True)
        found |= _open_links(missing)
    return {pair: pk for pair, (pk, _) in found.items()}


def _ends_by_pair(pairs: set[Pair], *, now: datetime) -> dict[Pair, LinkEnd]:
    """Until when the link of each pair would lead if it were made today."""
    journeys = {
        pk: rest
        for pk, *rest in Journey.objects.filter(pk__in=many({pair[0] for pair in pairs}))
        .annotate(last_due=Max("months__due_date"))
        .order_by()
        .values_list("pk", "customer_id", "zone", "local_time", "last_due")
    }
    people = dict(
        Stakeholder.objects.filter(pk__in=many({pair[1] for pair in pairs}), left_at=None).values_list(
            "pk", "customer_id"
        )
    )
    ends = {}
    for pair in pairs:
        if pair[0] not in journeys:
            continue
        customer_id, zone, local_time, last_due = journeys[pair[0]]
        if people.get(pair[1]) == customer_id:
            ends[pair] = until_when(customer_id, last_due, local_time, zone, now=now)
    return ends


def until_when(customer_id: UUID, last_due: date | None, local_time: time, zone: str, *, now: datetime) -> LinkEnd:
    """This will say until when a link to a journey leads if it is made now. last_due: of its months, skipped or not."""
    return LinkEnd(customer_id, _end_of_link(last_due, local_time, zone, now))


@lru_cache(maxsize=256)
def _end_of_link(last_due: date | None, local_time: time, zone: str, now: datetime) -> datetime:
    """Hundreds of mails of one moment go to journeys that end alike."""
    day = last_link_date(last_due, now.astimezone(ZoneInfo(zone)).date())
    return moment_of(day, local_time, zone)


def _link(pair: Pair, end: LinkEnd) -> PortalLink:
    return PortalLink(
        customer_id=end.customer_id, journey_id=pair[0], stakeholder_id=pair[1], expires_at=end.expires_at
    )


def _open_links(wanted: Collection[Pair]) -> dict[Pair, tuple[UUID, datetime]]:
    """The id of each pair's open link, and until when it leads."""
    rows = PortalLink.objects.filter(
        revoked_at=None,
        journey__in=many({pair[0] for pair in wanted}),
        stakeholder__in=many({pair[1] for pair in wanted}),
    ).values_list("journey_id", "stakeholder_id", "pk", "expires_at")
    return {(journey, person): (pk, end) for journey, person, pk, end in rows if (journey, person) in wanted}


def make_link(journey: Journey, person: Stakeholder, *, now: datetime, by: User) -> PortalLink:
    """This will give the contact a new address to the journey; the one that was open before opens nothing any more.

    Raises ValidationError for a contact who has left.
    """
    with transaction.atomic():
        lock_customer(journey.customer_id)
        present = PortalLink.objects.filter(journey=journey, stakeholder=person, revoked_at=None)
        present.update(revoked_at=now, revoked_by=by, updated_at=now)
        link = links_for([(journey.pk, person.pk)], now=now).get((journey.pk, person.pk))
        if link is None:
            raise ValidationError({"stakeholder": "Choose somebody who is still there."})
        record("portal_link.made", f"New link to the journey for {person.name}", customer=journey.customer_id, by=by,
               now=now, subject=link)  # fmt: skip
    return link


def revoke_link(link: PortalLink, *, now: datetime, by: User) -> bool:
    """This will end a link at once; False when it had been revoked already."""
    with transaction.atomic():
        revoked = PortalLink.objects.filter(pk=link.pk, revoked_at=None).update(
            revoked_at=now, revoked_by=by, updated_at=now
        )
        if revoked:
            record("portal_link.revoked", f"Revoked the link to the journey of {link.stakeholder.name}",
                   customer=link.customer_id, by=by, now=now, subject=link)  # fmt: skip
    return bool(revoked)

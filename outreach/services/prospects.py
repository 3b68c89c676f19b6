"""Stakeholders as people at Outreach.io: found by address in lower case, made or merged, never opted in again.

Each call can be made again: a person is looked for before one is made.
"""

from __future__ import annotations

from contextlib import suppress as suppressing
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.models import Customer, Stakeholder, User
from customers.rules.calling import split_name
from customers.services.activity import record
from emails.enums import SuppressionCause
from emails.services.suppression import lift_address, suppress
from outreach.clients.outreach_io import OutreachClient
from outreach.clients.outreach_io_bodies import merge_prospect
from outreach.clients.outreach_io_errors import EmailTaken, Gone, RateLimited
from outreach.models import ProspectLink
from outreach.queries.custom_fields import custom_values
from outreach.rules.outreach_io.resources import Prospect, ProspectWrite

FRESH = timedelta(hours=24)
"""A person who was written there so lately is not written again for another sequence."""


class NoAddress(Exception):
    """Raised for somebody without an address: Outreach.io knows people by it."""


@dataclass(frozen=True)
class Synced:
    """Who a person is there. is_new: made by this very call, so that they are in no sequence yet."""

    link: ProspectLink
    is_new: bool = False


def sync_prospect(
    client: OutreachClient, person: Stakeholder, *, now: datetime, by: User | None, is_forced: bool = False
) -> Synced:
    """This will find, make or merge the person there, and keep who they are.

    Raises NoAddress, NotAccepted, MaybeAccepted; after the last a second call finds what was made.
    """
    email = person.email.strip().lower()
    if not email:
        raise NoAddress(f"There is no email address for {person.name}.")
    known = ProspectLink.objects.filter(stakeholder=person).first()
    if known and known.email == email and known.synced_at > now - FRESH and not is_forced:
        return Synced(known)
    there = client.find_prospect(email, external_id=str(person.pk))
    write = _write(client, person, email, there, known)
    if there is not None:
        return Synced(_keep(person, _merge(client, there, write), email, now=now, by=by))
    try:
        made = client.create_prospect(write)
    except EmailTaken:
        # Made a moment ago by somebody else, or not found by its address before: it is one person all the same.
        found = client.find_prospect(email, external_id=str(person.pk))
        if found is None:
            raise
        return Synced(_keep(person, _merge(client, found, write), email, now=now, by=by))
    return Synced(_keep(person, made, email, now=now, by=by), is_new=True)


def hear_opt_out(email: str, *, opted_out: bool, now: datetime, customer: Customer | None = None) -> None:
    """This will follow what a person chose at Outreach.io: on our list, or off it, where it came from there."""
    if opted_out:
        suppress(email, cause=SuppressionCause.OUTREACH, customer=customer, now=now, by=None)
    else:
        reason = "the contact opted in again at Outreach.io"
        lift_address(email, causes={SuppressionCause.OUTREACH}, reason=reason, now=now, by=None)


def ask_opt_out(email: str, *, now: datetime) -> int:
    """This will have Outreach.io told that nothing is written to the address any more; gives for how many people."""
    rows = ProspectLink.objects.filter(email=email.strip().lower(), opted_out=False, wants_opt_out=False)
    return rows.update(wants_opt_out=True, opt_out_due_at=now, updated_at=now)


def tell_opt_out(client: OutreachClient, link: ProspectLink, *, now: datetime) -> bool:
    """This will opt the person out there. Raises NotAccepted, MaybeAccepted; doing it again changes nothing."""
    with suppressing(Gone):
        client.opt_out(link.prospect_id)
    with transaction.atomic():
        done = ProspectLink.objects.filter(pk=link.pk, wants_opt_out=True).update(
            wants_opt_out=False, opt_out_due_at=None, opted_out=True, synced_at=now, updated_at=now
        )
        if done:
            summary = f"{link.email} opted out at Outreach.io too"
            record("prospect.opted_out", summary, customer=link.customer_id, by=None, now=now, subject=link)
    return bool(done)


def _write(
    client: OutreachClient, person: Stakeholder, email: str, there: Prospect | None, known: ProspectLink | None
) -> ProspectWrite:
    first, last = split_name(person.name)
    own_id = str(person.pk)
    is_anothers = there is not None and there.external_id not in ("", own_id)
    return ProspectWrite(
        email=email,
        first_name=first,
        last_name=last,
        title=person.title,
        # An id that another system put there, or the same person at another account, keeps its place.
        external_id="" if is_anothers else own_id,
        account_id=_account_id(client, person, there, known),
        custom=custom_values(person),
    )


def _account_id(
    client: OutreachClient, person: Stakeholder, there: Prospect | None, known: ProspectLink | None
) -> int | None:
    """The company there: as a colleague of theirs has it, else found by its name. None is made."""
    if there is not None and there.account_id is not None:
        return there.account_id
    if known and known.account_id:
        return known.account_id
    kept = ProspectLink.objects.filter(customer=person.customer_id, account_id__isnull=False).first()
    if kept:
        return kept.account_id
    try:
        account = client.find_account(person.customer.name)
    except RateLimited:
        raise
    except (NotAccepted, MaybeAccepted):
        # Without the company the person can be written to all the same.
        return None
    return account.account_id if account else None


def _merge(client: OutreachClient, there: Prospect, write: ProspectWrite) -> Prospect:
    return there if merge_prospect(there, write) is None else client.update_prospect(there.prospect_id, write)


def _keep(person: Stakeholder, there: Prospect, email: str, *, now: datetime, by: User | None) -> ProspectLink:
    """Keep who they are there, and what they chose there."""
    with transaction.atomic():
        link, is_new = ProspectLink.objects.update_or_create(
            stakeholder=person,
            defaults={
                "customer_id": person.customer_id,
                "prospect_id": there.prospect_id,
                "external_id": there.external_id,
                "account_id": there.account_id,
                "email": email,
                "opted_out": there.is_opted_out,
                "synced_at": now,
            },
        )
        if is_new:
            summary = f"{person.name} is known at Outreach.io"
            record("prospect.synced", summary, customer=person.customer_id, by=by, now=now, subject=link)
    if there.is_opted_out:
        hear_opt_out(email, opted_out=True, now=now, customer=person.customer)
    return link

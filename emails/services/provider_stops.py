"""Addresses that the provider's events take off the list, or put back: one statement for a whole call of events.

Kept in the transaction that stores the events, so that the gate heeds them from then on; letters, record and news
follow by `suppression.announce_due`. Whatever the order of a letter's events, the list ends the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models.functions import Lower

from customers.models import Stakeholder
from customers.services.arrays import insert_rows, moment
from customers.services.digests import digest_address
from customers.signals import send_after_commit
from emails.enums import EVERYTHING, SuppressionCause
from emails.models import Suppression
from emails.providers.sendgrid_events import Incoming
from emails.rules.events import RESTORED, stop_cause, stops_address
from emails.services.suppression import LONGEST_NOTE
from emails.signals import stops_kept

_FIELDS = ("id", "created_at", "updated_at", "address", "digest", "topic", "cause", "customer", "draft", "note", "at",
           "lift_reason")  # fmt: skip

BY_ADDRESS = "The provider named the address, and no letter of ours."

# An event from before a lift, or before the contact subscribed again, says nothing new when it comes once more.
_NEWS_ONLY = f"""
    NOT EXISTS (SELECT 1 FROM emails_suppression known WHERE known.digest = new.c4 AND known.cause = new.c6
                AND known.lifted_at >= new.c10)
    AND (new.c6 <> '{SuppressionCause.UNSUBSCRIBED}' OR NOT EXISTS (
        SELECT 1 FROM emails_mailevent later WHERE later.draft_id = new.c8 AND later.kind = '{RESTORED}'
        AND later.at >= new.c10))
"""  # noqa: S608  # our own words only


def keep_stops(stops: Sequence[tuple[Incoming, Any]], strays: Sequence[Incoming], *, now: datetime) -> None:
    """This will keep what the events (each with its letter's row, of DRAFT_FIELDS) say of their recipients.

    Only of recipients of the letter: what else stands in an event is not ours to believe. strays: events that belong to
    no letter of ours; they count where a contact of ours said no to mail. Those only a person's lift takes back:
    subscribing again, without a letter, may be to another sender's list.
    """
    own = [(event, draft) for event, draft in stops if event.recipient.lower() in _recipients(draft)]
    said = [*own, *((event, None) for event in _of_contacts(strays))]
    rows = [row for event, draft in said if (row := _row(event, draft, now=now))]
    # All in one statement: two calls that wrote the same addresses in two steps could wait for each other.
    is_new = insert_rows(Suppression, _FIELDS, sorted(rows, key=_place), only_if=_NEWS_ONLY)
    if is_new or _ask_again([draft.pk for event, draft in own if event.kind == RESTORED], now=now):
        send_after_commit(stops_kept)


def _of_contacts(strays: Sequence[Incoming]) -> list[Incoming]:
    said = [event for event in strays if _says_no(event)]
    known = _contacts_among({event.recipient.strip().lower() for event in said} - {""})
    return [event for event in said if event.recipient.strip().lower() in known]


def _says_no(event: Incoming) -> bool:
    names_message = bool(event.draft_id or event.provider_key or event.smtp_id)
    return stops_address(event.kind, subtype=event.subtype, reason=event.reason, names_message=names_message)


def _contacts_among(addresses: Collection[str]) -> set[str]:
    """Those that somebody at an account has, or had: who left may be put back."""
    if not addresses:
        return set()
    people = Stakeholder.objects.annotate(lowered=Lower("email")).filter(lowered__in=sorted(addresses))
    return set(people.order_by().values_list("lowered", flat=True))


def _ask_again(draft_ids: Sequence[uuid.UUID], *, now: datetime) -> int:
    """Have what these letters' recipients had taken back before looked at again: they subscribed once more."""
    if not draft_ids:
        return 0
    rows = Suppression.objects.open().filter(draft__in=draft_ids, cause=SuppressionCause.UNSUBSCRIBED)
    return int(rows.update(announced_at=None, updated_at=now))


def _row(event: Incoming, draft: Any | None, *, now: datetime) -> list[Any] | None:
    cause = stop_cause(event.kind, subtype=event.subtype, reason=event.reason)
    if cause is None:
        return None
    address, at_once = event.recipient.strip().lower(), moment(now)
    came_from = (draft.customer_id.hex, draft.pk.hex) if draft else (None, None)
    note = event.reason if draft else event.reason or BY_ADDRESS
    return [uuid.uuid4().hex, at_once, at_once, address, digest_address(address), EVERYTHING, cause,
            *came_from, note[:LONGEST_NOTE], moment(event.at), ""]  # fmt: skip


def _place(row: Sequence[Any]) -> tuple[str, str, str]:
    """One order for all, so that two calls do not wait for each other; of several events the first counts."""
    return (row[4], row[6], row[10])


def _recipients(draft: Any) -> set[str]:
    return {address.lower() for address in (draft.to_email, *draft.cc)}

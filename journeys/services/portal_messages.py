"""A client's messages: written at the moments of the mails, each once; marked as read by whoever of theirs reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.services.copying import insert_new
from customers.services.new_ids import new_ids
from journeys.models import PortalLink, PortalMessage
from journeys.queries.mail_facts import MailFacts
from journeys.rules.effects import SendMail
from journeys.rules.portal_messages import WORDS
from journeys.services.mail_making import occurrence_of_mail
from journeys.services.portal_visits import note_use

DIFFERING = ("id", "customer", "journey", "kind", "number", "occurrence")


def write_messages(pairs: Iterable[tuple[SendMail, MailFacts]], *, now: datetime) -> None:
    """This will write what the mails tell into the portal, also where nobody can be written to. One statement.

    Must be called inside the transaction that completes the automations.
    """
    told = [(effect, facts) for effect, facts in pairs if effect.kind in WORDS]
    rows = [_row(pk, *pair) for pk, pair in zip(new_ids(len(told)), told, strict=True)]
    insert_new(PortalMessage(at=now), DIFFERING, rows)


def _row(pk: UUID, effect: SendMail, facts: MailFacts) -> list[Any]:
    """What is written of one message, in the order of DIFFERING."""
    journey = facts.journey
    return [pk, journey.customer_id, journey.id, effect.kind.value, effect.month, occurrence_of_mail(effect)]


def read_message(link: PortalLink, message_id: UUID, *, now: datetime) -> bool:
    """This will mark one message of the link's journey as read; False where it was read, or is not theirs."""
    return _read(link, {"pk": message_id}, now=now) > 0


def read_messages(link: PortalLink, *, now: datetime) -> int:
    """This will mark all messages of the link's journey that came until now as read."""
    return _read(link, {"at__lte": now}, now=now)


def _read(link: PortalLink, which: dict[str, object], *, now: datetime) -> int:
    unread = PortalMessage.objects.filter(journey=link.journey_id, read_at=None, **which)
    with transaction.atomic():
        count = unread.update(read_at=now, read_by=link.stakeholder_id, updated_at=now)
        note_use(link, now=now)
    return int(count)

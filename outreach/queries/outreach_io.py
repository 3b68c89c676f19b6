"""What is known of Outreach.io: the connection, what is offered, and from which mailbox a person can send."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from customers.models import User
from customers.models.workspace import ONLY_ID
from outreach.models import OutreachConnection, OutreachMailbox, OutreachSequence, OutreachSequenceStep


@dataclass(frozen=True)
class MailboxChoice:
    """The mailbox of a person, or why there is none. mailbox: None exactly when why_not says something."""

    mailbox: OutreachMailbox | None
    why_not: str = ""


@dataclass(frozen=True)
class PersonsMailbox:
    """One of our people and the mailbox."""

    user: User
    choice: MailboxChoice


def get_connection() -> OutreachConnection:
    """This will give the connection; one that was never made is not connected."""
    row: OutreachConnection | None = (
        OutreachConnection.objects.select_related("connected_by").filter(pk=ONLY_ID).first()
    )
    return row or OutreachConnection()


def list_sequences() -> QuerySet[Any]:
    """This will give the sequences with their steps, by name; also those that are not offered."""
    steps = OutreachSequenceStep.objects.order_by("order", "step_id")
    return OutreachSequence.objects.order_by("name", "sequence_id").prefetch_related(Prefetch("steps", queryset=steps))


def list_offered() -> QuerySet[Any]:
    """This will give the sequences that people can be put into: switched on, not locked, still there."""
    return list_sequences().filter(is_enabled=True, is_locked=False, is_gone=False)


def find_sequence(sequence_id: int) -> OutreachSequence | None:
    """This will give the sequence of this id there, also when it is not offered."""
    found: OutreachSequence | None = list_sequences().filter(sequence_id=sequence_id).first()
    return found


def find_mailbox(user: User | None, *, mailbox_id: int | None = None) -> MailboxChoice:
    """This will choose what a person's enrollments are sent from: the named mailbox, else one that can send."""
    if mailbox_id is not None:
        row = OutreachMailbox.objects.filter(mailbox_id=mailbox_id).first()
        return _chosen([row] if row else [], "There is no such mailbox at Outreach.io.")
    if user is None:
        return MailboxChoice(None, "Nobody owns this account, so there is no mailbox to send from.")
    none = f"{user.display_name} has no mailbox at Outreach.io."
    return _chosen(list(OutreachMailbox.objects.filter(user=user, is_gone=False)), none)


def list_mailboxes_of(people: Iterable[User]) -> list[PersonsMailbox]:
    """This will say of each person whether they can send, in one statement."""
    listed = list(people)
    rows: dict[Any, list[OutreachMailbox]] = {}
    for row in OutreachMailbox.objects.filter(user__in=listed, is_gone=False):
        rows.setdefault(row.user_id, []).append(row)
    return [
        PersonsMailbox(user, _chosen(rows.get(user.pk, []), "No mailbox with this address at Outreach.io."))
        for user in listed
    ]


def rate_words(row: OutreachConnection, *, now: datetime) -> str:
    """This will say how much of the hour's calls is used."""
    is_open = row.rate_resets_at is not None and row.rate_resets_at > now
    return f"{row.rate_used if is_open else 0:,} of {row.rate_limit:,} calls this hour"


def _chosen(rows: Sequence[OutreachMailbox], none: str) -> MailboxChoice:
    usable = [row for row in rows if row.can_send]
    if usable:
        return MailboxChoice(min(usable, key=lambda row: row.mailbox_id))
    if not rows:
        return MailboxChoice(None, none)
    return MailboxChoice(None, rows[0].why_not or "The mailbox is no longer at Outreach.io.")

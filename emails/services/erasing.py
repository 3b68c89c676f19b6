"""A contact taken out of the house at their request: the words go, that something happened stays.

Of the address only the keyed digest is kept, so that nobody writes to it again even if an import brings it back.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from customers.models import Stakeholder, StandInCall, User
from customers.rules.persons import blank_json
from customers.rules.wiping import ERASED, wipe_text
from customers.services.activity import record
from customers.services.digests import digest_address
from customers.services.wiping import forget_old_pages, wipe_everywhere
from customers.services.wiping_calls import wipe_calls
from customers.services.wiping_imports import wipe_imports
from customers.services.wiping_rows import wipe_rows
from customers.signals import send_after_commit
from emails.enums import EDITABLE_STATES, EVERYTHING, DraftState, SuppressionCause
from emails.models import Attachment, CapturedMail, Draft, DraftVersion, InboundMail, MailEvent, Suppression, Writing
from emails.queries.contact_data import (
    ERASED_NAME,
    addresses_of,
    captured_of,
    letters_to,
    list_same_person,
    replies_of,
    rows_about,
    terms_about,
    wishes_of,
)
from emails.queries.mailbox import open_mail
from emails.services.suppression import lock_accounts_of
from emails.services.waiting import NO_APPROVAL
from emails.signals import letters_erased


@dataclass(frozen=True)
class Erasure:
    """What was erased, in numbers."""

    accounts: int
    letters: int
    replies: int
    other_rows: int


class NotALead(PermissionError):
    """Raised when somebody else than a lead or ops erases a contact."""


def export_noted(person: Stakeholder, *, now: datetime, by: User) -> None:
    """This will put on record that what is known of the contact left the house."""
    record("stakeholder.exported", f"Exported what is known of {person.name}", customer=person.customer_id, by=by,
           now=now, subject=person)  # fmt: skip


def erase_contact(person: Stakeholder, *, now: datetime, by: User) -> Erasure:
    """This will erase the contact at every account that `by` sees. Cannot be taken back. Raises NotALead."""
    if not by.is_leader:
        raise NotALead("Only a lead may erase a contact.")
    with transaction.atomic():
        people = list_same_person(person, reader=by)
        addresses = addresses_of(people)
        lock_accounts_of(addresses)
        terms, rows = terms_about(people), rows_about(people)
        accounts = [one.customer_id for one in people]
        _keep_digests(people, addresses, now=now, by=by)
        letters = _erase_letters(people, now=now)
        replies = _erase_replies(people)
        _erase_captured(people, accounts, terms)
        _erase_people(people, now=now)
        others = wipe_rows(rows) + wipe_imports(terms, now=now) + wipe_calls(terms)
        others += wipe_everywhere(terms, customer_ids=accounts)
        for customer_id in accounts:
            record("stakeholder.erased", "Erased a contact at their request", customer=customer_id, by=by, now=now,
                   letters=letters, replies=replies)  # fmt: skip
        transaction.on_commit(forget_old_pages)
    return Erasure(len(people), letters, replies, others)


def _keep_digests(people: Sequence[Stakeholder], addresses: Sequence[str], *, now: datetime, by: User) -> None:
    wishes_of(people).update(address="", note="", lift_reason="", updated_at=now)
    for address in addresses:
        Suppression.objects.get_or_create(
            digest=digest_address(address),
            topic=EVERYTHING,
            cause=SuppressionCause.ERASED,
            lifted_at=None,
            defaults={"address": "", "at": now, "by": by, "announced_at": now},
        )


def _erase_letters(people: Sequence[Stakeholder], *, now: datetime) -> int:
    ids: list[uuid.UUID] = list(letters_to(people).values_list("pk", flat=True))
    mine = Draft.objects.filter(pk__in=ids)
    mine.filter(state__in=sorted(EDITABLE_STATES)).update(**{**NO_APPROVAL, "state": DraftState.CANCELLED})
    empty: dict[str, Any] = {
        "brief": {},
        "facts": [],
        "confirmed": [],
        "first_subject": ERASED,
        "first_body": ERASED,
        "buttons": [],
    }
    mine.update(to_name=ERASED_NAME, to_email="", subject=ERASED, body=ERASED, cc=[], outcome="", writer_note="",
                references=[], **empty, updated_at=now)  # fmt: skip
    for draft in mine.only("pk", "receipt"):
        Draft.objects.filter(pk=draft.pk).update(receipt=blank_json(draft.receipt))
    DraftVersion.objects.filter(draft__in=ids).update(subject=ERASED, body=ERASED, reason="")
    Attachment.objects.filter(draft__in=ids).delete()
    Writing.objects.filter(draft__in=ids).delete()
    _erase_stand_ins(people, ids)
    send_after_commit(letters_erased, draft_ids=ids)
    MailEvent.objects.filter(draft__in=ids).update(recipient="", user_agent="", reason="", raw="", url="", problem="")
    return len(ids)


def _erase_stand_ins(people: Sequence[Stakeholder], letters: Sequence[uuid.UUID]) -> None:
    """What would have been posted of a letter holds its text; names and addresses elsewhere go with all others."""
    named = [str(pk) for pk in letters]
    calls = StandInCall.objects.filter(customer__in=[one.customer_id for one in people]).iterator(chunk_size=50)
    found = [call.pk for call in calls if _names_any(json.dumps(call.request), named)]
    StandInCall.objects.filter(pk__in=found).update(request={"text": ERASED})


def _names_any(text: str, names: Sequence[str]) -> bool:
    return any(name in text for name in names)


def _erase_replies(people: Sequence[Stakeholder]) -> int:
    rows = replies_of(people)
    ids = list(rows.values_list("pk", flat=True))
    mails = list(rows.exclude(mail=None).values_list("mail", flat=True))
    rows.model._default_manager.filter(pk__in=ids).update(
        from_email="", from_name=ERASED_NAME, subject=ERASED, text=ERASED, full_text=ERASED, proof=[], reason="",
        bounced_email="", files=[], headers=[], in_reply_to="", references="",
    )  # fmt: skip
    InboundMail.objects.filter(pk__in=mails).update(body=b"", problem="")
    return len(ids)


def _erase_captured(people: Sequence[Stakeholder], accounts: Sequence[uuid.UUID], terms: Sequence[str]) -> None:
    """What the capture provider kept is a copy: it goes, also where others' mail speaks of the contact."""
    captured_of(people).delete()
    if terms:
        others = CapturedMail.objects.filter(customer__in=list(accounts)).iterator(chunk_size=50)
        CapturedMail.objects.filter(pk__in=[mail.pk for mail in others if _speaks_of(mail, terms)]).delete()


def _speaks_of(captured: CapturedMail, terms: Sequence[str]) -> bool:
    mail = open_mail(captured)
    text = "\n".join([mail.html, mail.text, *(f"{name}: {value}" for name, value in mail.headers)])
    return wipe_text(text, terms) != text


def _erase_people(people: Sequence[Stakeholder], *, now: datetime) -> None:
    for one in people:
        Stakeholder.objects.filter(pk=one.pk).update(
            name=ERASED_NAME, email="", title="", history="", phone="", wished_email="", social_handles="", timezone="",
            language="", primary=False, relationship_strength=None, left_at=one.left_at or now, updated_at=now,
        )  # fmt: skip

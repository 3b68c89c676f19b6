"""Whose a mail is that came in: the letter it answers, the account, the person."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max, Q
from django.db.models.functions import Lower

from customers.models import Stakeholder, User
from emails.enums import LEFT_STATES, MatchedBy
from emails.models import Draft
from emails.rules.replies.mail import MailFacts
from emails.rules.replies.matching import bare_subject, read_named_letters, read_tokens
from emails.rules.replies.verdicts import SenderFacts

_LETTER_FIELDS = ("customer_id", "to_email", "cc", "subject", "message_id", "smtp_id", "reply_token", "stakeholder_id")
MOST_LETTERS = 20
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Match:
    """Whose a mail is. customer_id: None for a mail that belongs to nobody."""

    matched_by: MatchedBy
    customer_id: uuid.UUID | None = None
    draft: Any = None
    stakeholder: Any = None

    @property
    def recipients(self) -> frozenset[str]:
        if self.draft is None:
            return frozenset()
        return frozenset(address.lower() for address in (self.draft.to_email, *self.draft.cc))


def find_match(mail: MailFacts, *, bounced: str = "") -> Match:
    """This will find the letter by its token, then by the Message-IDs that are named; else the account by its sender.

    bounced: of a mail server's report, the address that it is about; it stands for the sender.
    """
    address = bounced or mail.from_email
    if letter := _by_token(read_tokens(mail)):
        return _of_letter(letter, address, MatchedBy.TOKEN)
    if letter := _by_message_id(read_named_letters(mail)):
        return _of_letter(letter, address, MatchedBy.HEADERS)
    return _by_sender(address, mail.subject)


def read_sender(mail: MailFacts, match: Match) -> SenderFacts:
    """This will say who it seems to be from. A colleague who is also in an account's people counts as theirs."""
    is_known = match.stakeholder is not None
    is_colleague = not is_known and User.objects.filter(email__iexact=mail.from_email or "-").exists()
    return SenderFacts(is_known=is_known, is_colleague=is_colleague, recipients=match.recipients)


def _by_token(tokens: Collection[str]) -> Any:
    if not tokens:
        return None
    return Draft.objects.filter(reply_token__in=list(tokens)).only(*_LETTER_FIELDS).first()


def _by_message_id(named: Sequence[str]) -> Any:
    """The letter that is named first; both the id that we gave it and the provider's count."""
    if not named:
        return None
    letters = Draft.objects.filter(Q(message_id__in=named) | Q(smtp_id__in=named)).only(*_LETTER_FIELDS)[:MOST_LETTERS]
    place = {message_id: number for number, message_id in enumerate(named)}
    return min(letters, key=lambda one: min(place.get(one.message_id, 99), place.get(one.smtp_id, 99)), default=None)


def _of_letter(letter: Any, address: str, matched_by: MatchedBy) -> Match:
    """The account is the letter's, also when somebody else answers: the person is whoever has the address there."""
    person = _people(address).filter(customer=letter.customer_id).first() if address else None
    return Match(matched_by, letter.customer_id, letter, person)


def _by_sender(address: str, subject: str) -> Match:
    """Of several accounts the one with the latest letter to that person."""
    if not address:
        return Match(MatchedBy.NONE)
    left = Q(drafts__state__in=sorted(LEFT_STATES))
    people = list(_people(address).annotate(latest=Max("drafts__sent_at", filter=left))[:MOST_LETTERS])
    if not people:
        return Match(MatchedBy.NONE)
    person = max(people, key=lambda one: (one.latest or _NEVER, one.created_at))
    return Match(MatchedBy.SENDER, person.customer_id, _latest_letter(person, subject), person)


def _people(address: str) -> Any:
    return Stakeholder.objects.annotate(lowered=Lower("email")).filter(lowered=address.lower())


def _latest_letter(person: Stakeholder, subject: str) -> Any:
    """The latest letter to the person, if the subject is its own."""
    sent = Draft.objects.filter(stakeholder=person, state__in=sorted(LEFT_STATES), sent_at__isnull=False)
    letter = sent.only(*_LETTER_FIELDS).order_by("-sent_at").first()
    same = letter is not None and bare_subject(letter.subject) == bare_subject(subject) != ""
    return letter if same else None

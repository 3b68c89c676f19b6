"""What a mail is, and whether it may move anything: machines by their headers, people by their words and address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from emails.enums import HUMAN_CLASSES, ReplyClass
from emails.rules.replies.authenticity import is_authentic, why_not_authentic
from emails.rules.replies.automatic import Recognised, recognise_machine
from emails.rules.replies.intent import Intent, read_intent
from emails.rules.replies.mail import MailFacts
from emails.rules.replies.return_dates import read_return_date

_SURE = 95
_BOUNCES = frozenset({ReplyClass.BOUNCE_HARD, ReplyClass.BOUNCE_SOFT})
_HARMLESS = _BOUNCES | {ReplyClass.AUTO_GENERATED}
"""They move nothing by themselves, so it does not matter who says so; a bounce is believed if it names our letter."""


@dataclass(frozen=True)
class SenderFacts:
    """Who it seems to be from. is_known: somebody at the account has the address. is_colleague: one of us has it.

    recipients: whom the letter that it answers went to; empty where it names none.
    """

    is_known: bool
    is_colleague: bool = False
    recipients: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """likely: what its words say, also where the sender is not believed. bounced: the address a bounce is about."""

    classification: ReplyClass
    likely: ReplyClass
    confidence: int
    proof: tuple[str, ...]
    reason: str
    is_machine: bool
    is_authentic: bool
    is_verified: bool
    is_unsure: bool = False
    return_date: date | None = None
    bounced: str = ""


def judge(mail: MailFacts, *, text: str, sender: SenderFacts, sent: date) -> Verdict:
    """This will judge a mail. text: without what it quotes and without signature. sent: the day, for dates in it."""
    authentic = is_authentic(mail)
    machine = recognise_machine(mail, text=text)
    if machine is not None:
        verdict = _of_machine(machine, text=text, sent=sent, is_authentic=authentic)
    else:
        verdict = _of_person(_read_calendar(mail) or read_intent(text), is_authentic=authentic)
    if verdict.classification in _BOUNCES:
        return replace(verdict, is_verified=machine is not None and machine.recipient in sender.recipients)
    why_not = _why_not_verified(mail, sender, is_authentic=authentic)
    if not why_not:
        return replace(verdict, is_verified=True)
    if verdict.classification in _HARMLESS:
        return verdict
    return replace(verdict, classification=ReplyClass.UNVERIFIED, reason=why_not[:300], is_unsure=False)


def _of_machine(machine: Recognised, *, text: str, sent: date, is_authentic: bool) -> Verdict:
    found = read_return_date(text, sent=sent) if machine.classification == ReplyClass.OUT_OF_OFFICE else None
    return Verdict(
        classification=machine.classification,
        likely=machine.classification,
        confidence=_SURE,
        proof=(*machine.proof, *((found.words,) if found else ())),
        reason=machine.reason,
        is_machine=True,
        is_authentic=is_authentic,
        is_verified=False,
        return_date=found.day if found else None,
        bounced=machine.recipient,
    )


def _of_person(intent: Intent, *, is_authentic: bool) -> Verdict:
    return Verdict(
        classification=intent.classification,
        likely=intent.classification,
        confidence=intent.confidence,
        proof=intent.proof,
        reason=intent.reason,
        is_machine=False,
        is_authentic=is_authentic,
        is_verified=False,
        is_unsure=intent.is_unsure,
    )


def _read_calendar(mail: MailFacts) -> Intent | None:
    """An invitation, or the answer to one: what its program says counts before the words that it puts there."""
    method, answer = mail.calendar
    if method == "REPLY" and answer == "DECLINED":
        return Intent(ReplyClass.NEUTRAL, 80, (), "They declined an invitation.")
    if method == "REPLY" and answer:
        return Intent(ReplyClass.MEETING, 90, (), "They accepted an invitation.")
    return Intent(ReplyClass.MEETING, 80, (), "They sent an invitation.") if method == "REQUEST" else None


def _why_not_verified(mail: MailFacts, sender: SenderFacts, *, is_authentic: bool) -> str:
    if not is_authentic:
        return why_not_authentic(mail)
    if sender.is_known:
        return ""
    if sender.is_colleague:
        return f"{mail.from_email} is one of us, not one of them."
    return f"Nobody at the account has the address {mail.from_email}."


def takes_suggestion(verdict: Verdict) -> bool:
    """Whether somebody else may be asked what a person's words want: they are believed, and the rules are unsure."""
    return verdict.is_unsure and verdict.is_verified and verdict.classification in HUMAN_CLASSES

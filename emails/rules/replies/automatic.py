"""Whether a machine wrote a mail: by its headers before its words. Sources: RFC 3834, RFC 3464, RFC 8098.

`X-Auto-Response-Suppress` alone proves nothing: Exchange puts it on what people write as well. So do list headers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from emails.enums import ReplyClass
from emails.rules.replies.absence_words import ABSENT, ABSENT_SUBJECTS, LEFT
from emails.rules.replies.bounces import read_bounce
from emails.rules.replies.mail import MailFacts
from emails.rules.replies.words import find_first, fold

_AUTO_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From", "X-Mail-Autoreply",
                 "X-Auto-Reply-From")  # fmt: skip
_BULK = frozenset({"bulk", "junk", "auto_reply", "auto-reply"})
_MACHINES = re.compile(
    r"(?:no|do[-_.]?not|ne[-_.]?pas)[-_.]?reply(?:[-_.+].{0,60})?|noreply|mailer[-_.]?daemon|autoresponder|bounces?"
)
_NO = frozenset({"", "no"})


@dataclass(frozen=True)
class Recognised:
    """What a machine's mail is. recipient: of a bounce, the address that it is about."""

    classification: ReplyClass
    reason: str
    proof: tuple[str, ...] = ()
    recipient: str = ""


def recognise_machine(mail: MailFacts, *, text: str) -> Recognised | None:
    """This will say what a machine's mail is; None for what a person may have written.

    text: without what it quotes.
    """
    if bounce := read_bounce(mail):
        return Recognised(bounce.classification, bounce.reason, bounce.proof, bounce.recipient)
    if mail.report_type == "disposition-notification":
        return Recognised(ReplyClass.AUTO_GENERATED, "A read receipt.")
    because = _by_headers(mail) or _by_sender(mail)
    if because:
        return _by_words(mail, text=text, because=because)
    return _by_subject(mail, text=text)


def _by_headers(mail: MailFacts) -> str:
    submitted = mail.header("Auto-Submitted").partition(";")[0].strip().lower()
    if submitted not in _NO:
        return f"Its header says “Auto-Submitted: {submitted[:40]}”."
    if name := next((name for name in _AUTO_HEADERS if mail.header(name).strip().lower() not in _NO), ""):
        return f"It has the header “{name}”."
    precedence = mail.header("Precedence").strip().lower()
    if precedence in _BULK and not _is_thread_of_a_list(mail):
        return f"Its header says “Precedence: {precedence}”."
    if _is_newsletter(mail):
        return "It is a newsletter: it can be unsubscribed from and answers nothing."
    return ""


def _is_thread_of_a_list(mail: MailFacts) -> bool:
    """A person answers through a list or a group."""
    return mail.has("List-Id") and mail.has("In-Reply-To")


def _is_newsletter(mail: MailFacts) -> bool:
    return mail.has("List-Unsubscribe") and not mail.has("In-Reply-To") and not mail.has("References")


def _by_sender(mail: MailFacts) -> str:
    if mail.envelope_from == "" or mail.header("Return-Path").strip() == "<>":
        return "It came from the null sender, as machines' mail does."
    if _MACHINES.fullmatch(mail.from_email.partition("@")[0][:80]):
        return "Nobody writes from that address."
    return ""


def _by_words(mail: MailFacts, *, text: str, because: str) -> Recognised:
    """A machine wrote it: what does it say?"""
    said = f"{mail.subject}\n{text}"
    if found := find_first(LEFT, said):
        return Recognised(ReplyClass.LEFT_COMPANY, because, (found.words,))
    if found := find_first(ABSENT, said):
        return Recognised(ReplyClass.OUT_OF_OFFICE, because, (found.words,))
    if _subject_says_absent(mail.subject):
        return Recognised(ReplyClass.OUT_OF_OFFICE, because, (mail.subject[:80],))
    return Recognised(ReplyClass.AUTO_GENERATED, because)


def _by_subject(mail: MailFacts, *, text: str) -> Recognised | None:
    """Without such headers both the subject and the words must say so."""
    if not _subject_says_absent(mail.subject):
        return None
    found = find_first(LEFT, text) or find_first(ABSENT, text)
    if found is None:
        return None
    is_left = find_first(LEFT, text) is not None
    code = ReplyClass.LEFT_COMPANY if is_left else ReplyClass.OUT_OF_OFFICE
    return Recognised(code, "Its subject is an automatic answer's, and so are its words.", (found.words,))


def _subject_says_absent(subject: str) -> bool:
    return fold(subject).startswith(ABSENT_SUBJECTS)

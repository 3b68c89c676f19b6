"""By what a mail finds its account: the token in the address it was sent to, the letters it names, its sender."""

from __future__ import annotations

import re

from emails.rules.replies.mail import MailFacts

MOST_NAMED = 30
_TOKEN = re.compile(r"reply\+([a-z2-7]{20,40})@")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,248}>")
_ANSWER_MARKS = re.compile(
    r"^(?:(?:re|aw|wg|fwd?|tr|rv|r|res|rif|antw|sv|i|enc)\s{0,2}(?:\[\d{1,3}\])?\s{0,2}:\s{0,3}){1,10}"
)


def read_tokens(mail: MailFacts) -> tuple[str, ...]:
    """This will give the tokens in the addresses that the mail was sent to, and in those of the letter it returns.

    The header's To may be another mailbox: the envelope counts. The token alone names the letter: it is too long to be
    guessed, and a letter may be answered after the domain has changed.
    """
    addresses = [*mail.envelope_to, *(value.lower() for name, value in mail.returned if name.lower() == "reply-to")]
    found = (match[1] for address in addresses for match in _TOKEN.finditer(address.lower()[:500]))
    return tuple(dict.fromkeys(found))


def read_named_letters(mail: MailFacts) -> tuple[str, ...]:
    """This will give the Message-IDs that the mail names, the nearest first: the one it answers, then the thread."""
    answered = _MESSAGE_ID.findall(mail.header("In-Reply-To"))
    thread = _MESSAGE_ID.findall(mail.header("References"))[::-1]
    returned = [
        found for name, value in mail.returned if name.lower() == "message-id" for found in _MESSAGE_ID.findall(value)
    ]
    return tuple(dict.fromkeys([*answered, *thread, *returned]))[:MOST_NAMED]


def bare_subject(subject: str) -> str:
    """The subject without the marks of an answer: "AW: Re: Your renewal" is "your renewal"."""
    return _ANSWER_MARKS.sub("", subject.strip().lower()).strip()

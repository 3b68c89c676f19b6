"""The conversations of an account: what we wrote and what came back, thread by thread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from customers.models import Customer
from emails.enums import EDITABLE_STATES, DraftState
from emails.models import Draft, Reply
from emails.rules.conversations import LetterLink, ReplyLink, group_conversations
from emails.rules.threading import parse_references, reply_subject

MOST_MESSAGES = 400
"""The latest of an account's letters, and of its replies, that its conversations are made of."""

_LETTER_FIELDS = ("pk", "parent_id", "answers_id", "subject", "to_name", "state", "sent_at", "created_at")
_REPLY_FIELDS = ("pk", "draft_id", "message_id", "in_reply_to", "references", "subject", "from_name", "from_email",
                 "received_at", "classification", "is_verified", "handled_at")  # fmt: skip


@dataclass(frozen=True)
class ConversationLine:
    """A conversation in the list. key: the id in its address. has_news: something of theirs that nobody settled."""

    key: UUID
    subject: str
    people: str
    count: int
    latest_at: datetime
    has_news: bool
    has_draft: bool


@dataclass(frozen=True)
class Message:
    """One message of a conversation. letter or reply: the row; at: when it left, came, or was last written."""

    at: datetime
    letter: Draft | None = None
    reply: Reply | None = None

    @property
    def is_ours(self) -> bool:
        return self.letter is not None


@dataclass(frozen=True)
class Conversation:
    """One conversation whole, the oldest message first."""

    key: UUID
    subject: str
    messages: tuple[Message, ...]

    @property
    def last_reply(self) -> Reply | None:
        """The latest mail of theirs that a letter may answer."""
        replies = (message.reply for message in reversed(self.messages) if message.reply is not None)
        return next((reply for reply in replies if reply.stakeholder_id and not reply.is_automatic), None)


def list_conversations(customer: Customer) -> list[ConversationLine]:
    """This will list the conversations of an account, the one with the latest message first, in two queries."""
    letters, replies = _letters(customer), _replies(customer)
    groups = _groups(letters, replies)
    rows: dict[UUID, list[Any]] = defaultdict(list)
    for row in (*letters, *replies):
        rows[groups[row.pk]].append(row)
    return sorted((_line(key, found) for key, found in rows.items()), key=lambda line: line.latest_at, reverse=True)


def find_conversation(customer: Customer, message_id: UUID) -> Conversation | None:
    """This will read the conversation that a letter or a reply of the account belongs to; None where there is none."""
    groups = _groups(_letters(customer), _replies(customer))
    key = groups.get(message_id)
    if key is None:
        return None
    ids = [one for one, group in groups.items() if group == key]
    letters = Draft.objects.with_people().filter(pk__in=ids).select_related("answers", "parent")
    replies = Reply.objects.filter(pk__in=ids).select_related("stakeholder", "customer")
    messages = [
        *(Message(letter.sent_at or letter.updated_at, letter=letter) for letter in letters),
        *(Message(reply.received_at, reply=reply) for reply in replies),
    ]
    # What is still being written stands at the end, whenever it was touched.
    messages.sort(key=lambda message: (_is_unsent(message), message.at))
    first = messages[0].letter or messages[0].reply
    return Conversation(key, _bare(first.subject if first else ""), tuple(messages))


def _letters(customer: Customer) -> list[Any]:
    rows = Draft.objects.filter(customer=customer).exclude(state=DraftState.CANCELLED).order_by("-created_at")
    return list(rows.values_list(*_LETTER_FIELDS, named=True)[:MOST_MESSAGES])


def _replies(customer: Customer) -> list[Any]:
    rows = Reply.objects.filter(customer=customer).order_by("-received_at")
    return list(rows.values_list(*_REPLY_FIELDS, named=True)[:MOST_MESSAGES])


def _groups(letters: Iterable[Any], replies: Iterable[Any]) -> dict[UUID, UUID]:
    return dict(
        group_conversations(
            (LetterLink(row.pk, row.parent_id, row.answers_id) for row in letters),
            (
                ReplyLink(
                    row.pk,
                    row.draft_id,
                    row.message_id,
                    tuple(parse_references(f"{row.references} {row.in_reply_to}")),
                )
                for row in replies
            ),
        )
    )


def _line(key: UUID, rows: list[Any]) -> ConversationLine:
    rows = sorted(rows, key=_moment)
    people = dict.fromkeys(_name(row) for row in rows)
    return ConversationLine(
        key=key,
        subject=_bare(rows[0].subject),
        people=", ".join(people),
        count=len(rows),
        latest_at=_moment(rows[-1]),
        has_news=any(_is_reply(row) and row.handled_at is None for row in rows),
        has_draft=any(not _is_reply(row) and row.state in EDITABLE_STATES for row in rows),
    )


def _is_reply(row: Any) -> bool:
    return hasattr(row, "received_at")


def _moment(row: Any) -> datetime:
    moment: datetime = row.received_at if _is_reply(row) else row.sent_at or row.created_at
    return moment


def _name(row: Any) -> str:
    return str((row.from_name or row.from_email) if _is_reply(row) else row.to_name)


def _is_unsent(message: Message) -> bool:
    return message.letter is not None and message.letter.sent_at is None


def _bare(subject: str) -> str:
    """The subject without what answering adds to it."""
    return reply_subject(subject).removeprefix("Re: ") or "(no subject)"

"""Which letters and replies belong to one conversation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class LetterLink:
    """What ties a letter of ours: the letter it follows, the reply it answers."""

    id: UUID
    parent: UUID | None = None
    answers: UUID | None = None


@dataclass(frozen=True)
class ReplyLink:
    """What ties a mail of theirs: the letter it answers, else the Message-IDs that it refers to."""

    id: UUID
    letter: UUID | None = None
    message_id: str = ""
    refers_to: tuple[str, ...] = ()


def group_conversations(letters: Iterable[LetterLink], replies: Iterable[ReplyLink]) -> Mapping[UUID, UUID]:
    """Map each letter and reply to its conversation, named by the smallest id in it.

    Links to what is not among them are left alone; a chain that bites its own tail is one conversation too.
    """
    letters, replies = list(letters), list(replies)
    leader = {one.id: one.id for one in letters} | {one.id: one.id for one in replies}
    by_message = {one.message_id: one.id for one in replies if one.message_id}

    def find(one: UUID) -> UUID:
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    def join(one: UUID, other: UUID | None) -> None:
        if other is not None and other in leader:
            first, second = sorted((find(one), find(other)), key=str)
            leader[second] = first

    for letter in letters:
        join(letter.id, letter.parent)
        join(letter.id, letter.answers)
    for reply in replies:
        join(reply.id, reply.letter)
        for message_id in reply.refers_to:
            join(reply.id, by_message.get(message_id))
    return {one: find(one) for one in leader}

"""Letters and replies of one thread are one conversation."""

from __future__ import annotations

from uuid import UUID

from emails.rules.conversations import LetterLink, ReplyLink, group_conversations

FIRST, SECOND, ANSWER, OTHER, REPLY, LATER, STRAY = (UUID(int=number) for number in range(1, 8))


def test_thread_of_letters_and_replies_is_one() -> None:
    letters = [
        LetterLink(FIRST),
        LetterLink(SECOND, parent=FIRST),
        LetterLink(ANSWER, answers=REPLY),
        LetterLink(OTHER),
    ]
    replies = [
        ReplyLink(REPLY, letter=SECOND, message_id="<r1@a>"),
        ReplyLink(LATER, message_id="<r2@a>", refers_to=("<gone@a>", "<r1@a>")),
        ReplyLink(STRAY),
    ]

    groups = group_conversations(letters, replies)

    assert {one for one, group in groups.items() if group == FIRST} == {FIRST, SECOND, ANSWER, REPLY, LATER}
    assert (groups[OTHER], groups[STRAY]) == (OTHER, STRAY)


def test_links_to_what_is_not_there_are_left_alone() -> None:
    groups = group_conversations([LetterLink(FIRST, parent=OTHER, answers=STRAY)], [ReplyLink(REPLY, letter=OTHER)])

    assert groups == {FIRST: FIRST, REPLY: REPLY}


def test_circle_is_one_conversation() -> None:
    groups = group_conversations([LetterLink(FIRST, parent=SECOND), LetterLink(SECOND, parent=FIRST)], [])

    assert set(groups.values()) == {FIRST}

"""Threads: the subject of what follows, and the headers that keep it together."""

from __future__ import annotations

import pytest

from emails.rules.threading import (
    MOST_REFERENCES,
    extend_references,
    parse_references,
    reply_subject,
    thread_headers,
)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Your renewal, Sarah", "Re: Your renewal, Sarah"),
        ("Re: Your renewal", "Re: Your renewal"),
        ("RE: AW: re: Your renewal", "Re: Your renewal"),
        ("Re[2]: Your renewal", "Re: Your renewal"),
        ("Regarding: your renewal", "Re: Regarding: your renewal"),
        ("", ""),
    ],
)
def test_reply_subject_marks_the_thread_once(subject: str, expected: str) -> None:
    assert reply_subject(subject) == expected


def test_references_grow_by_the_message_that_is_answered() -> None:
    assert extend_references(["<a@x>"], "<b@x>") == ["<a@x>", "<b@x>"]
    assert extend_references(["<a@x>", "<b@x>"], "<a@x>") == ["<b@x>", "<a@x>"]
    assert extend_references([], "") == []


def test_references_of_a_long_thread_keep_the_first_and_the_latest() -> None:
    thread = [f"<{number}@x>" for number in range(40)]

    kept = extend_references(thread, "<last@x>")

    assert len(kept) == MOST_REFERENCES
    assert (kept[0], kept[1], kept[-1]) == ("<0@x>", "<22@x>", "<last@x>")


def test_headers_name_the_answered_message_and_the_whole_thread() -> None:
    assert thread_headers([]) == {}
    assert thread_headers(["<a@x>", "<b@x>"]) == {"In-Reply-To": "<b@x>", "References": "<a@x> <b@x>"}


def test_references_from_outside_are_read_as_message_ids_alone() -> None:
    header = "<a@x>\r\n <b@y> noise bcc: someone@z <not an id> <c@z>"

    assert parse_references(header) == ["<a@x>", "<b@y>", "<c@z>"]

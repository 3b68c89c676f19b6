"""Answers out of a file: a table or a text, both sides of what is taken."""

from __future__ import annotations

import pytest

from journeys.rules.answer_files import put_answers, read_answer_file
from journeys.rules.onboarding import MOST_ANSWERS
from journeys.rules.plan_files import UnfitFile

PAIR = [{"question": "What do you sell?", "answer": "Candles"}, {"question": "Who buys?", "answer": ""}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"Question,Answer\nWhat do you sell?,Candles\nWho buys?,\n"),
        ("a.CSV", b"What do you sell?;Candles\n\nWho buys?;\n"),
        ("a.csv", "What do you sell?\tCandles\nWho buys?\n".encode("utf-16")),
        ("a.txt", b"Notes of our call\n1. What do you sell?\nCandles\n\n2) Who buys?\n"),
        ("a.md", b"# What do you sell?\nCandles\n\n## Who buys?"),
    ],
)
def test_same_answers_are_read_however_they_are_written(name: str, content: bytes) -> None:
    assert read_answer_file(name, content) == PAIR


def test_answer_of_several_lines_and_cells_keeps_them() -> None:
    table = read_answer_file("a.csv", b'Why?,"One, two\nthree"\n')
    text = read_answer_file("a.txt", b"Why?\nOne, two\n\nthree\n")

    assert table == [{"question": "Why?", "answer": "One, two\nthree"}]
    assert text == [{"question": "Why?", "answer": "One, two\n\nthree"}]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\n,\n", "No question was found"),
        ("a.txt", b"We sell candles.", "No question was found"),
        ("a.pdf", b"%PDF-1.4", "not read out of a PDF"),
        ("a.exe", b"MZ", "is none"),
        ("a.csv", b'Why?,"open', "cannot be read"),
        ("a.csv", b"\x00\x01\x02", "no text"),
        ("a.csv", b"".join(b"Question %d?,x\n" % number for number in range(MOST_ANSWERS + 1)), "At most"),
    ],
)
def test_file_that_holds_no_answers_says_why(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(UnfitFile, match=reason):
        read_answer_file(name, content)


def test_answers_stand_where_the_same_was_asked_and_take_none_away() -> None:
    asked = [{"question": "What do you sell?", "answer": "Soap"}, {"question": "Who buys?", "answer": "Hotels"}]
    read = [
        {"question": "what  do you sell?", "answer": "Candles"},
        {"question": "Who buys?", "answer": ""},
        {"question": "Why us?", "answer": "A friend"},
    ]

    assert put_answers(asked, read) == [
        {"question": "What do you sell?", "answer": "Candles"},
        {"question": "Who buys?", "answer": "Hotels"},
        {"question": "Why us?", "answer": "A friend"},
    ]

"""Two texts side by side: what is kept, taken out and put in makes up both."""

from __future__ import annotations

import pytest

from emails.rules.comparing import compare


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("a b c", "a b c", [("kept", "a b c")]),
        ("a b c", "a x c", [("kept", "a "), ("removed", "b"), ("added", "x"), ("kept", " c")]),
        ("a c", "a b c", [("kept", "a "), ("added", "b "), ("kept", "c")]),
        ("a a", "a a a", [("kept", "a a"), ("added", " a")]),
        ("a b", "a", [("kept", "a"), ("removed", " b")]),
        ("b\nc", "a\nc", [("removed", "b"), ("added", "a"), ("kept", "\nc")]),
        ("", "a b", [("added", "a b")]),
        ("a b", "", [("removed", "a b")]),
        ("", "", []),
    ],
)
def test_words_that_differ_stand_between_what_is_kept(old: str, new: str, pieces: list[tuple[str, str]]) -> None:
    assert [(piece.kind, piece.text) for piece in compare(old, new)] == pieces


def test_long_texts_that_differ_in_a_few_words_make_up_both() -> None:
    old = " ".join(f"word{number % 50}" for number in range(2000))
    new = old.replace("word7 word8", "word7 other word8", 3).replace("word49", "", 1)

    pieces = compare(old, new)

    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new

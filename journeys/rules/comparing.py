"""Two long texts side by side: by lines first, then word by word where lines differ."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from emails.rules.comparing import Piece, compare

SHORT = 1_000
"""Characters of a text that is compared by words alone."""

MOST_WORDS = 6_000
"""Characters of a changed stretch that are compared by words; beyond, the whole stretch stands as taken out, put in."""


def compare_long(old: str, new: str) -> list[Piece]:
    """Compare as `compare` does; the work grows with what differs, not with the square of the text."""
    if max(len(old), len(new)) <= SHORT:
        return compare(old, new)
    return list(_joined(_pieces(old, new)))


def _pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for tag, start, end, new_start, new_end in SequenceMatcher(a=before, b=after).get_opcodes():
        removed, added = "".join(before[start:end]), "".join(after[new_start:new_end])
        if tag == "equal":
            yield Piece("kept", removed)
        elif removed and added and max(len(removed), len(added)) <= MOST_WORDS:
            yield from compare(removed, added)
        else:
            yield from (Piece(kind, text) for kind, text in (("removed", removed), ("added", added)) if text)


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    waiting: Piece | None = None
    for piece in pieces:
        if waiting is not None and waiting.kind == piece.kind:
            waiting = Piece(piece.kind, waiting.text + piece.text)
            continue
        if waiting is not None:
            yield waiting
        waiting = piece
    if waiting is not None:
        yield waiting

"""Two texts side by side: what was taken out and what was put in, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Piece:
    """A stretch of the comparison: kept, removed or added."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """Compare by words, keeping line breaks."""
    before, after = _words(old), _words(new)
    head = _count_alike(before, after)
    # What stands alike at both ends is no work: between texts that differ in a word nothing is left to search.
    tail = _count_alike(before[: head - 1 if head else None : -1], after[: head - 1 if head else None : -1])
    kept_end = len(before) - tail
    middle = _compare(before[head:kept_end], after[head : len(after) - tail])
    ends = ([Piece("kept", "".join(before[:head]))], [Piece("kept", "".join(before[kept_end:]))])
    return [piece for piece in [*ends[0], *middle, *ends[1]] if piece.text]


def _compare(before: list[str], after: list[str]) -> list[Piece]:
    pieces: list[Piece] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("kept", "".join(before[start:end])))
            continue
        if end > start:
            pieces.append(Piece("removed", "".join(before[start:end])))
        if new_end > new_start:
            pieces.append(Piece("added", "".join(after[new_start:new_end])))
    return pieces


def _count_alike(some: list[str], others: list[str]) -> int:
    """How many words are the same from the start."""
    pairs = enumerate(zip(some, others, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(some), len(others)))


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|[^\s]+", text)

"""A text with the words that prove something marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST_PLACES = 20


@dataclass(frozen=True)
class Piece:
    """A part of the text, and whether it is a proof."""

    words: str
    is_proof: bool


def mark_proof(text: str, proof: Iterable[str]) -> list[Piece]:
    """This will part the text at the words of the proof, as they stand in it; what overlaps is marked as one."""
    places = sorted(place for words in proof if words for place in _places(text, words))
    pieces: list[Piece] = []
    at = 0
    for start, end in _merged(places):
        if start > at:
            pieces.append(Piece(text[at:start], is_proof=False))
        pieces.append(Piece(text[start:end], is_proof=True))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], is_proof=False))
    return pieces


def _places(text: str, words: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = text.find(words)
    while at >= 0 and len(found) < MOST_PLACES:
        found.append((at, at + len(words)))
        at = text.find(words, at + len(words))
    return found


def _merged(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in places:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged

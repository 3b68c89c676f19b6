"""Which of the client's own words belong under which key item: by the words they share, and by topic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

ENOUGH = 2
"""One topic in common, or two words: one word alone says little."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_ENDINGS = ("ings", "ing", "ies", "ers", "er", "ed", "es", "s")
_IDLE_WORDS = """
    the and for you your yours our with from that this what which when where who whom whose how are was were will
    would can could have has had not but all any every one two three them they their its into out about each other
    than then there here more most some such only very also just over under between first next month months week
    weeks day days year years look say said tell told make made get got give given take taken let
"""
_IDLE = frozenset(_IDLE_WORDS.split())
_TOPICS: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "goal aim target want reach achieve success finish",
        "customer client buyer audience market serve segment visitor contact people",
        "figure metric number measure kpi revenue income sale sell order turnover profit",
        "price pric offer product service sell package cost charge",
        "promise brand voice colour color name different differentiate stand reason identity look",
        "channel social content profile handle calendar post website newsletter media video",
        "partner partnership supplier ally",
        "team role who hand task operation week routine time hour owner",
        "obstacle risk stop difficult problem worry hard fear",
        "launch plan year future beyond watch",
        "message step conversation call pitch sale deal interest",
    )
)


def stems_of(text: str) -> frozenset[str]:
    """The words that carry meaning, without their endings."""
    return frozenset(_stem(word) for word in _WORD.findall(text.lower()) if word not in _IDLE)


def topics_of(stems: Iterable[str]) -> frozenset[int]:
    known = frozenset(stems)
    return frozenset(place for place, topic in enumerate(_STEMMED) if topic & known)


def relevance(wanted: str, text: str) -> int:
    """How much a text has to do with what is wanted: 0 = nothing. A shared word counts 1, a shared topic 2."""
    asked, said = stems_of(wanted), stems_of(text)
    return len(asked & said) + 2 * len(topics_of(asked) & topics_of(said))


def share_out(wanted: Sequence[str], rows: Sequence[tuple[str, T]], *, most: int) -> list[list[T]]:
    """Give each of the wanted its rows, the closest first; a row goes where it fits best, and only there.

    rows: the words to weigh, and what stands for them. most: so many for one.
    """
    scored = []
    for place, (text, row) in enumerate(rows):
        weights = [relevance(one, text) for one in wanted]
        best = max(weights, default=0)
        if best >= ENOUGH:
            scored.append((weights.index(best), -best, place, row))
    shared: list[list[T]] = [[] for _ in wanted]
    for home, _, _, row in sorted(scored, key=lambda entry: entry[:3]):
        if len(shared[home]) < most:
            shared[home].append(row)
    return shared


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_STEMMED = tuple(frozenset(_stem(word) for word in topic) for topic in _TOPICS)

"""Which of the names was meant: the same, begins so, has all the words, sounds like it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from typing import Generic, TypeVar

T = TypeVar("T")

LIKE_ENOUGH = 0.74
MOST_GIVEN = 8
LEGAL = frozenset({"inc", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "gmbh", "ag", "plc", "sa",
                   "bv", "group", "the"})  # fmt: skip
"""What people leave out of a company's name."""


class Rank(IntEnum):
    """How well a name fits, the best first."""

    EXACT = 0
    PREFIX = 1
    WORDS = 2
    LIKE = 3


@dataclass(frozen=True)
class Named(Generic[T]):
    """Something with a name."""

    value: T
    name: str


@dataclass(frozen=True)
class Matches(Generic[T]):
    """Those that fit best, all alike. rank: how well; None where nothing fits."""

    found: tuple[T, ...]
    rank: Rank | None

    @property
    def is_sure(self) -> bool:
        """Whether nobody has to guess: one, and by its own words."""
        return len(self.found) == 1 and self.rank is not None and self.rank < Rank.LIKE


def plain(text: str) -> str:
    """Give a name as it is compared: lower case, no accents, no marks, one blank between words."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in folded if not unicodedata.combining(char))
    kept = re.sub(r"['’`´]s\b", "", kept)
    return " ".join(re.sub(r"[^\w@.+&-]+", " ", kept).replace(".", " ").split())


def core(text: str) -> str:
    """Give the name without what says only the kind of company; the name itself where nothing is left."""
    words = [word for word in plain(text).split() if word not in LEGAL]
    return " ".join(words) or plain(text)


def match_names(said: str, names: Iterable[Named[T]], *, fuzzy: bool = True) -> Matches[T]:
    """Find those that fit best. fuzzy: also what only sounds like it, which is never sure."""
    wanted, wanted_core = plain(said), core(said)
    if not wanted:
        return Matches((), None)
    listed = list(names)
    by_rank: dict[Rank, list[T]] = {}
    for one in listed:
        rank = _rank(wanted, wanted_core, one.name)
        if rank is not None:
            by_rank.setdefault(rank, []).append(one.value)
    if by_rank:
        best = min(by_rank)
        return Matches(tuple(by_rank[best]), best)
    return _like(wanted_core, listed) if fuzzy else Matches((), None)


def _rank(wanted: str, wanted_core: str, name: str) -> Rank | None:
    name_plain = plain(name)
    if name_plain == wanted:
        return Rank.EXACT
    # "Acme" is the beginning of "Acme Rail" as much as it is Acme Corp's name: both are asked about.
    if core(name) == wanted_core or name_plain.startswith(wanted + " "):
        return Rank.PREFIX
    words = name_plain.split()
    if all(any(word.startswith(part) for word in words) for part in wanted_core.split()):
        return Rank.WORDS
    return None


def _like(wanted: str, names: Sequence[Named[T]]) -> Matches[T]:
    scored: list[tuple[float, int]] = []
    matcher: SequenceMatcher[str] = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    for place, one in enumerate(names):
        best = 0.0
        for candidate in {core(one.name), core(one.name)[: len(wanted)].strip(), *core(one.name).split()[:1]}:
            matcher.set_seq1(candidate)
            if matcher.real_quick_ratio() >= LIKE_ENOUGH and matcher.quick_ratio() >= LIKE_ENOUGH:
                best = max(best, matcher.ratio())
        if best >= LIKE_ENOUGH:
            scored.append((best, place))
    if not scored:
        return Matches((), None)
    top = max(score for score, _ in scored)
    near = [names[place].value for score, place in scored if score >= top - 0.02]
    return Matches(tuple(near[:MOST_GIVEN]), Rank.LIKE)

"""Recommendations followed and overruled: how often, and how each of the two ended. Neither is said to be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from outreach.rules.upsell.conversion import Rate, overlap


@dataclass(frozen=True)
class Taken:
    """How often one was followed, or overruled. settled: of these, with an end; worked: of those, ended well."""

    count: int = 0
    settled: int = 0
    worked: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.count + other.count, self.settled + other.settled, self.worked + other.worked)

    @property
    def rate(self) -> Rate:
        return Rate("", self.settled, self.worked)


@dataclass(frozen=True)
class Recommendation:
    """One recommendation: what it was about, and what was recommended; "" where that is not one of a few codes."""

    kind: str
    code: str
    followed: Taken
    overruled: Taken

    @property
    def count(self) -> int:
        return self.followed.count + self.overruled.count

    @property
    def overruled_pct(self) -> float:
        return self.overruled.count * 100 / self.count if self.count else 0.0

    @property
    def verdict(self) -> str:
        """Whether followed and overruled ended differently by more than chance; never why."""
        if not (self.followed.rate.is_enough and self.overruled.rate.is_enough):
            return "Not enough to say"
        if overlap(self.followed.rate, self.overruled.rate):
            return "May be chance"
        return "Intervals apart"


@dataclass
class PersonCount:
    """How often one person overruled, by kind. person_id: None for those who are not known any more."""

    person_id: object
    name: str
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.kinds.values())


def group_recommendations(rows: Iterable[tuple[str, str, bool, Taken]]) -> tuple[Recommendation, ...]:
    """Add up (kind, code, whether overruled, how often); the most often overruled first."""
    found: dict[tuple[str, str], list[Taken]] = {}
    for kind, code, is_overruled, taken in rows:
        pair = found.setdefault((kind, code), [Taken(), Taken()])
        pair[is_overruled] += taken
    all_of_them = (Recommendation(kind, code, *pair) for (kind, code), pair in found.items())
    return tuple(sorted(all_of_them, key=lambda one: (-one.overruled.count, -one.count, one.kind, one.code)))


def group_people(rows: Iterable[tuple[object, str, str, int]]) -> tuple[PersonCount, ...]:
    """Add up (person's id, name, kind, how often); who overruled most often first."""
    found: dict[object, PersonCount] = {}
    for person_id, name, kind, count in rows:
        one = found.setdefault(person_id, PersonCount(person_id, name))
        one.kinds[kind] = one.kinds.get(kind, 0) + count
    return tuple(sorted(found.values(), key=lambda one: (-one.count, one.name)))

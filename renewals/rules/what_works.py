"""How renewals ended by the way they were approached: shares with their interval, and what may be ranked.

It informs people. Who got which approach was chosen by risk and relation, not by chance: no difference says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from outreach.rules.upsell.conversion import ENOUGH, Rate, overlap


@dataclass(frozen=True)
class Sums:
    """Renewals added up. kept: renewed or extended. priced: of those that go on, with a price and a target to compare.

    increase_pct, target_pct: sums over the priced ones. answered: those with an answer; days: their sum of days from
    the first letter.
    """

    count: int = 0
    kept: int = 0
    priced: int = 0
    increase_pct: float = 0.0
    target_pct: float = 0.0
    answered: int = 0
    days: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True)
class Way:
    """One way that renewals were approached, and what they came to. code: "" where nothing is known of it."""

    code: str
    label: str
    sums: Sums

    @property
    def rate(self) -> Rate:
        return Rate(self.label, self.sums.count, self.sums.kept)

    @property
    def is_enough(self) -> bool:
        return self.rate.is_enough

    @property
    def average_increase_pct(self) -> float | None:
        return _average(self.sums.increase_pct, self.sums.priced)

    @property
    def average_target_pct(self) -> float | None:
        return _average(self.sums.target_pct, self.sums.priced)

    @property
    def average_days(self) -> float | None:
        return _average(self.sums.days, self.sums.answered)


def group_ways(rows: Iterable[tuple[str, Sums]], *, labels: Mapping[str, str], unknown: str) -> tuple[Way, ...]:
    """Add up by code, and rank: the highest share first where there is enough to say, then the others by number."""
    found: dict[str, Sums] = {}
    for code, sums in rows:
        found[code] = found.get(code, Sums()) + sums
    ways = (Way(code, labels.get(code, code) or unknown, sums) for code, sums in found.items())
    return tuple(sorted(ways, key=_rank))


def compare(ways: Iterable[Way]) -> str:
    """Say in a sentence whether the highest and the lowest share are apart; never why."""
    known = [way.rate for way in ways if way.is_enough]
    if len(known) < 2:
        return f"Nothing to compare yet: two with at least {ENOUGH} settled renewals are needed."
    best, worst = known[0], known[-1]
    if overlap(worst, best):
        return "The intervals overlap: the differences may be chance."
    return f"The intervals of {best.label} and {worst.label} do not overlap. Why they differ is not said by that."


def _rank(way: Way) -> tuple[bool, float, int, str]:
    share = -way.rate.percent if way.is_enough else 0.0
    return not way.is_enough, share, -way.sums.count, way.label


def _average(total: float, count: int) -> float | None:
    return total / count if count else None

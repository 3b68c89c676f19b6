"""What would have to be different for another price approach to be recommended. Source: Engage, step 2.

Found by asking the rule itself about every combination of ranges, so that it cannot disagree with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from customers.enums import Pressure
from emails.enums import PriceApproach
from renewals.rules.facts import Number, list_words
from renewals.rules.pricing import (
    HIGH_INCREASE_PCT,
    LOW_INCREASE_PCT,
    NO_PRICE_ABOVE_INCREASE_PCT,
    STRONG_RELATIONSHIP,
    WEAK_RELATIONSHIP,
    PriceFacts,
    cast_votes,
    decide,
    no_price_conditions,
)


@dataclass(frozen=True)
class Counterfactual:
    """What another approach would take: any one of the alternatives, each a set of changes made together."""

    approach: PriceApproach
    alternatives: tuple[tuple[str, ...], ...]

    @property
    def sentence(self) -> str:
        ways = [list_words(changes) for changes in self.alternatives]
        joined = ways[0] if len(ways) == 1 else f"{'; '.join(ways[:-1])}; or {ways[-1]}"
        return f"{self.approach.label}: {joined}."


@dataclass(frozen=True)
class _Range:
    """A range of one factor's values. sample: a value inside it. place: where it stands on its scale."""

    words: str
    sample: Decimal | Number | Pressure
    place: int


_INCREASES = (
    _Range("a decrease", Decimal(-1), 0),
    _Range("an increase under 5%", Decimal(0), 1),
    _Range("an increase of 5 to 8%", LOW_INCREASE_PCT, 2),
    _Range("an increase above 8% and up to 15%", NO_PRICE_ABOVE_INCREASE_PCT, 3),
    _Range("an increase above 15%", NO_PRICE_ABOVE_INCREASE_PCT + 1, 4),
)
_RELATIONSHIPS = (
    _Range("a relationship above 8/10", 9, 0),
    _Range("a relationship of 6 to 8/10", WEAK_RELATIONSHIP, 1),
    _Range("a relationship below 6/10", WEAK_RELATIONSHIP - 1, 2),
)
_PRESSURES = tuple(
    _Range(f"{pressure.value} competitive pressure", pressure, place)
    for place, pressure in enumerate((Pressure.LOW, Pressure.MEDIUM, Pressure.HIGH))
)


def what_would_change(facts: PriceFacts) -> tuple[Counterfactual, ...]:
    """Name for each other approach the smallest changes that would make it the recommended one."""
    current = _approach(facts)
    return tuple(_for_approach(other, facts) for other in PriceApproach if other != current)


def _approach(facts: PriceFacts) -> PriceApproach:
    return decide(cast_votes(facts), no_price_conditions(facts))


def _for_approach(other: PriceApproach, facts: PriceFacts) -> Counterfactual:
    now = (_increase_range(facts), _relationship_range(facts), _pressure_range(facts))
    ways = [
        way for way in product(_INCREASES, _RELATIONSHIPS, _PRESSURES) if _approach(_with(facts, now, way)) == other
    ]
    fewest = min(_changed(now, way) for way in ways)
    ways = [way for way in ways if _changed(now, way) == fewest]
    if fewest > 1:
        nearest = min(_distance(now, way) for way in ways)
        ways = [way for way in ways if _distance(now, way) == nearest]
    return Counterfactual(other, tuple(_words(now, way) for way in ways))


_Now = tuple[_Range | None, ...]
_Way = tuple[_Range, ...]


def _with(facts: PriceFacts, now: _Now, way: _Way) -> PriceFacts:
    """Put the changed factors into the facts; an unchanged one keeps its own value."""
    names = ("increase_pct", "relationship", "competitive_pressure")
    changes = {name: new.sample for name, old, new in zip(names, now, way, strict=True) if old != new}
    return replace(facts, **changes)  # type: ignore[arg-type]


def _changed(now: _Now, way: _Way) -> int:
    return sum(old != new for old, new in zip(now, way, strict=True))


def _distance(now: _Now, way: _Way) -> int:
    return sum(abs(new.place - old.place) if old else 1 for old, new in zip(now, way, strict=True))


def _words(now: _Now, way: _Way) -> tuple[str, ...]:
    return tuple(new.words for old, new in zip(now, way, strict=True) if old != new)


def _increase_range(facts: PriceFacts) -> _Range | None:
    increase = facts.increase_pct
    if increase is None:
        return None
    if increase < 0:
        return _INCREASES[0]
    edges = (increase < LOW_INCREASE_PCT, increase <= HIGH_INCREASE_PCT, increase <= NO_PRICE_ABOVE_INCREASE_PCT)
    return _INCREASES[1 + next((n for n, inside in enumerate(edges) if inside), 3)]


def _relationship_range(facts: PriceFacts) -> _Range | None:
    strength = facts.relationship
    if strength is None:
        return None
    if strength > STRONG_RELATIONSHIP:
        return _RELATIONSHIPS[0]
    return _RELATIONSHIPS[1] if strength >= WEAK_RELATIONSHIP else _RELATIONSHIPS[2]


def _pressure_range(facts: PriceFacts) -> _Range | None:
    return next((r for r in _PRESSURES if r.sample == facts.competitive_pressure), None)

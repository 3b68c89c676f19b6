"""What rows say of an account over time: usage, health and wins, each observation once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from customers.rules.book.rows import Place, Refusal, TypedRow


class Point(NamedTuple):
    """One observation with its row. values: attribute → what the row says, None where it says nothing."""

    place: Place
    values: dict[str, Any]


@dataclass
class Signs:
    """The observations of one account, in the order of the rows."""

    usage: list[Point] = field(default_factory=list)
    health: list[Point] = field(default_factory=list)
    wins: list[Point] = field(default_factory=list)
    _first: dict[tuple[Any, ...], Point] = field(default_factory=dict)

    def take(self, row: TypedRow) -> None:
        """Add what a row says that was checked before."""
        for kind, point in _points_of(row):
            getattr(self, kind).append(point)
            known = self._first.setdefault(_key(kind, point), Point(point.place, dict(point.values)))
            known.values.update({name: value for name, value in point.values.items() if known.values[name] is None})

    def known(self, kind: str, point: Point) -> Point | None:
        """Give the observation of the same thing and moment, if a row before made one."""
        return self._first.get(_key(kind, point))


def check_signs(row: TypedRow, signs: Signs, name_of: Callable[[Place], str]) -> list[Refusal]:
    """Refuse half an observation, and one that says otherwise than a row before. name_of: how a row is called."""
    return _find_missing(row) or _find_contradictions(row, signs, name_of)


def _find_missing(row: TypedRow) -> list[Refusal]:
    """A usage row needs metric, value and date; a dated health needs its score; a win's value needs the win."""
    values, refusals = row.values, []

    def need(key: str, reason: str) -> None:
        if key not in values:
            refusals.append(Refusal(row.place, row.headers.get(key, ""), reason))

    if any(key.startswith("usage.") for key in values):
        need("usage.metric", "a usage row needs the metric's name")
        need("usage.value", "a usage row needs the value")
        need("usage.at", "a usage row needs its date")
    if "health.at" in values:
        need("account.health_score", "a dated health row needs the score")
    if "win.value" in values or "win.achieved_on" in values:
        need("win.text", "a win needs its text")
    return refusals


def _find_contradictions(row: TypedRow, signs: Signs, name_of: Callable[[Place], str]) -> list[Refusal]:
    refusals = []
    for kind, point in _points_of(row):
        known = signs.known(kind, point)
        if known is None:
            continue
        for name, value in point.values.items():
            said = known.values[name]
            if value is not None and said is not None and value != said:
                column = row.headers.get(_COLUMNS[kind].get(name, ""), "")
                reason = f"says “{value}” where {name_of(known.place)} says “{said}” for the same {_NOUNS[kind]}"
                refusals.append(Refusal(row.place, column, reason))
    return refusals


_COLUMNS = {
    "usage": {"value": "usage.value", "limit": "usage.limit"},
    "health": {"score": "account.health_score"},
    "wins": {"value": "win.value", "achieved_on": "win.achieved_on"},
}
_NOUNS = {"usage": "metric and date", "health": "date", "wins": "win"}


def _points_of(row: TypedRow) -> Iterable[tuple[str, Point]]:
    values = row.values
    if "usage.metric" in values:
        said = {name: values.get(f"usage.{name}") for name in ("metric", "value", "limit", "at")}
        yield "usage", Point(row.place, said)
    if "health.at" in values:
        yield "health", Point(row.place, {"at": values["health.at"], "score": values.get("account.health_score")})
    if "win.text" in values:
        yield "wins", Point(row.place, {name: values.get(f"win.{name}") for name in ("text", "value", "achieved_on")})
    for text in values.get("account.wins", ()):
        yield "wins", Point(row.place, {"text": text, "value": None, "achieved_on": None})


def _key(kind: str, point: Point) -> tuple[Any, ...]:
    """What makes two observations one: metric and moment, the moment, the win's text."""
    return (kind, *(point.values[name] for name in ("metric", "at", "text") if name in point.values))

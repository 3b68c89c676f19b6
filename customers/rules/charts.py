"""Pictures of a line over time, as the paths of an SVG that is 100 wide and 100 high; y grows downward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

SIDE = 100
HEADROOM = Decimal("1.1")
"""The line never touches the upper edge."""


@dataclass(frozen=True)
class Point:
    """One observation."""

    at: datetime
    value: Decimal


@dataclass(frozen=True)
class Chart:
    """A drawn line: `path`, the `area` below it, `end` marks the last point; limit_y where a limit is drawn."""

    path: str
    area: str
    end: str
    limit_y: float | None
    top: Decimal
    first_at: datetime
    last_at: datetime


def draw_chart(points: Sequence[Point], *, limit: Decimal | None = None, top: Decimal | None = None) -> Chart | None:
    """Draw the points from zero to `top`; without one, to a little above the highest value or the limit.

    points: in order of time. None for no points; one point becomes a level line.
    """
    if not points:
        return None
    top = top or _round_up(max([point.value for point in points] + [limit or Decimal(0)]) * HEADROOM)
    spots = _spots(points, top)
    line = "M" + "L".join(f"{x} {y}" for x, y in spots)
    first_x, last_x, last_y = spots[0][0], *spots[-1]
    return Chart(
        path=line,
        area=f"{line}L{last_x} {SIDE}L{first_x} {SIDE}Z",
        end=f"M{last_x} {last_y}h0.01",
        limit_y=None if limit is None else _y(limit, top),
        top=top,
        first_at=points[0].at,
        last_at=points[-1].at,
    )


def _spots(points: Sequence[Point], top: Decimal) -> list[tuple[float, float]]:
    begin, span = points[0].at, (points[-1].at - points[0].at).total_seconds()
    if span == 0:
        level = _y(points[-1].value, top)
        return [(0, level), (SIDE, level)]
    return [(round((p.at - begin).total_seconds() / span * SIDE, 2), _y(p.value, top)) for p in points]


def _y(value: Decimal, top: Decimal) -> float:
    return round(float(SIDE - min(value, top) / top * SIDE), 2)


def _round_up(value: Decimal) -> Decimal:
    """Give the next number with two leading digits: 1,043 becomes 1,100; at least 1, as it divides."""
    if value <= 1:
        return Decimal(1)
    step = Decimal(10) ** (value.adjusted() - 1)
    whole = (value / step).to_integral_value(rounding="ROUND_CEILING") * step
    return Decimal(int(whole)) if whole == whole.to_integral_value() else whole

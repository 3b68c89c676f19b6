"""What was observed of an account over time: usage by metric and health, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import CharField, DecimalField, F, Value
from django.db.models.functions import Cast

from customers.models import Customer, HealthSample, UsageSample
from customers.rules.charts import Chart, Point, draw_chart

SHOWN_DAYS = 400
"""A little more than a year, so that this time last year is in the picture."""
HEALTH = "health"
HEALTH_TOP = Decimal(100)


@dataclass(frozen=True)
class Sign:
    """One line over time. change_pct: from the first to the last point shown; None where the first is zero."""

    name: str
    chart: Chart
    latest: Decimal
    limit: Decimal | None
    change_pct: Decimal | None

    @property
    def is_near_limit(self) -> bool:
        return self.limit is not None and self.latest >= self.limit * Decimal("0.8")


@dataclass(frozen=True)
class Signs:
    health: Sign | None
    usage: list[Sign]


def read_signs(customer: Customer, *, now: datetime) -> Signs:
    """This will read the last 400 days in one query."""
    since = now - timedelta(days=SHOWN_DAYS)
    number = DecimalField(max_digits=18, decimal_places=4)
    usage = UsageSample.objects.filter(customer=customer, at__gte=since).order_by()
    health = HealthSample.objects.filter(customer=customer, at__gte=since).order_by()
    rows = usage.values_list(Value("usage"), "metric", "value", "limit", "at").union(
        health.values_list(
            Value("health"),
            Value(HEALTH, output_field=CharField()),
            Cast(F("score"), number),
            Value(None, output_field=number),
            "at",
        ),
        all=True,
    )
    lines: dict[tuple[str, str], list[tuple[datetime, Decimal, Decimal | None]]] = {}
    for kind, metric, value, limit, at in rows:
        lines.setdefault((kind, metric), []).append((at, Decimal(value), limit))
    signs = {key: _sign(*key, line) for key, line in sorted(lines.items())}
    return Signs(
        health=signs.get(("health", HEALTH)), usage=[sign for (kind, _), sign in signs.items() if kind == "usage"]
    )


def _sign(kind: str, name: str, line: list[tuple[datetime, Decimal, Decimal | None]]) -> Sign:
    line.sort(key=lambda row: row[0])
    points = [Point(at, value) for at, value, _ in line]
    limit = line[-1][2]
    first, latest = points[0].value, points[-1].value
    chart = draw_chart(points, limit=limit, top=HEALTH_TOP if kind == "health" else None)
    assert chart is not None
    return Sign(name, chart, latest, limit, (latest - first) * 100 / first if first else None)

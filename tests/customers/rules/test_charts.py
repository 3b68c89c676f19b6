from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from customers.rules.charts import Point, draw_chart

MARCH, APRIL, MAY = (datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 5))


def test_draw_chart_without_points_draws_nothing() -> None:
    assert draw_chart([]) is None


def test_draw_chart_spreads_points_by_time_and_value() -> None:
    points = [Point(MARCH, Decimal(0)), Point(APRIL, Decimal(50)), Point(MAY, Decimal(100))]

    chart = draw_chart(points, top=Decimal(100))

    assert chart is not None
    assert chart.path == "M0.0 100.0L50.82 50.0L100.0 0.0"
    assert chart.area == "M0.0 100.0L50.82 50.0L100.0 0.0L100.0 100L0.0 100Z"


def test_draw_chart_one_point_is_a_level_line() -> None:
    chart = draw_chart([Point(MARCH, Decimal(25))], top=Decimal(100))

    assert chart is not None
    assert chart.path == "M0 75.0L100 75.0"


def test_draw_chart_leaves_room_for_the_limit() -> None:
    chart = draw_chart([Point(MARCH, Decimal(40)), Point(MAY, Decimal(60))], limit=Decimal(800))

    assert chart is not None
    assert chart.top == Decimal(880)
    assert chart.limit_y == 9.09


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (1, Decimal("1.1")), (948, 1100), (95, 110), (1_000_000, 1_100_000)]
)
def test_draw_chart_top_is_a_round_number_above_the_highest(value: int, top: int | Decimal) -> None:
    chart = draw_chart([Point(MARCH, Decimal(0)), Point(MAY, Decimal(value))])

    assert chart is not None
    assert chart.top == Decimal(top)

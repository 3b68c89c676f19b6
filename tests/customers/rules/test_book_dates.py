"""Dates: what people export is read rightly or refused, never guessed."""

from datetime import UTC, date, datetime

import pytest

from customers.rules.book.dates import DateColumn, read_date, read_moment, study_dates
from customers.rules.book.reading import BadValue, DateOrder

OPEN = DateColumn(None)
DAY_FIRST = DateColumn(DateOrder.DAY_FIRST)
MONTH_FIRST = DateColumn(DateOrder.MONTH_FIRST)


@pytest.mark.parametrize(
    ("cell", "column", "expected"),
    [
        ("2026-12-31", OPEN, date(2026, 12, 31)),
        ("2026/12/31", OPEN, date(2026, 12, 31)),
        ("20261231", OPEN, date(2026, 12, 31)),
        ("31/12/2026", OPEN, date(2026, 12, 31)),
        ("12/31/2026", OPEN, date(2026, 12, 31)),
        ("31.12.2026", OPEN, date(2026, 12, 31)),
        ("03.04.2026", OPEN, date(2026, 4, 3)),
        ("31-12-2026", OPEN, date(2026, 12, 31)),
        ("5/5/2026", OPEN, date(2026, 5, 5)),
        ("03/04/2026", DAY_FIRST, date(2026, 4, 3)),
        ("03/04/2026", MONTH_FIRST, date(2026, 3, 4)),
        ("31 Dec 2026", OPEN, date(2026, 12, 31)),
        ("31-Dec-2026", OPEN, date(2026, 12, 31)),
        ("1st March 2027", OPEN, date(2027, 3, 1)),
        ("Dec 31, 2026", OPEN, date(2026, 12, 31)),
        ("December 31 2026", OPEN, date(2026, 12, 31)),
        ("31. Dezember 2026", OPEN, date(2026, 12, 31)),
        ("2026-12-31T00:00:00Z", OPEN, date(2026, 12, 31)),
        ("2026-12-31T23:30:00.000+0000", OPEN, date(2026, 12, 31)),
        ("2026-12-31 14:30", OPEN, date(2026, 12, 31)),
        ("12/31/2026, 2:30 PM", OPEN, date(2026, 12, 31)),
        (" 2026-12-31\u00a0", OPEN, date(2026, 12, 31)),
        ("29/02/2028", OPEN, date(2028, 2, 29)),
    ],
)
def test_date_in_a_readable_form_is_read(cell, column, expected):
    assert read_date(cell, column) == expected


@pytest.mark.parametrize(
    ("cell", "column", "reason"),
    [
        ("03/04/2026", OPEN, "may be day/month or month/day"),
        ("31/02/2026", OPEN, "no day of the calendar"),
        ("29/02/2027", OPEN, "no day of the calendar"),
        ("31/12/2026", MONTH_FIRST, "does not fit the column"),
        ("12/31/2026", DAY_FIRST, "does not fit the column"),
        ("46387", OPEN, "Excel serial"),
        ("46387.5", OPEN, "Excel serial"),
        ("31/12/26", OPEN, "four digits"),
        ("0206-12-31", OPEN, "outside 1990 to 2100"),
        ("Q4 2026", OPEN, "is not a date"),
        ("31 Foo 2026", OPEN, "not a month"),
        ("tomorrow", OPEN, "is not a date"),
        ("45/45/2026", OPEN, "no day of the calendar"),
        ("2026-13-01", OPEN, "no day of the calendar"),
        ("12.31.2026", OPEN, "no day of the calendar"),
    ],
)
def test_date_that_is_none_or_open_is_refused_with_the_reason(cell, column, reason):
    with pytest.raises(BadValue, match=reason):
        read_date(cell, column)


@pytest.mark.parametrize(
    ("cells", "order", "ambiguous"),
    [
        (["03/04/2026", "13/04/2026"], DateOrder.DAY_FIRST, 1),
        (["03/04/2026", "04/13/2026"], DateOrder.MONTH_FIRST, 1),
        (["03/04/2026", "05/06/2026"], None, 2),
        (["13/04/2026", "04/13/2026", "03/04/2026"], None, 1),
        (["2026-12-31", "31.12.2026", ""], None, 0),
        (["5/5/2026"], None, 0),
    ],
)
def test_column_decides_only_by_what_it_proves(cells, order, ambiguous):
    column = study_dates(cells)

    assert (column.order, column.ambiguous) == (order, ambiguous)
    assert column.is_open is (order is None and ambiguous > 0)


def test_chosen_order_wins_over_the_column():
    column = study_dates(["03/04/2026", "13/04/2026"], chosen=DateOrder.MONTH_FIRST)

    assert read_date("03/04/2026", column) == date(2026, 3, 4)
    with pytest.raises(BadValue, match="does not fit"):
        read_date("13/04/2026", column)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-05-01T10:00:00Z", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01T10:00:00.000+0200", datetime(2026, 5, 1, 8, tzinfo=UTC)),
        ("2026-05-01 10:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01 10:00 UTC", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
    ],
)
def test_moment_is_read_as_an_aware_instant(cell, expected):
    assert read_moment(cell, OPEN) == expected

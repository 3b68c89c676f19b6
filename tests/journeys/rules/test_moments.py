from datetime import UTC, date, datetime, time

import pytest

from journeys.rules.moments import moment_of


@pytest.mark.parametrize(
    ("day", "hour", "zone", "expected"),
    [
        (date(2026, 3, 4), time(9, 0), "America/New_York", datetime(2026, 3, 4, 14, 0, tzinfo=UTC)),
        (date(2026, 3, 9), time(9, 0), "America/New_York", datetime(2026, 3, 9, 13, 0, tzinfo=UTC)),
        # 02:30 does not exist on this night, it is 03:30 summer time.
        (date(2026, 3, 8), time(2, 30), "America/New_York", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        # 01:30 happens twice on this night; the first is still summer time.
        (date(2026, 11, 1), time(1, 30), "America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (date(2026, 3, 4), time(9, 0), "Pacific/Kiritimati", datetime(2026, 3, 3, 19, 0, tzinfo=UTC)),
    ],
)
def test_moment_of_local_hour_follows_the_clocks_there(day: date, hour: time, zone: str, expected: datetime) -> None:
    assert moment_of(day, hour, zone) == expected

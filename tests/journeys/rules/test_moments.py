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
        (date(2026, 10, 25), time(2, 30), "Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 26), time(9, 0), "Europe/Berlin", datetime(2026, 10, 26, 8, 0, tzinfo=UTC)),
        (date(2027, 3, 14), time(2, 30), "America/New_York", datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),
        (date(2026, 10, 4), time(2, 30), "Australia/Sydney", datetime(2026, 10, 3, 16, 30, tzinfo=UTC)),
        (date(2026, 3, 4), time(9, 0), "Asia/Kathmandu", datetime(2026, 3, 4, 3, 15, tzinfo=UTC)),
        (date(2026, 3, 4), time(9, 0), "Pacific/Kiritimati", datetime(2026, 3, 3, 19, 0, tzinfo=UTC)),
    ],
)
def test_moment_of_local_hour_follows_the_clocks_there(day: date, hour: time, zone: str, expected: datetime) -> None:
    assert moment_of(day, hour, zone) == expected

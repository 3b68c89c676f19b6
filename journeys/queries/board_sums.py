"""What the sums of the board say, and what of a filter they tell apart: see `customers/queries/kept_sums.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from customers.models.base import NOBODY, Scope
from customers.queries.kept_sums import ACCOUNTS, OF_ACCOUNT, PEOPLE, KeptSums
from journeys.enums import JourneyState
from journeys.models import BoardChange, BoardLine, BoardSum, Journey, ProgrammeVersion
from journeys.queries.local_days import word_before_day
from journeys.rules.states import UNOPENED_DAYS

NEVER = date.max
JOURNEYS, VERSIONS = Journey._meta.db_table, ProgrammeVersion._meta.db_table
BOARD = KeptSums(
    lines=BoardLine,
    sums=BoardSum,
    changes=BoardChange,
    places=("team", "state", "current_month", "is_held", "zone", "open_due_date", "unopened_date"),
    told={
        **OF_ACCOUNT,
        "programme": "v.programme_id",
        "state": "j.state",
        "current_month": "j.current_month",
        "is_held": "j.held_since IS NOT NULL",
        "zone": "j.zone",
        "open_due_date": f"COALESCE(j.open_due_date, '{NEVER}')",
        "unopened_date": f"COALESCE((j.unopened_since AT TIME ZONE 'UTC')::date, '{NEVER}')",
    },
    added={"journeys": "1"},
    source=f"{ACCOUNTS} AS c JOIN {JOURNEYS} AS j ON j.customer_id = c.id JOIN {VERSIONS} AS v ON v.id = j.version_id"
    f" LEFT JOIN {PEOPLE} AS u ON u.id = c.owner_id",
    facets={"owner": "l.seat", "segment": "NULLIF(l.segment, '')", "programme": "l.programme"},
)


@dataclass(frozen=True)
class MonthSum:
    """Journeys of one state in one month. overdue: without those that turn so on the day of `turning_day`."""

    state: str
    month: int
    count: int
    overdue: int
    paused: int


def facet_of(*, owner: str, segment: str, programme: str, nobody: str) -> str | None:
    """This will name the facet that a filter asks for; None where it asks for two at once. nobody: means no owner."""
    asked = {"owner": NOBODY if owner == nobody else owner, "segment": segment, "programme": programme}
    facets = [f"{name}:{value}" for name, value in asked.items() if value]
    return (facets or [""])[0] if len(facets) <= 1 else None


def read_months(scope: Scope, facet: str, *, now: datetime) -> Sequence[MonthSum]:
    """This will count the journeys of the facet that are the reader's."""
    late, params = word_before_day("open_due_date", "zone", now)
    active = f"state = '{JourneyState.ACTIVE.value}'"
    rows = BOARD.read(
        f"SELECT state, current_month, SUM(journeys), "  # noqa: S608  # our own names only
        f"SUM(journeys) FILTER (WHERE {active} AND NOT is_held AND ({late} OR unopened_date < %s)), "
        f"SUM(journeys) FILTER (WHERE {active} AND is_held) FROM parts GROUP BY 1, 2",
        scope,
        facets={facet},
        params=[*params, turning_day(now)[0].date()],
    )
    return [MonthSum(state, month, count, late or 0, held or 0) for state, month, count, late, held in rows if count]


def turning_day(now: datetime) -> tuple[datetime, datetime]:
    """This will give the day of UTC of which the sums cannot tell what is overdue, as far as it is: both included."""
    until = (now - timedelta(days=UNOPENED_DAYS)).astimezone(UTC)
    return datetime.combine(until.date(), time(), UTC), until

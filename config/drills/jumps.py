"""The machine's clock goes back by hours, and forward by days over both changes to summer time, while rows are due."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from config.drills.engine import KIND, SHORT_KIND, tick_on
from config.drills.ground import drill_ground, make_account, make_team
from config.drills.rows import Hands, is_clean, is_ticking, look_at_rows, make_rows, settle
from config.drills.sender import NOON, Orders, drill_now
from config.drills.sends import make_orders, patient
from config.drills.workers import Crew
from customers.models import Customer, Todo
from customers.queries.standstill import find_standstill
from journeys.queries.due import get_last_tick_at
from journeys.rules.restoring import MAY_GO_BACK
from journeys.services.restoring import confirm_clock

ENGINES = 3
MOST_ROWS = 600
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Sydney", "UTC")
FIRST_DAY, DAYS = date(2026, 3, 3), 60
"""New York changes its clocks on 8 March, Berlin on the 29th, Sydney on 5 April."""
NINE = time_of_day(9, 0)
STEPS: tuple[tuple[timedelta, bool], ...] = (
    (timedelta(hours=1), False),
    (timedelta(hours=-3), True),
    (timedelta(hours=30), False),
    (-MAY_GO_BACK / 2, False),
    (timedelta(days=4), False),
    (timedelta(hours=-1), True),
    (timedelta(days=21), False),
    (timedelta(days=9), False),
    (timedelta(days=-5), True),
    (timedelta(days=30), False),
)
"""By how much the clock is set at once, and whether everything must stand still then."""
SEEN_WITHIN_S = 20.0
HELD_S = 1.0
LONGEST_S = 120.0


def drill_jumps(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will set the clock of every process ten times, and count what ran early, twice or while all stood still."""
    with drill_ground():
        yield {"database": connection.vendor, **play_jumps(count=min(count, MOST_ROWS), seed=seed)}


def play_jumps(*, count: int, seed: int) -> dict[str, Any]:
    """This will play it in the database at hand."""
    plan_rows(count)
    connection.close()
    orders = make_orders("")
    crew = Crew(orders, ENGINES, seed=seed, target=tick_on)
    try:
        crew.wait(is_ticking, seconds=LONGEST_S)
        settled = settle(crew, orders)
        held = [_set_clock(crew, orders, jump, stands) for jump, stands in STEPS]
        settled = settle(crew, orders) and settled
    finally:
        crew.end()
    seen = look_at_rows(KIND, SHORT_KIND)
    return {
        **seen,
        "engines": ENGINES,
        "jumps": len(STEPS),
        "safe_holds": sum(one.stood for one in held),
        "safe_holds_wanted": sum(stands for _, stands in STEPS),
        "wrong_holds": sum(one.stood != one.wanted for one in held),
        "ran_while_held": sum(one.ran for one in held),
        "longest_until_held_s": max((one.seconds for one in held if one.stood), default=None),
        "passed": settled and is_clean(seen) and all(one.is_right for one in held),
    }


@dataclass(frozen=True)
class Held:
    """What one jump brought: whether all stood still, as it should, and what ran meanwhile."""

    wanted: bool
    stood: bool
    ran: int = 0
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        return self.stood == self.wanted and self.ran == 0


def plan_rows(count: int) -> None:
    """This will have rows fall due at nine in the morning of many places, some of a kind that expires."""
    owner = make_team()
    places = [make_account(number, owner=owner).customer for number in range(len(ZONES))]
    for number, (customer, zone) in enumerate(zip(places, ZONES, strict=True)):
        Customer.objects.filter(pk=customer.pk).update(timezone=zone)
        share = count // len(ZONES)
        mornings = [
            datetime.combine(FIRST_DAY + timedelta(days=DAYS * one // share), NINE, tzinfo=ZoneInfo(zone))
            for one in range(share)
        ]
        make_rows(mornings, accounts=[customer], kind=SHORT_KIND if number % 2 else KIND)


def _set_clock(crew: Hands, orders: Orders, jump: timedelta, stands: bool) -> Held:
    """Set the clock; where everything must stand still, have more fall due, look, and confirm."""
    began = time.monotonic()
    orders.ahead_s.value += jump.total_seconds()
    if not stands:
        # Seen by a tick before it is set again; a small step back is not seen at all.
        moment = drill_now(orders)
        crew.wait(lambda: _last_tick_at() >= moment, seconds=SEEN_WITHIN_S if jump > timedelta(0) else HELD_S)
        settle(crew, orders)
        return Held(wanted=False, stood=_stands())
    stood = crew.wait(_stands, seconds=SEEN_WITHIN_S)
    seconds = round(time.monotonic() - began, 2)
    customer = Customer.objects.first()
    assert customer is not None
    make_rows([drill_now(orders)], accounts=[customer])
    before = _count_notes()
    crew.wait(lambda: False, seconds=HELD_S)
    ran = _count_notes() - before
    confirm_clock(leaves_out=False, now=drill_now(orders), by=None)
    settle(crew, orders)
    return Held(wanted=True, stood=stood, ran=ran, seconds=seconds)


def _last_tick_at() -> datetime:
    return patient(get_last_tick_at) or NOON


def _stands() -> bool:
    return patient(lambda: find_standstill() is not None)


def _count_notes() -> int:
    return patient(lambda: Todo.objects.filter(kind__in=(KIND, SHORT_KIND)).count())

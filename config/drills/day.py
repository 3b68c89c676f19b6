"""A day of the clock in ten minutes: rows and letters fall due all the time, and engines are killed at random."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection

from config.drills.engine import KIND
from config.drills.fake_sendgrid import Ledger, Weather, fake_sendgrid
from config.drills.ground import drill_ground, make_account, make_team
from config.drills.post import LETTER, tick_and_post
from config.drills.rows import Hands, is_clean, is_ticking, look_at_rows, make_rows, settle, spread
from config.drills.sender import NOON, Orders, drill_now
from config.drills.sends import make_orders, patient, tell
from config.drills.workers import Crew
from emails.enums import DraftState
from emails.models import Draft
from emails.services import review
from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog, AutomationSchedule

TICKERS = 4
DAY = timedelta(hours=24)
KILL_EVERY_S = 5.0
STARTS_AFTER = timedelta(days=1)
"""By the drill's clock, which is put there once every process ticks: a slow start is no part of the day."""
WEATHER = Weather(hang=0.01, broken=0.02, too_many=0.03, latency_s=0.01)
MOST_LETTERS = 200
LONGEST_S = 120.0
AT_REST = (DraftState.SENT, DraftState.DELIVERED)


def drill_day(*, count: int, seed: int, seconds: float = 600) -> Iterator[dict[str, Any]]:
    """This will let a day of the clock pass in so many seconds, and count what was doubled, lost or came early."""
    with drill_ground(), fake_sendgrid(WEATHER, seed=seed) as (base, ledger):
        orders = replace(make_orders(base), speed=DAY.total_seconds() / seconds)
        yield {"database": connection.vendor, **play_day(orders, ledger, count=count, seed=seed)}


def play_day(orders: Orders, ledger: Ledger, *, count: int, seed: int) -> dict[str, Any]:
    """This will play it in the database at hand: `count` notes, and a letter for every third of them."""
    letters = min(count // 3, MOST_LETTERS)
    addresses = _plan(count, letters)
    connection.close()
    crew = Crew(orders, TICKERS, seed=seed, target=tick_and_post)
    began = time.monotonic()
    try:
        crew.wait(is_ticking, seconds=LONGEST_S)
        left = NOON + STARTS_AFTER - drill_now(orders)
        orders.ahead_s.value += left.total_seconds()
        crew.wait(lambda: False, seconds=DAY.total_seconds() / orders.speed, kill_every_s=KILL_EVERY_S)
        finished = _finish(crew, orders)
    finally:
        crew.end()
    _let_the_provider_tell(ledger, orders, seed)
    seen = look_at_rows(KIND)
    post = _look_at_letters(ledger, addresses)
    return {
        **seen,
        **post,
        "duplicates": seen["duplicates"] + post["letters_twice"],
        "lost": seen["lost"] + post["letters_lost"],
        "tickers": TICKERS,
        "kills": crew.kills,
        "speed": round(orders.speed),
        "taken_back_after_a_kill": AutomationLog.objects.filter(kind=KIND, status=LogStatus.FAILED).count(),
        "took_s": round(time.monotonic() - began, 1),
        "passed": finished
        and crew.kills > 0
        and is_clean(seen)
        and seen["statuses"] == {AutomationStatus.COMPLETED: count}
        and not post["letters_twice"]
        and not post["letters_lost"],
    }


def _plan(count: int, letters: int) -> set[str]:
    owner = make_team()
    people = [make_account(number, owner=owner) for number in range(max(letters, 20))]
    accounts = [person.customer for person in people]
    make_rows(spread(count, since=NOON + STARTS_AFTER, over=DAY), accounts=accounts)
    make_rows(spread(letters, since=NOON + STARTS_AFTER, over=DAY), accounts=accounts[:letters], kind=LETTER)
    return {person.email for person in people[:letters]}


def _finish(crew: Hands, orders: Orders) -> bool:
    """Let what was killed be taken back, and what the provider refused be tried again."""
    finished = settle(crew, orders)
    under_way = Draft.objects.filter(state__in=(DraftState.QUEUED, DraftState.SENDING))
    return crew.wait(lambda: patient(lambda: not under_way.exists()), seconds=LONGEST_S) and finished


def _let_the_provider_tell(ledger: Ledger, orders: Orders, seed: int) -> None:
    """Its events settle what was in doubt; what it says nothing of goes before a person."""
    tell(ledger, orders, seed=seed)
    with suppress(DatabaseError):
        review.sweep(now=drill_now(orders) + review.REVIEW_AFTER)


def _look_at_letters(ledger: Ledger, addresses: set[str]) -> dict[str, Any]:
    """letters_lost: neither taken by the provider nor shown to a person."""
    asked = set(Draft.objects.filter(state=DraftState.NEEDS_REVIEW).values_list("stakeholder__email", flat=True))
    failed = AutomationSchedule.objects.filter(kind=LETTER).exclude(status=AutomationStatus.COMPLETED).count()
    unsure = Draft.objects.exclude(state__in=(*AT_REST, DraftState.NEEDS_REVIEW)).count()
    return {
        "letters": len(addresses),
        "letters_twice": sum(times - 1 for times in ledger.parcels.values()),
        "letters_lost": len(addresses - ledger.parcels.keys() - asked) + failed + unsure,
        "needs_review": len(asked),
    }

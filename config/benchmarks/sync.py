"""How long the nightly pull of usage takes for a whole book: all of it new, and on a day when one in twenty has moved.

The source answers at once, on this machine. In turn with it: a loop that looks each reading
up and saves it, and the changed readings written by one statement, which is the least that any sync has to do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from django.db import connection
from django.test.utils import override_settings

from config.benchmarks.clock_rows import make_accounts
from config.benchmarks.scratch import InTurn, scratch_database
from customers.enums import PullState
from customers.models import Customer, UsagePull, UsageSample, UsageSource
from customers.services.arrays import update_rows
from customers.services.digests import seal
from customers.services.pulling import MOST_ROWS, pull_source

TURNS = 3
SAMPLE = 300
CHANGED_EVERY = 20
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
METRIC = "seats"


def measure_sync(*, accounts: int = 10_000) -> Iterator[dict[str, Any]]:
    """This will give a line for each kind of day. accounts: one reading each, no more than one pull takes."""
    with scratch_database():
        yield from measure_pulls(min(accounts, MOST_ROWS))


def measure_pulls(accounts: int, *, turns: int = TURNS) -> Iterator[dict[str, Any]]:
    """This will pull into the database that is open."""
    ways = InTurn()
    ids = [customer.external_id for customer in make_accounts(accounts)]
    with _meter() as (url, answer), override_settings(OUTBOUND="on", ALLOW_LOOPBACK_VENDORS=True):
        source = UsageSource.objects.create(
            name="Meter", url=url, sealed_secret=seal(b"of the bench"), next_due_at=NOON,
            mapping={"account": "id", "metric": "metric", "value": "used", "at": "at"},
        )  # fmt: skip
        for turn in range(turns):
            for name, size, work in _list_ways(turn, ids, source, answer):
                ways.take(name, size, work)
    each = ways.medians()
    for part in ("new", "some_changed"):
        yield {
            "part": f"usage, {part.replace('_', ' ')}",
            "database": connection.vendor,
            "accounts": accounts,
            "changed": accounts if part == "new" else len(range(0, accounts, CHANGED_EVERY)),
            "turns": turns,
            "seconds": round(each[part] * accounts, 2),
            "accounts_per_s": round(1 / each[part]),
            "statements": ways.statements[part],
            "loop_per_s": round(1 / each["loop"]),
            "times_the_loop": round(each["loop"] / each[part], 1),
            "one_statement_s": round(each["one_statement"] * len(range(0, accounts, CHANGED_EVERY)), 3),
        }


def _list_ways(
    turn: int, ids: list[Any], source: UsageSource, answer: Callable[[list[dict[str, Any]]], None]
) -> Iterator[tuple[str, int, Callable[[], object]]]:
    """Each way with how many accounts it takes in; every turn is another day."""
    day = NOON + timedelta(days=turn)
    first = _readings(ids, day, changed=False)
    answer(first)
    yield "new", len(ids), partial(_pull, source, day)
    answer(_readings(ids, day, changed=True))
    yield "some_changed", len(ids), partial(_pull, source, day)
    yield "loop", min(SAMPLE, len(ids)), partial(_loop, first[:SAMPLE])
    moved = UsageSample.objects.filter(at=day, customer__external_id__in=ids[::CHANGED_EVERY])
    rows = [[pk.hex, "77"] for pk in moved.values_list("pk", flat=True)]
    yield "one_statement", len(rows), partial(update_rows, UsageSample, ("id", "value"), rows)


def _readings(ids: list[Any], day: datetime, *, changed: bool) -> list[dict[str, Any]]:
    return [
        {"id": one, "metric": METRIC, "used": n % 90 + (changed and n % CHANGED_EVERY == 0), "at": day.isoformat()}
        for n, one in enumerate(ids)
    ]


def _pull(source: UsageSource, now: datetime) -> None:
    UsageSource.objects.filter(pk=source.pk).update(next_due_at=now)
    pull_source(source.pk, now=now)
    last = UsagePull.objects.order_by("-created_at")[0]
    if last.state != PullState.DONE or last.refused_count:
        raise RuntimeError(f"The pull brought not all of it: {last.note}")


def _loop(readings: list[dict[str, Any]]) -> None:
    """What one would write first."""
    for reading in readings:
        customer = Customer.objects.get(external_id=reading["id"])
        UsageSample.objects.update_or_create(
            customer=customer,
            metric=reading["metric"],
            at=datetime.fromisoformat(reading["at"]),
            defaults={"value": Decimal(reading["used"])},
        )


@contextmanager
def _meter() -> Iterator[tuple[str, Callable[[list[dict[str, Any]]], None]]]:
    """Serve readings on a free port of this machine; gives the address and how to say what is served."""
    said = {"body": b"[]"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said["body"])))
            self.end_headers()
            self.wfile.write(said["body"])

        def log_message(self, format: str, *args: Any) -> None:
            """Keep still: the benchmark prints JSON."""

    def answer(readings: list[dict[str, Any]]) -> None:
        said["body"] = json.dumps(readings).encode()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/usage", answer
    finally:
        server.shutdown()
        server.server_close()

"""How many letters a second leave through a provider that takes its time, beside what its latency allows.

Ours is the sender of the desk: claim, gate, call, settle, record. In turn with it: the calls alone by as many threads,
than which nothing is faster, and the letters one after the other. The provider is another process of this machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.backends.signals import connection_created
from django.test.utils import override_settings

from config.benchmarks.book import copy_of, write
from config.benchmarks.scratch import QueryCounter, let_planner_know
from config.benchmarks.slow_provider import slow_provider
from config.drills.ground import drill_ground, make_team, queue_letters
from config.drills.sender import NOON
from customers.models import Customer, Stakeholder
from emails.enums import DraftState
from emails.models import Draft
from emails.providers.base import Accepted, OutgoingMail
from emails.providers.choice import PROVIDERS
from emails.providers.sendgrid import SendGridProvider
from emails.services import outbox

RUNS = 3
CASES = ((4, 0.2), (16, 0.5), (16, 2.0))
"""Threads, and the seconds in which the provider answers."""

FEW = 5
"""Of what goes one by one."""

GOAL = 0.8


@dataclass
class Watch:
    """What the senders' connections did during calls. in_transaction: calls for which they may have held a lock."""

    calls: int = 0
    statements: int = 0
    in_transaction: int = 0


class WatchedProvider:
    """The real client, watched: for what a connection holds during a call, everybody else waits."""

    name = "sendgrid"

    def __init__(self, watch: Watch) -> None:
        self._watch, self._provider = watch, SendGridProvider()

    def send(self, mail: OutgoingMail, *, now: datetime) -> Accepted:
        counter = QueryCounter()
        self._watch.calls += 1
        self._watch.in_transaction += holds_transaction()
        with connection.execute_wrapper(counter):
            accepted = self._provider.send(mail, now=now)
        self._watch.statements += counter.count
        return accepted


def holds_transaction() -> bool:
    """Whether this thread's connection is in a transaction; by the server's word where there is one."""
    if connection.vendor == "postgresql" and connection.connection is not None:
        return bool(connection.connection.info.transaction_status)
    return connection.in_atomic_block


def measure_outbox(*, letters: int = 200) -> Iterator[dict[str, Any]]:
    """This will give one line for each number of threads and latency. letters: in each run."""
    with drill_ground():
        pattern = make_pattern()
        for threads, latency_s in CASES:
            yield measure_case(pattern, threads, latency_s, letters=letters)


def make_pattern() -> Draft:
    """This will have the services write, approve and queue one letter; it stays here, others leave like it."""
    pattern = queue_letters(1, by=make_team(), now=NOON)[0]
    Draft.objects.filter(pk=pattern.pk).update(not_before=NOON + timedelta(days=300))
    return pattern


def measure_case(pattern: Draft, threads: int, latency_s: float, *, letters: int, runs: int = RUNS) -> dict[str, Any]:
    """This will send so many letters like the pattern by so many threads, in turn with its rivals."""
    rates: dict[str, list[float]] = {}
    worked: list[float] = []
    watch, counter = Watch(), QueryCounter()
    mail = outbox.compose_mail(Draft.objects.with_people().get(pk=pattern.pk))
    with slow_provider(latency_s) as (base, ask), _sending_to(base, watch):
        for _ in range(runs):
            _queue(letters, pattern)
            let_planner_know()
            for name, size, work in (
                ("calls_alone", letters, partial(_call, mail, letters, threads)),
                ("one_by_one", FEW, partial(outbox.send_due, now=NOON, limit=FEW, hands=1)),
                ("ours", letters - FEW, partial(_send_all, threads, counter)),
            ):
                began = time.process_time()
                rates.setdefault(name, []).append(size / _spent(work))
                if name == "ours":
                    worked.append((time.process_time() - began) * 1000 / size)
        taken = ask()
    medians = {name: round(median(found), 1) for name, found in rates.items()}
    possible = threads / latency_s
    return {
        "database": connection.vendor,
        "letters": letters,
        "workers": threads,
        "latency_ms": round(latency_s * 1000),
        "runs": runs,
        "sends_per_s": medians["ours"],
        "latency_allows_per_s": round(possible, 1),
        "of_latency": round(medians["ours"] / possible, 2),
        "goal_of_latency": GOAL,
        "calls_alone_per_s": medians["calls_alone"],
        "of_calls_alone": round(medians["ours"] / medians["calls_alone"], 2),
        "one_by_one_per_s": medians["one_by_one"],
        # What this process worked; the database's and the provider's own work is not in it.
        "cpu_ms_per_send": round(median(worked), 1),
        "statements_per_send": round(counter.count / (runs * (letters - FEW)), 1),
        "statements_during_calls": watch.statements,
        "transactions_during_calls": watch.in_transaction,
        "calls_watched": watch.calls,
        "sent_twice": taken.doubled - (runs * letters - 1),  # the calls alone all name one letter
        "not_sent": Draft.objects.exclude(state=DraftState.SENT).exclude(pk=pattern.pk).count(),
    }


def _queue(count: int, pattern: Draft) -> None:
    """Letters as the services have queued the pattern, each to somebody else: the approval is bound to the address."""
    customers = [copy_of(pattern.customer, external_id=f"drill-{uuid4()}") for _ in range(count)]
    people = [copy_of(pattern.stakeholder, customer=one, email=f"{one.pk.hex}@drill.example") for one in customers]
    drafts = [
        copy_of(
            pattern,
            customer=customer,
            stakeholder=person,
            to_email=person.email,
            reply_token="",
            facts=_facts_of(pattern, customer, person),
        )
        for customer, person in zip(customers, people, strict=True)
    ]
    sender = pattern.sender.email if pattern.sender else ""
    for draft, person in zip(drafts, people, strict=True):
        draft.approval_hash = draft.content_hash(to_email=person.email, sender_email=sender)
    for model, rows in ((Customer, customers), (Stakeholder, people), (Draft, drafts)):
        write(model, rows)


def _facts_of(pattern: Draft, customer: Customer, person: Stakeholder) -> list[dict[str, Any]]:
    """A letter speaks of its own account and recipient."""
    theirs = {str(pattern.customer_id): str(customer.pk), str(pattern.stakeholder_id): str(person.pk)}
    return [{**fact, "id": theirs.get(fact["id"], fact["id"])} for fact in pattern.facts]


@contextmanager
def _sending_to(base: str, watch: Watch) -> Iterator[None]:
    provider = PROVIDERS["sendgrid"]
    PROVIDERS["sendgrid"] = lambda: WatchedProvider(watch)
    addressed = override_settings(
        OUTBOUND="on",
        OUTBOUND_DOMAINS=[],
        MAIL_PROVIDER="sendgrid",
        SENDGRID_API_KEY="SG.bench",
        SENDGRID_API_BASE=base,
        ALLOW_LOOPBACK_VENDORS=True,
    )
    try:
        with addressed:
            yield
    finally:
        PROVIDERS["sendgrid"] = provider


def _send_all(threads: int, counter: QueryCounter) -> None:
    """As the workers do: batch after batch, until nothing is due."""

    def count(connection: Any, **kwargs: Any) -> None:
        connection.execute_wrappers.append(counter)

    connection_created.connect(count)
    try:
        with connection.execute_wrapper(counter):
            while outbox.send_due(now=NOON, hands=threads):
                pass
    finally:
        connection_created.disconnect(count)


def _call(mail: OutgoingMail, count: int, threads: int) -> None:
    provider = SendGridProvider()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: provider.send(mail, now=NOON), range(count)))


def _spent(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start

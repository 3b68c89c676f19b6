"""Promise 3 put to the test: 600 letters through a provider that hangs and breaks, while workers are killed."""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, connection
from django.test import Client
from django.test.utils import override_settings

from config.drills.fake_sendgrid import EventSigner, Ledger, Weather, fake_sendgrid, write_event
from config.drills.ground import drill_ground, make_team, queue_letters
from config.drills.sender import NOON, Flag, Orders, drill_now
from config.drills.workers import CONTEXT, Crew
from emails.enums import DraftState
from emails.models import Draft, EventBatch
from emails.services import events, outbox, review

WORKERS = 4
KILL_EVERY_S = 2.5
LONGEST_S = 240
EVENTS_LOST = 0.0
"""They are tried again for a day, so none is lost for good; set it to see what a person is left with if some are."""
EVENTS_TWICE = 0.2
EVENTS_EVERY = timedelta(minutes=10)
"""Longer than a call waits for its next turn."""
SETTLED_GOAL = 0.95
STILL_DUE = (DraftState.QUEUED, DraftState.SENDING, DraftState.SCHEDULED)
BEGUN, DONE = "the server may go down", "the server must stay"
"""Said on the side for `drill restarts`: between the two the database may be shut down at any moment."""

SETTLES_S = 1.0
T = TypeVar("T")


def drill_sends(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will send, kill, wait, let the events come, and count what was doubled, lost or left to a person."""
    with drill_ground(), fake_sendgrid(Weather(), seed=seed) as (base, ledger):
        queue_letters(count, by=make_team(), now=NOON)
        connection.close()
        orders = make_orders(base)
        note(BEGUN)
        crew = Crew(orders, WORKERS, seed=seed)
        try:
            finished = _send_all(crew, orders)
        finally:
            crew.end()
        unknown = _unknown()
        told = tell(ledger, orders, seed=seed)
        note(DONE)
        time.sleep(SETTLES_S)
        patient(lambda: Draft.objects.exists())
        review.sweep(now=drill_now(orders) + review.REVIEW_AFTER)
        yield _count(ledger, count=count, kills=crew.kills, finished=finished, unknown=unknown, told=told)


def note(words: str) -> None:
    """This will say to `drill restarts` how far it has come."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def make_orders(base: str) -> Orders:
    """This will say to workers where this drill's database, provider and clock are."""
    # Without locks: a worker that is killed while it holds one would leave it to nobody.
    ahead_s, stop = CONTEXT.Value("d", 0.0, lock=False), CONTEXT.Value("b", 0, lock=False)
    return Orders(name_database(), base, ahead_s, Flag(stop), time.time())


def name_database() -> dict[str, Any]:
    """This will say where the database at hand is."""
    return {name: connection.settings_dict[name] for name in ("ENGINE", "NAME", "HOST", "PORT", "USER", "PASSWORD")}


def _send_all(crew: Crew, orders: Orders) -> bool:
    """Rounds: what was refused is tried again a quarter of an hour later, a dead worker's letter after its lease."""
    finished = False
    for round_number in range(outbox.MOST_ATTEMPTS + 1):
        kills = KILL_EVERY_S if round_number < outbox.MOST_ATTEMPTS - 1 else 0
        crew.wait(lambda: not _due_now(orders), seconds=LONGEST_S, kill_every_s=kills)
        finished = patient(lambda: not Draft.objects.filter(state__in=STILL_DUE).exists())
        if finished:
            break
        orders.ahead_s.value += (outbox.RETRY_AFTER + timedelta(minutes=1)).total_seconds()
    return finished


def _due_now(orders: Orders) -> bool:
    now = drill_now(orders)
    due = Draft.objects.filter(state=DraftState.QUEUED).exclude(not_before__gt=now)
    return patient(lambda: due.exists() or Draft.objects.filter(state=DraftState.SENDING).exists()) and not _only_dead(
        orders
    )


def _only_dead(orders: Orders) -> bool:
    """Whether all that is under way belongs to workers that are no more: only the lease's end can help."""
    young = drill_now(orders) - timedelta(seconds=10)
    alive = Draft.objects.filter(state=DraftState.SENDING, attempted_at__gt=young)
    queued = Draft.objects.filter(state=DraftState.QUEUED).exclude(not_before__gt=drill_now(orders))
    return patient(lambda: not alive.exists() and not queued.exists())


def patient(ask: Callable[[], T], *, seconds: float = 60) -> T:
    """This will ask the database again while it is being restarted."""
    ends = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError):
            connection.close()
            if time.monotonic() > ends:
                raise
            time.sleep(0.3)


def _unknown() -> set[str]:
    rows = patient(lambda: list(Draft.objects.filter(state=DraftState.UNKNOWN).values_list("pk", flat=True)))
    return {str(pk) for pk in rows}


def tell(ledger: Ledger, orders: Orders, *, seed: int) -> set[str]:
    """Let the provider tell what it took, signed, shuffled, a fifth of it twice, some of it never."""
    luck = random.Random(seed)  # noqa: S311  # weather, no secret
    told = {letter for letter in ledger.accepted if luck.random() >= EVENTS_LOST}
    at = drill_now(orders).timestamp()
    items = [
        write_event(letter, message, kind, at)
        for letter in sorted(told)
        for message in ledger.accepted[letter]
        for kind in ("processed", "delivered")
    ]
    items += [item for item in items if luck.random() < EVENTS_TWICE]
    luck.shuffle(items)
    signer, client = EventSigner(), Client()
    with override_settings(SENDGRID_EVENT_PUBLIC_KEY=signer.public_key):
        for start in range(0, len(items), 100):
            raw, timestamp = json.dumps(items[start : start + 100]).encode(), str(int(time.time()))
            patient(lambda raw=raw, timestamp=timestamp: _post(client, signer, raw, timestamp))  # type: ignore[misc]
    _take_in()
    return told


def _take_in() -> None:
    """Have the calls applied; one in the middle of which the database went down has its turn again later.

    The webhook keeps them by the real clock.
    """
    for number in range(1, events.MOST_ATTEMPTS + 1):
        patient(lambda number=number: events.sweep(now=datetime.now(UTC) + number * EVENTS_EVERY))  # type: ignore[misc]
        if not patient(lambda: EventBatch.objects.filter(due_at__isnull=False).exists()):
            return


def _post(client: Client, signer: EventSigner, raw: bytes, timestamp: str) -> None:
    answer = client.post(
        "/webhooks/sendgrid/events",
        raw,
        content_type="application/json",
        headers={
            "X-Twilio-Email-Event-Webhook-Signature": signer.sign(raw, timestamp),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        },
    )
    if answer.status_code != 200:
        raise DatabaseError(f"the webhook answered {answer.status_code}")


def _count(
    ledger: Ledger, *, count: int, kills: int, finished: bool, unknown: set[str], told: set[str]
) -> dict[str, Any]:
    rows = dict(Draft.objects.values_list("pk", "state"))
    outcomes = dict(Draft.objects.filter(state=DraftState.NEEDS_REVIEW).values_list("pk", "outcome"))
    states = {str(pk): DraftState(state) for pk, state in rows.items()}
    sent = {pk for pk, state in states.items() if state in (DraftState.SENT, DraftState.DELIVERED)}
    in_review = {pk for pk, state in states.items() if state == DraftState.NEEDS_REVIEW}
    doubled = [letter for letter, messages in ledger.accepted.items() if len(messages) > 1]
    lost = [pk for pk, state in states.items() if pk not in sent | in_review and state != DraftState.FAILED]
    lost += [pk for pk in sent if pk not in ledger.accepted]
    lost += [pk for pk in ledger.accepted if pk not in sent | in_review]
    killed = {str(pk) for pk, words in outcomes.items() if "worker stopped" in words}
    clear = in_review - ledger.unanswered - killed
    taken_in_doubt = unknown & ledger.accepted.keys()
    settled = taken_in_doubt & sent
    share = len(settled) / len(taken_in_doubt) if taken_in_doubt else 1.0
    return {
        "database": connection.vendor,
        "letters": count,
        "workers": WORKERS,
        "kills": kills,
        "answers": dict(ledger.answers),
        "states": dict(Counter(str(state) for state in states.values())),
        "duplicates": len(doubled),
        "lost": len(lost),
        "needs_review": len(in_review),
        "needs_review_without_doubt": len(clear),
        "in_doubt": len(unknown),
        "in_doubt_but_taken": len(taken_in_doubt),
        "settled_by_events": round(share, 3),
        "events_for": len(told),
        "passed": finished and not doubled and not lost and not clear and share >= SETTLED_GOAL,
    }

"""How many events a second reach the drafts, beside a loop that saves each through the ORM, in turn in one run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from config.benchmarks.scratch import QueryCounter, scratch_database
from customers.models import Customer, Stakeholder, User
from emails.enums import DraftState
from emails.models import Draft, EventBatch, MailEvent
from emails.providers.sendgrid import DRAFT_ARG
from emails.providers.sendgrid_events import read_item
from emails.services.events import apply_due, keep_batch
from emails.signals import events_kept

BATCH = 1_000
DUPLICATES = 0.2
KINDS = ("processed", "delivered", "open", "click")
BATCHES = 20
RUNS = 3


def measure_webhooks(**options: Any) -> Iterator[dict[str, Any]]:
    """This will give the medians of three interleaved runs: batches of 1,000 events, a fifth of them duplicates."""
    now = timezone.now()
    # The workers of this installation have nothing to do with the scratch database.
    events_kept.disconnect(dispatch_uid="emails.ring_for_events")
    with scratch_database():
        fast, slow, counter = [], [], QueryCounter()
        for _ in range(RUNS):
            calls = _calls(_drafts(BATCHES * _letters_per_batch(), now=now), now=now)
            with connection.execute_wrapper(counter):
                fast.append(_rate(len(calls) * BATCH, partial(_take, calls, now=now)))
            looped = _calls(_drafts(_letters_per_batch(), now=now), now=now)[0]
            slow.append(_rate(BATCH, partial(_loop, looped)))
        yield {
            "database": connection.vendor,
            "batch": BATCH,
            "duplicates": DUPLICATES,
            "runs": RUNS,
            "events_per_s": round(median(fast)),
            "orm_loop_events_per_s": round(median(slow)),
            "ratio": round(median(fast) / median(slow), 1),
            "statements_per_batch": round(counter.count / (RUNS * BATCHES), 1),
            "drafts_not_delivered": Draft.objects.exclude(state=DraftState.DELIVERED).count(),
            "calls_not_applied": EventBatch.objects.filter(applied_at=None).count(),
        }


def _letters_per_batch() -> int:
    return int(BATCH * (1 - DUPLICATES)) // len(KINDS)


def _drafts(count: int, *, now: datetime) -> list[Draft]:
    owner, _ = User.objects.get_or_create(username="bench-events", defaults={"email": "bench@bench.example"})
    customer = Customer.objects.create(name="Bench", external_id=str(uuid4()), owner=owner)
    person = Stakeholder.objects.create(customer=customer, name="Champion", email="champion@bench.example")
    return Draft.objects.bulk_create(
        Draft(
            customer=customer, stakeholder=person, to_name=person.name, to_email=person.email, sender=owner,
            subject="Renewal", body="Hello", state=DraftState.SENT, sent_at=now, message_id=f"<{uuid4().hex}@bench>",
            provider="sendgrid", provider_id=uuid4().hex,
        )
        for _ in range(count)
    )  # fmt: skip


def _calls(drafts: list[Draft], *, now: datetime) -> list[bytes]:
    """Bodies of BATCH events each: four for every letter, then a fifth of them once more."""
    size, calls = _letters_per_batch(), []
    for start in range(0, len(drafts), size):
        items = [_item(draft, kind, now=now) for draft in drafts[start : start + size] for kind in KINDS]
        calls.append(json.dumps(items + items[: BATCH - len(items)]).encode())
    return calls


def _item(draft: Draft, kind: str, *, now: datetime) -> dict[str, Any]:
    return {
        "email": draft.to_email,
        "timestamp": int((now + timedelta(minutes=KINDS.index(kind))).timestamp()),
        "event": kind,
        "sg_event_id": uuid4().hex,
        "sg_message_id": f"{draft.provider_id}.recvd-756b745b58-kmzbl-18-5F5FC76C-9.0",
        "smtp-id": f"<{draft.provider_id}@geopod-ismtpd-1>",
        "useragent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15",
        "url": "https://desk.example/l/1" if kind == "click" else "",
        "ip": "203.0.113.7",
        "category": ["renewal"],
        DRAFT_ARG: str(draft.pk),
    }


def _take(calls: list[bytes], *, now: datetime) -> None:
    for raw in calls:
        keep_batch(raw, now=now)
        apply_due(now=now)


def _loop(raw: bytes) -> None:
    """What one would write first: look the event up, keep it, load the letter, move it on, save it."""
    for item in json.loads(raw):
        event = read_item(item, is_searched=False)
        fields: dict[str, Any] = {"kind": event.kind, "at": event.at, "recipient": event.recipient, "url": event.url,
                  "user_agent": event.user_agent, "provider_key": event.provider_key, "smtp_id": event.smtp_id,
                  "draft_id": event.draft_id}  # fmt: skip
        _, is_new = MailEvent.objects.get_or_create(pk=event.id, defaults=fields)
        if not is_new:
            continue
        draft = Draft.objects.get(pk=fields["draft_id"])
        if event.kind == "delivered":
            draft.state, draft.delivered_at = DraftState.DELIVERED, event.at
        elif event.kind == "open":
            draft.opened_at = event.at
        elif event.kind == "click":
            draft.clicked_at = event.at
        draft.smtp_id = event.smtp_id
        draft.save()


def _rate(count: int, work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)

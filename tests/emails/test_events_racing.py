"""Several workers on the same calls, and a call while the letter is being settled: one effect, nothing lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from random import Random
from typing import Any

import pytest
from django.db import connections

from customers.models import Activity, User
from emails.enums import DraftState
from emails.models import Draft, EventBatch, MailEvent
from emails.services import events
from emails.services.editing import reload
from tests.emails.event_calls import item, life, write

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 8


def on_threads(act: Any) -> None:
    def run(number: int) -> None:
        try:
            act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(run, range(WORKERS)))


def test_workers_on_the_same_events_have_one_effect(draft: Draft, csm: User, now: datetime) -> None:
    Draft.objects.filter(pk=draft.pk).update(
        state=DraftState.UNKNOWN, message_id="<1@evergreen.example>", attempted_at=now
    )
    items = [*life(draft, now), item(draft, "bounce", now, type="bounce", reason="550 no")]
    for n in range(WORKERS * 2):
        events.keep_batch(write(Random(n).sample(items, len(items))), now=now)

    on_threads(lambda number: events.apply_due(now=now))

    assert not EventBatch.objects.filter(applied_at=None).exists()
    assert MailEvent.objects.count() == len(items)
    assert reload(draft).state == DraftState.BOUNCED
    assert Activity.objects.filter(subject_id=draft.pk, verb="draft.sent").count() == 1
    assert Activity.objects.filter(subject_id=draft.pk, verb="draft.bounced").count() == 1


def test_workers_on_one_call_apply_it_once(draft: Draft, now: datetime) -> None:
    events.keep_batch(write(life(draft, now)), now=now)

    on_threads(lambda number: events.apply_due(now=now))

    assert list(EventBatch.objects.values_list("attempts", flat=True)) == [1]

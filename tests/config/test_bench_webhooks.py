"""The benchmark's two ways end alike: what it compares is the same work."""

from __future__ import annotations

from datetime import datetime

import pytest

from config.benchmarks.webhooks import _calls, _drafts, _loop, _take
from emails.enums import DraftState
from emails.models import Draft, MailEvent

pytestmark = pytest.mark.django_db


def test_both_ways_keep_as_many_events_and_deliver_as_many_letters(now: datetime) -> None:
    _take(_calls(_drafts(200, now=now), now=now), now=now)
    counts = (MailEvent.objects.count(), Draft.objects.filter(state=DraftState.DELIVERED).count())

    _loop(_calls(_drafts(200, now=now), now=now)[0])

    assert counts == (800, 200)
    assert MailEvent.objects.count() == 1600
    assert Draft.objects.filter(state=DraftState.DELIVERED).count() == 400

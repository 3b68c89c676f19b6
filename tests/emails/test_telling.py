"""News of a reply are told at least once, whatever becomes of the worker that settled it (promise 9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from emails.models import Reply
from emails.services.replies import apply_reply
from emails.services.telling import GIVEN_UP_AFTER, TOLD_AGAIN_AFTER, tell_due
from emails.signals import reply_received
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    heard: list[Any] = []

    def hear(sender: object, reply_id: Any, **_: Any) -> None:
        heard.append(reply_id)

    reply_received.connect(hear, weak=False)
    yield heard
    reply_received.disconnect(hear)


@pytest.fixture
def reply(now: datetime, sarah: Any) -> Reply:
    return factories.ReplyFactory.create(stakeholder=sarah)


def test_settled_reply_is_told_once(
    reply: Reply, heard: list[Any], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        apply_reply(reply, now=now)

    tell_due(now=now + TOLD_AGAIN_AFTER)

    assert heard == [reply.pk]
    reply.refresh_from_db()
    assert reply.told_at == now


def test_news_lost_with_its_worker_is_told_by_the_clock(reply: Reply, heard: list[Any], now: datetime) -> None:
    apply_reply(reply, now=now)  # its transaction is committed, and the worker dies
    early = tell_due(now=now + TOLD_AGAIN_AFTER - timedelta(seconds=1))

    late = tell_due(now=now + TOLD_AGAIN_AFTER)

    assert (early, late, heard) == (0, 1, [reply.pk])


def test_news_that_somebody_failed_at_is_told_again(reply: Reply, heard: list[Any], now: datetime) -> None:
    def fail(sender: object, **_: Any) -> None:
        raise RuntimeError("out of order")

    apply_reply(reply, now=now)
    reply_received.connect(fail, weak=False)
    failed = tell_due(now=now + TOLD_AGAIN_AFTER)
    reply_received.disconnect(fail)

    told = tell_due(now=now + 2 * TOLD_AGAIN_AFTER)

    assert (failed, told) == (0, 1)


def test_old_news_are_left_alone(reply: Reply, heard: list[Any], now: datetime) -> None:
    apply_reply(reply, now=now)

    assert tell_due(now=now + GIVEN_UP_AFTER) == 0
    assert heard == []


def test_reply_of_nobody_is_not_told(heard: list[Any], now: datetime) -> None:
    stray = factories.ReplyFactory.create(stakeholder=None, customer=None, from_email="who@a.example", from_name="")
    apply_reply(stray, now=now)

    assert tell_due(now=now + TOLD_AGAIN_AFTER) == 0
    assert heard == []

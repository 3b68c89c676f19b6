"""Letters leave several at once, as the provider takes its time; those of one account one after the other."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from threading import Barrier, Event, Lock
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.signals import connection_created

from config.drills.ground import make_account, make_team, write_letter
from customers.models import User
from customers.services import side_by_side
from customers.services.side_by_side import AT_THE_DATABASE, in_turn, run_side_by_side
from emails.enums import DraftState
from emails.models import Draft
from emails.providers.base import Accepted, OutgoingMail
from emails.providers.capture import CaptureProvider
from emails.services import outbox
from emails.services.sending import send
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sender() -> User:
    return make_team()


def queue(number: int, count: int, *, by: User, now: datetime) -> list[UUID]:
    """Letters of one account, each to another person there, in the order in which they are approved."""
    first = make_account(number, owner=by)
    people = [first, *(factories.StakeholderFactory.create(customer=first.customer) for _ in range(count - 1))]
    drafts = [write_letter(person, by=by, now=now) for person in people]
    moments = [now - timedelta(minutes=count - place) for place in range(count)]
    return [send(draft, version=draft.version, now=at, by=by).pk for draft, at in zip(drafts, moments, strict=True)]


def test_letters_of_several_accounts_are_under_way_together(
    sender: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        queue(number, 1, by=sender, now=now)
    all_three = Barrier(3)

    def wait(self: CaptureProvider, mail: OutgoingMail, *, now: datetime) -> Accepted:
        all_three.wait(timeout=20)
        return Accepted()

    monkeypatch.setattr(CaptureProvider, "send", wait)

    assert outbox.send_due(now=now) == 3
    assert Draft.objects.filter(state=DraftState.SENT).count() == 3


def test_letters_of_one_account_leave_in_their_order(
    sender: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = {number: queue(number, 3, by=sender, now=now) for number in range(2)}
    left: list[UUID] = []
    lock = Lock()

    def note(self: CaptureProvider, mail: OutgoingMail, *, now: datetime) -> Accepted:
        time.sleep(0.01)
        with lock:
            left.append(mail.draft_id)
        return Accepted()

    monkeypatch.setattr(CaptureProvider, "send", note)

    assert outbox.send_due(now=now) == 6
    for ids in queued.values():
        assert [pk for pk in left if pk in ids] == ids


def test_a_few_connections_do_for_all_that_are_under_way(
    sender: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = AT_THE_DATABASE + 4
    for number in range(count):
        queue(number, 1, by=sender, now=now)
    all_of_them, opened = Barrier(count), []

    def wait(self: CaptureProvider, mail: OutgoingMail, *, now: datetime) -> Accepted:
        all_of_them.wait(timeout=20)
        return Accepted()

    def note(connection: Any, **_: Any) -> None:
        opened.append(connection)

    monkeypatch.setattr(CaptureProvider, "send", wait)
    connection_created.connect(note)
    try:
        assert outbox.send_due(now=now) == count
    finally:
        connection_created.disconnect(note)

    assert 1 <= len(opened) <= AT_THE_DATABASE
    assert Draft.objects.filter(state=DraftState.SENT).count() == count


def test_few_are_in_their_turn_at_once() -> None:
    lock, now, most = Lock(), 0, 0

    def job(number: int) -> int:
        nonlocal now, most
        with in_turn():
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.01)
            with lock:
                now -= 1
        return 1

    assert run_side_by_side(job, range(3 * AT_THE_DATABASE)) == 3 * AT_THE_DATABASE
    assert most == AT_THE_DATABASE


def test_who_waits_long_for_a_turn_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when all who have a turn wait for accounts that somebody keeps locked."""
    monkeypatch.setattr(side_by_side, "PATIENCE_S", 0.05)
    done = Event()

    def job(number: int) -> int:
        with in_turn():
            if number < AT_THE_DATABASE:
                return int(done.wait(timeout=20))
            User.objects.count()
            done.set()
            return 1

    assert run_side_by_side(job, range(AT_THE_DATABASE + 1)) == AT_THE_DATABASE + 1


def test_turn_after_one_that_failed_is_as_good_as_any(sender: User) -> None:
    def job(number: int) -> int:
        with in_turn():
            try:
                with transaction.atomic():
                    User.objects.create(pk=sender.pk, username=f"{number}")
            except IntegrityError:
                pass
        with in_turn():
            return User.objects.count()

    assert run_side_by_side(job, range(10)) == 10 * User.objects.count()

"""Letters leave several at once, as the provider takes its time; those of one account one after the other."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from threading import Barrier, Lock
from uuid import UUID

import pytest

from config.drills.ground import make_account, make_team, write_letter
from customers.models import User
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

"""Promise 5: whoever is held or taken off gets nothing that was claimed after the call returned."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from customers.enums import HoldScope
from customers.models import Contract, Customer, Stakeholder, User, WorkspaceSettings
from customers.services.holds import end_hold, hold_customer
from emails.enums import DraftState, Lane, SuppressionCause
from emails.models import CapturedMail, Draft
from emails.queries.suppression import find_suppression
from emails.rules.letters import Origin
from emails.services import outbox
from emails.services.sending import send
from emails.services.suppression import lift_address, suppress
from tests.emails.conftest import make_draft

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4
LETTERS = 12
TOGGLES = 6


@pytest.fixture
def queued(sarah: Stakeholder, contract: Contract, csm: User, now: datetime) -> list[Draft]:
    """Letters that are all due, each for something of its own; no cap keeps any of them back."""
    # A flush may have taken the row of settings along.
    WorkspaceSettings.objects.update_or_create(defaults={"contact_cap": 1000, "account_cap": 1000})
    letters = []
    for _ in range(LETTERS):
        draft = make_draft(sarah, contract, csm, now, origin=Origin(kind="engage", id=uuid4(), send_timing=""))  # type: ignore[arg-type]
        letters.append(send(draft, version=draft.version, now=now, by=csm))
    return letters


def away() -> set[Any]:
    """The letters that were handed over, or are being so."""
    states = [DraftState.SENDING, DraftState.SENT, DraftState.DELIVERED]
    return set(Draft.objects.filter(state__in=states).values_list("pk", flat=True))


def race(act: Callable[[], None], letters: list[Draft], *, now: datetime) -> list[BaseException]:
    """Run `act` while workers hand letters over and the clock frees what waits."""
    stop, wrong = threading.Event(), []

    def work(number: int) -> None:
        try:
            while not stop.is_set():
                outbox.sweep(now=now)
                for letter in letters[number::WORKERS]:
                    outbox.deliver(letter.pk, now=now)
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    try:
        act()
    finally:
        stop.set()
        for worker in workers:
            worker.join(timeout=60)
    return wrong


def test_nothing_is_claimed_after_a_hold_returned(
    queued: list[Draft], account: Customer, csm: User, now: datetime
) -> None:
    late: list[set[Any]] = []

    def toggle() -> None:
        for _ in range(TOGGLES):
            hold = hold_customer(account, scope=HoldScope.ACCOUNT, until=None, reason="", now=timezone.now(), by=csm)
            before = away()
            threading.Event().wait(0.02)
            late.append(away() - before)
            end_hold(hold, now=timezone.now(), by=csm)

    wrong = race(toggle, queued, now=now)

    assert wrong == []
    assert [claimed for claimed in late if claimed] == []
    assert len(late) == TOGGLES


def test_what_a_hold_names_as_in_flight_was_claimed_before(
    queued: list[Draft], account: Customer, csm: User, now: datetime
) -> None:
    named: list[tuple[set[str], set[str]]] = []

    def toggle() -> None:
        for _ in range(TOGGLES):
            hold = hold_customer(account, scope=HoldScope.ACCOUNT, until=None, reason="", now=timezone.now(), by=csm)
            named.append(({stop.id for stop in hold.in_flight}, {str(pk) for pk in away()}))
            end_hold(hold, now=timezone.now(), by=csm)

    wrong = race(toggle, queued, now=now)

    assert wrong == []
    assert all(in_flight <= handed_over for in_flight, handed_over in named)


def test_nothing_is_claimed_after_somebody_was_taken_off(
    queued: list[Draft], sarah: Stakeholder, now: datetime
) -> None:
    late: list[set[Any]] = []

    def toggle() -> None:
        for _ in range(TOGGLES):
            suppress(sarah.email, cause=SuppressionCause.REPLY, now=timezone.now(), by=None)
            before = away()
            threading.Event().wait(0.02)
            late.append(away() - before)
            lift_address(sarah.email, causes={SuppressionCause.REPLY}, reason="Test", now=timezone.now(), by=None)

    wrong = race(toggle, queued, now=now)

    assert wrong == []
    assert [claimed for claimed in late if claimed] == []
    assert find_suppression(sarah.email, Lane.RENEWAL) is None


def test_every_letter_leaves_once_after_all_that(
    queued: list[Draft], sarah: Stakeholder, account: Customer, csm: User, now: datetime
) -> None:
    def toggle() -> None:
        for _ in range(3):
            hold = hold_customer(account, scope=HoldScope.ACCOUNT, until=None, reason="", now=timezone.now(), by=csm)
            suppress(sarah.email, cause=SuppressionCause.REPLY, now=timezone.now(), by=None)
            end_hold(hold, now=timezone.now(), by=csm)
            lift_address(sarah.email, causes={SuppressionCause.REPLY}, reason="Test", now=timezone.now(), by=None)

    wrong = race(toggle, queued, now=now)
    for _ in range(3):
        outbox.sweep(now=now)

    assert wrong == []
    assert set(Draft.objects.values_list("state", flat=True)) == {DraftState.SENT}
    assert CapturedMail.objects.values("draft").distinct().count() == CapturedMail.objects.count() == LETTERS

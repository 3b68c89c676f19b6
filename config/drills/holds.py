"""Promise 5 put to the test: a hold that has returned stops everything, and a claim beside it has an order with it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.models import Sum

from config.drills.fake_sendgrid import Weather, fake_sendgrid
from config.drills.ground import drill_ground, make_account, make_team, write_letter
from config.drills.sender import NOON, Orders, drill_now
from config.drills.sends import make_orders
from config.drills.threads import at_once
from config.drills.workers import Crew
from customers.enums import HoldScope
from customers.models import Customer, Hold, User
from customers.services.holds import end_hold, hold_customer
from emails.enums import DraftState
from emails.models import CapturedMail, Draft
from emails.services import outbox
from emails.services.editing import reload
from emails.services.sending import send

LETTERS = 40
WORKERS = 4
MOST_TOGGLES = 500
HELD_S = 0.02
OPEN_S = 0.03


def drill_pauses(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will hold and resume one account `count` times (at most 500) while four workers send to it."""
    toggles = min(count, MOST_TOGGLES)
    calm = Weather(hang=0, broken=0, too_many=0, latency_s=0.005)
    with drill_ground(), fake_sendgrid(calm, seed=seed) as (base, _):
        user = make_team()
        customer = _fill(LETTERS, user)
        connection.close()
        orders = make_orders(base)
        crew = Crew(orders, WORKERS, seed=seed)
        try:
            crew.wait(lambda: bool(_claims()), seconds=60)
            after_return = sum(_toggle(customer, user, orders) for _ in range(toggles))
        finally:
            crew.end()
        yield {
            "database": connection.vendor,
            "toggles": toggles,
            "workers": WORKERS,
            "handed_over": _claims(),
            "claimed_after_it_returned": after_return,
            "passed": after_return == 0 and _claims() >= toggles // 2,
        }


def drill_claims(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will hold an account in the very moment in which its letter is claimed. seed: not needed."""
    rounds = min(count, 100)
    with drill_ground():
        user = make_team()
        orders: Counter[str] = Counter(_race(number, user) for number in range(rounds))
        yield {
            "database": connection.vendor,
            "rounds": rounds,
            "orders": dict(orders),
            "passed": set(orders) <= {"hold first", "claim first"},
        }


def _fill(count: int, user: User) -> Customer:
    """So many approved letters to one account: copies of one that was approved by the book."""
    person = make_account(0, owner=user)
    first = write_letter(person, by=user, now=NOON)
    sample = send(first, version=first.version, now=NOON, by=user)
    copies = []
    for _ in range(count):
        copy = Draft.objects.get(pk=sample.pk)
        copy.pk, copy._state.adding = uuid4(), True
        copies.append(copy)
    Draft.objects.bulk_create(copies, batch_size=500)
    customer: Customer = person.customer
    return customer


def _claims() -> int:
    """How many hand-overs were claimed so far."""
    return Draft.objects.aggregate(claims=Sum("attempts"))["claims"] or 0


def _queue_again() -> None:
    """Let the letters that have left leave once more, past the services: the workers must never run out of work."""
    Draft.objects.filter(state=DraftState.SENT).update(state=DraftState.QUEUED, not_before=None)


def _toggle(customer: Customer, user: User, orders: Orders) -> int:
    """Hold, look whether anything is claimed after that, resume; gives how many were."""
    hold = hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="Drill", now=drill_now(orders), by=user)
    at_return = _claims()
    time.sleep(HELD_S)
    since = _claims() - at_return
    _queue_again()
    end_hold(hold, now=drill_now(orders), by=user)
    time.sleep(OPEN_S)
    return since


def _race(number: int, user: User) -> str:
    person = make_account(number, owner=user)
    draft = write_letter(person, by=user, now=NOON)
    send(draft, version=draft.version, now=NOON, by=user)

    def act(who: int) -> Any:
        return _hold(person.customer, user, NOON) if who else outbox.deliver(draft.pk, now=NOON)

    at_once(2, act)
    has_left = CapturedMail.objects.filter(draft_id=draft.pk).count()
    held = Hold.objects.filter(customer=person.customer).count()
    state = reload(draft).state
    if held == 1 and has_left == 1 and state == DraftState.SENT:
        return "claim first"
    if held == 1 and has_left == 0 and state in (DraftState.BLOCKED, DraftState.QUEUED):
        return "hold first"
    return f"neither: {state}, {has_left} mails, {held} holds"


def _hold(customer: Customer, user: User, now: datetime) -> Hold:
    return hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="Drill", now=now, by=user)

"""What was done to a selection, taken back for all of whom nothing has left since."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, User
from journeys.enums import JourneyKind
from journeys.models import Journey, JourneyChange
from journeys.queries.batches import list_batches
from journeys.services import batches
from journeys.services.batches import preview_undo_batch, undo_batch
from journeys.services.bulk import (
    adjust_journeys,
    cancel_journeys,
    force_months,
    pause_journeys,
    resume_journeys,
    skip_months,
    start_journeys,
    trigger_kinds,
)
from journeys.services.changing import Outcome
from journeys.views import batches as batch_views
from tests.journeys.ground import START, begin, deliver
from tests.journeys.test_bulk import make_customers, picture

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)

Act = Callable[[list[Customer], User], Outcome]
ACTS: dict[str, Act] = {
    "adjust": lambda customers, by: adjust_journeys(customers, days=9, now=LATER, by=by),
    "skip": lambda customers, by: skip_months(customers, 3, now=LATER, by=by),
    "force": lambda customers, by: force_months(customers, 3, now=LATER, by=by),
    "trigger": lambda customers, by: trigger_kinds(customers, JourneyKind.UPCOMING, now=LATER, by=by),
    "cancel": lambda customers, by: cancel_journeys(customers, reason="A mistake.", now=LATER, by=by),
    "pause": lambda customers, by: pause_journeys(customers, now=LATER, by=by),
}


def begin_all(count: int, lead: User) -> list[Customer]:
    customers = make_customers(count)
    for customer in customers:
        begin(customer, now=NOW)
    return customers


def batch_of(outcome: Outcome) -> uuid.UUID:
    [batch] = {change.batch for change in outcome.done}
    assert batch is not None
    return batch


@pytest.mark.parametrize("name", ACTS)
def test_batch_taken_back_leaves_everything_as_it_was(name: str, lead: User, ops: User) -> None:
    customers = begin_all(3, lead)
    before = picture(customers)
    batch = batch_of(ACTS[name](customers, lead))
    assert name == "pause" or picture(customers) != before

    done = undo_batch(batch, now=LATER + timedelta(hours=1), by=ops)

    assert (done.done, done.refused, done.left) == (3, [], 0)
    assert picture(customers) == before
    assert not Journey.objects.exclude(held_since=None).exists()
    assert not JourneyChange.objects.filter(batch=batch, undone_at=None).exists()


def test_started_batch_taken_back_ends_the_journeys(ops: User) -> None:
    batch = batch_of(start_journeys(make_customers(3), start_date=START, now=NOW, by=ops))

    assert undo_batch(batch, now=LATER, by=ops).done == 3

    assert set(Journey.objects.values_list("state", flat=True)) == {"cancelled"}


def test_resumed_batch_taken_back_is_on_hold_again(ops: User) -> None:
    customers = begin_all(2, ops)
    pause_journeys(customers, now=NOW + timedelta(hours=1), by=ops)
    batch = batch_of(resume_journeys(customers, now=LATER, by=ops))

    assert undo_batch(batch, now=LATER + timedelta(hours=1), by=ops).done == 2

    assert Journey.objects.exclude(held_since=None).count() == 2


def test_those_for_whom_something_happened_since_stay_and_say_why(ops: User) -> None:
    delivered, changed, plain = begin_all(3, ops)
    batch = batch_of(adjust_journeys([delivered, changed, plain], days=9, now=LATER, by=ops))
    deliver(Journey.objects.get(customer=delivered), 1, now=LATER + timedelta(hours=1))
    skip_months([changed], 4, now=LATER + timedelta(hours=1), by=ops)
    now = LATER + timedelta(hours=2)

    preview = preview_undo_batch(batch, now=now, by=ops)
    assert JourneyChange.objects.filter(batch=batch, undone_at=None).count() == 3
    done = undo_batch(batch, now=now, by=ops)

    reasons = {
        delivered.pk: "A month was delivered since.",
        changed.pk: "Something was changed since: M4 skipped. Take that back first.",
    }
    for answer in (preview, done):
        assert (answer.done, answer.left) == (1, 0)
        assert {change.customer_id: reason for change, reason in answer.refused} == reasons
    [shown] = preview.clients
    assert (shown.customer, len(shown.moves)) == (plain, 8)


def test_more_than_fit_into_one_call_are_taken_back_by_the_next(ops: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    batch = batch_of(cancel_journeys(begin_all(3, ops), now=LATER, by=ops))

    first = undo_batch(batch, now=LATER, by=ops)
    second = undo_batch(batch, now=LATER, by=ops)

    assert [(one.done, one.left) for one in (first, second)] == [(2, 1), (1, 0)]
    assert undo_batch(batch, now=LATER, by=ops).done == 0


def test_clients_of_another_team_are_left_out_of_the_batch(csm: User, ops: User) -> None:
    customers = begin_all(2, ops)
    Customer.objects.filter(pk=customers[0].pk).update(owner=csm)
    batch = batch_of(adjust_journeys(customers, days=9, now=LATER, by=ops))

    assert [one.total for one in list_batches(csm)] == [1]
    assert undo_batch(batch, now=LATER, by=csm).done == 1
    assert JourneyChange.objects.filter(batch=batch, undone_at=None).get().customer == customers[1]


def test_batch_is_shown_and_taken_back_by_page(client: Client, ops: User) -> None:
    delivered, plain = begin_all(2, ops)
    batch = batch_of(adjust_journeys([delivered, plain], days=9, now=LATER, by=ops))
    deliver(Journey.objects.get(customer=delivered), 1, now=LATER + timedelta(hours=1))
    client.force_login(ops)
    address = f"/journeys/batches/{batch}/undo"

    assert address in client.get("/journeys/batches").content.decode()
    shown = client.get(address).content.decode()
    assert delivered.name in shown
    assert "A month was delivered since." in shown
    assert "Taken back for 1 client." in client.post(address, follow=True).content.decode()

    assert Journey.objects.get(customer=plain).start_date == START
    assert Journey.objects.get(customer=delivered).start_date == START + timedelta(days=9)


def test_large_batch_is_looked_through_when_asked(client: Client, ops: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_views, "SHOWN_AT_ONCE", 1)
    first, second = begin_all(2, ops)
    batch = batch_of(adjust_journeys([first, second], days=9, now=LATER, by=ops))
    client.force_login(ops)
    address = f"/journeys/batches/{batch}/undo"

    asked = client.get(address).content.decode()
    shown = client.get(f"{address}?preview=1").content.decode()

    assert "?preview=1" in asked
    assert "Take back: 2 clients" not in asked
    assert first.name in shown
    assert "Take back: 2 clients" in shown


def test_batch_of_others_is_not_there(client: Client, csm: User, ops: User, reader: User) -> None:
    batch = batch_of(cancel_journeys(begin_all(2, ops), now=LATER, by=ops))
    address = f"/journeys/batches/{batch}/undo"

    client.force_login(csm)
    assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)
    client.force_login(reader)
    assert client.post(address).status_code == 403


@pytest.mark.parametrize("path", ["/journeys/batches", "undo"])
def test_pages_of_batches_take_the_same_queries_for_two_and_six(path: str, client: Client, ops: User) -> None:
    """With a month delivered nothing can be taken back any more, so that nothing is tried."""
    client.force_login(ops)
    counts = []
    for count in (2, 6):
        customers = begin_all(count, ops)
        batch = batch_of(adjust_journeys(customers, days=9, now=LATER, by=ops))
        for journey in Journey.objects.filter(customer__in=customers):
            deliver(journey, 1, now=LATER + timedelta(hours=1))
        address = f"/journeys/batches/{batch}/undo" if path == "undo" else path
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]

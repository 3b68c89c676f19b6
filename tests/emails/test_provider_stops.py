"""What the provider tells of addresses: bounced, complained, unsubscribed; once, in any order, in few statements."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from customers.models import Activity, Contract, Customer, Stakeholder, Todo, User
from emails.enums import DraftState, Lane, SuppressionCause
from emails.models import Draft, EventBatch, MailEvent, Suppression
from emails.queries.suppression import find_suppression
from emails.services import events, outbox
from emails.services.editing import reload
from emails.services.sending import send
from emails.services.suppression import announce_due, lift_address
from journeys.services.clock import tick
from tests import factories
from tests.emails.conftest import make_draft
from tests.emails.event_calls import item, life, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(draft: Draft, csm: User, now: datetime) -> Draft:
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)
    Draft.objects.filter(pk=draft.pk).update(provider="sendgrid", provider_id="LRzXl_NHStOGhQ4kofSm_A")
    return reload(draft)


def apply(items: list[Any], *, now: datetime) -> None:
    events.keep_batch(write(items), now=now)
    events.apply_due(now=now)


def listed() -> set[tuple[str, str]]:
    return set(Suppression.objects.open().values_list("address", "cause"))


@pytest.mark.parametrize(
    ("kind", "more", "cause"),
    [
        ("bounce", {"type": "bounce", "reason": "550 no such user"}, "hard_bounce"),
        ("bounce", {"type": "blocked", "reason": "550 refused today"}, None),
        ("dropped", {"reason": "Bounced Address"}, "hard_bounce"),
        ("dropped", {"reason": "Invalid"}, "hard_bounce"),
        ("dropped", {"reason": "Spam Reporting Address"}, "complaint"),
        ("dropped", {"reason": "Unsubscribed Address"}, "unsubscribed"),
        ("dropped", {"reason": "Spam Content"}, None),
        ("spamreport", {}, "complaint"),
        ("unsubscribe", {}, "unsubscribed"),
        ("group_unsubscribe", {"asm_group_id": 7}, "unsubscribed"),
        ("group_resubscribe", {"asm_group_id": 7}, None),
        ("deferred", {"reason": "Bounced Address"}, None),
        ("something_new", {}, None),
    ],
)
def test_event_takes_its_recipient_off_the_list(
    sent: Draft, now: datetime, kind: str, more: dict[str, Any], cause: str | None
) -> None:
    at = now + timedelta(hours=1)

    apply([item(sent, kind, at, **more)], now=at + timedelta(minutes=1))

    assert listed() == ({(sent.to_email, cause)} if cause else set())
    if cause:
        row = Suppression.objects.get()
        assert (row.at, row.draft, row.customer) == (at, sent, sent.customer)


def test_gate_heeds_it_from_the_call_on_and_the_rest_follows(
    sent: Draft, sarah: Stakeholder, contract: Contract, csm: User, now: datetime
) -> None:
    waiting = make_draft(sarah, contract, csm, now)
    send(waiting, version=waiting.version, now=now, by=csm, undo_seconds=600)

    apply([item(sent, "bounce", now, type="bounce", reason="550 no such user")], now=now)

    assert find_suppression(sarah.email, Lane.NOTICE) is not None
    assert Activity.objects.filter(verb="suppression.added").count() == 0
    assert announce_due(now=now) == 1
    assert announce_due(now=now) == 0
    waiting = reload(waiting)
    assert (waiting.state, waiting.blocked_by) == (DraftState.BLOCKED, "opt_out")
    line = Activity.objects.get(verb="suppression.added")
    assert (line.customer, line.actor_name) == (sent.customer, "The mail provider")
    todo = Todo.objects.get(kind="find_address")
    assert (todo.customer, todo.owner) == (sent.customer, csm)
    assert "Sarah Lee" in todo.title


def test_clock_finds_what_a_lost_ring_left(sent: Draft, now: datetime) -> None:
    apply([item(sent, "spamreport", now)], now=now)

    report = tick(now=now + timedelta(seconds=30))

    assert report.swept["stops"] == 1
    assert Activity.objects.filter(verb="suppression.added").count() == 1


def test_bounce_of_a_copy_takes_the_copy_off_and_nobody_else(sent: Draft, account: Customer, now: datetime) -> None:
    factories.StakeholderFactory.create(customer=account, email="Bob@acme.example")
    Draft.objects.filter(pk=sent.pk).update(cc=["Bob@acme.example"])

    apply([item(sent, "bounce", now, type="bounce", email="bob@ACME.example")], now=now)

    assert listed() == {("bob@acme.example", "hard_bounce")}


def test_event_of_somebody_whom_the_letter_did_not_go_to_takes_nobody_off(sent: Draft, now: datetime) -> None:
    apply([item(sent, "spamreport", now, email="ceo@acme.example")], now=now)

    assert listed() == set()
    assert MailEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "message", "more", "cause"),
    [
        ("unsubscribe", None, {}, "unsubscribed"),
        ("unsubscribe", "other.x", {}, "unsubscribed"),
        ("spamreport", None, {}, "complaint"),
        ("spamreport", "other.x", {}, "complaint"),
        ("dropped", "other.x", {"reason": "Spam Reporting Address"}, "complaint"),
        ("group_unsubscribe", None, {"asm_group_id": 7}, "unsubscribed"),
        ("group_unsubscribe", "other.x", {"asm_group_id": 7}, None),
        ("dropped", None, {"reason": "Unsubscribed Address"}, "unsubscribed"),
        ("dropped", "other.x", {"reason": "Unsubscribed Address"}, None),
        ("dropped", None, {"reason": "Bounced Address"}, None),
        ("bounce", None, {"type": "bounce", "reason": "550 no such user"}, None),
        ("group_resubscribe", None, {"asm_group_id": 7}, None),
    ],
)
def test_event_of_no_letter_of_ours_counts_where_the_contact_said_no(
    sent: Draft, now: datetime, kind: str, message: str | None, more: dict[str, Any], cause: str | None
) -> None:
    bare = item(sent, kind, now, evergreen_draft=None, sg_message_id=message, email="Sarah.Lee@ACME.example", **more)
    Stakeholder.objects.update(email="sarah.lee@Acme.example")

    apply([bare, {**bare, "email": "stranger@elsewhere.example"}], now=now)

    assert listed() == ({("sarah.lee@acme.example", cause)} if cause else set())
    assert find_suppression("sarah.lee@acme.example", Lane.RENEWAL) is not None or cause is None


def test_each_account_with_an_address_that_unsubscribed_is_told(
    sent: Draft, sarah: Stakeholder, contract: Contract, csm: User, now: datetime
) -> None:
    other = factories.StakeholderFactory.create(email=sarah.email)
    waiting = make_draft(sarah, contract, csm, now)
    send(waiting, version=waiting.version, now=now, by=csm, undo_seconds=600)
    bare = {"email": sarah.email, "event": "unsubscribe", "timestamp": int(now.timestamp())}

    apply([bare, bare], now=now)
    announce_due(now=now)

    row = Suppression.objects.get()
    assert (row.draft, row.customer, row.note) == (None, None, "The provider named the address, and no letter of ours.")
    lines = Activity.objects.filter(verb="suppression.added")
    assert set(lines.values_list("customer", "actor_name")) == {
        (sarah.customer_id, "The contact"), (other.customer_id, "The contact"),
    }  # fmt: skip
    assert Suppression.objects.visible_to(csm).exists()
    assert (reload(waiting).state, reload(waiting).blocked_by) == (DraftState.BLOCKED, "opt_out")


def test_stops_of_a_call_are_written_in_one_order_and_statement(sent: Draft, account: Customer, now: datetime) -> None:
    """Two calls with the same addresses, in two steps each, could wait for each other."""
    factories.StakeholderFactory.create(customer=account, email="a@acme.example")
    bare = item(sent, "unsubscribe", now, evergreen_draft=None, sg_message_id=None, email="a@acme.example")
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        apply([item(sent, "spamreport", now), bare, item(sent, "unsubscribe", now)], now=now)

    assert len([sql for sql in statements if sql.startswith('INSERT INTO "emails_suppression"')]) == 1
    assert listed() == {
        (sent.to_email, "complaint"), (sent.to_email, "unsubscribed"), ("a@acme.example", "unsubscribed"),
    }  # fmt: skip


def test_unsubscription_by_address_that_comes_again_after_a_lift_takes_nobody_off(sent: Draft, now: datetime) -> None:
    bare = item(sent, "unsubscribe", now, evergreen_draft=None, sg_message_id=None)
    apply([bare], now=now)
    later = now + timedelta(days=1)
    lift_address(sent.to_email, causes=set(SuppressionCause), reason="They called", now=later, by=None)

    apply([bare, {**bare, "sg_event_id": "new"}, item(sent, "open", now)], now=later)

    assert listed() == set()


def test_call_that_comes_again_after_a_lift_takes_nobody_off(sent: Draft, now: datetime) -> None:
    items = [item(sent, "unsubscribe", now), item(sent, "unsubscribe", now + timedelta(minutes=1))]
    apply(items, now=now)
    later = now + timedelta(days=1)
    lift_address(sent.to_email, causes=set(SuppressionCause), reason="They called", now=later, by=None)

    apply([*items, *life(sent, now)], now=later)
    assert listed() == set()

    apply([item(sent, "unsubscribe", later + timedelta(hours=1))], now=later + timedelta(hours=2))
    assert listed() == {(sent.to_email, "unsubscribed")}


@pytest.mark.parametrize("seed", range(5))
def test_any_order_and_split_ends_with_the_same_list(sent: Draft, now: datetime, seed: int) -> None:
    items = [
        *life(sent, now),
        item(sent, "group_unsubscribe", now + timedelta(hours=1)),
        item(sent, "group_resubscribe", now + timedelta(hours=2)),
        item(sent, "bounce", now + timedelta(hours=3), type="bounce"),
        item(sent, "spamreport", now + timedelta(hours=4)),
    ]
    items += [item(sent, "group_unsubscribe", now + timedelta(hours=5))] * (seed % 2)
    later = now + timedelta(days=1)
    apply(items, now=later)
    announce_due(now=later)
    clean = listed()
    Suppression.objects.all().delete()
    MailEvent.objects.all().delete()
    EventBatch.objects.all().delete()

    shuffled = Random(seed).sample(items * 3, len(items) * 3)
    while shuffled:
        apply(shuffled[:2], now=later)
        announce_due(now=later)
        shuffled = shuffled[2:]

    assert listed() == clean
    assert ((sent.to_email, "unsubscribed") in clean) == bool(seed % 2)


def test_thousand_events_of_all_kinds_take_at_most_ten_statements(
    account: Customer, contract: Contract, csm: User, now: datetime
) -> None:
    kinds = ("bounce", "spamreport", "unsubscribe", "dropped")
    drafts = []
    pattern = make_draft(
        factories.StakeholderFactory.create(customer=account, email="first@acme.example"), contract, csm, now
    )
    for n in range(150):
        copy = Draft.objects.get(pk=pattern.pk)
        person = factories.StakeholderFactory.create(customer=account)
        copy.pk, copy.origin_id, copy.stakeholder, copy.to_email = uuid4(), uuid4(), person, person.email
        copy.state, copy.sent_at, copy.message_id, copy.provider = DraftState.SENT, now, f"<{n}@x>", "sendgrid"
        copy._state.adding = True
        copy.save()
        drafts.append(copy)
    items = [one for draft in drafts for one in life(draft, now)]
    items += [
        item(draft, kinds[n % 4], now + timedelta(days=1), type="bounce", reason="Bounced Address")
        for n, draft in enumerate(drafts)
    ]
    statements: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SAVEPOINT" not in sql:
            statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        events.keep_batch(write([*items, *items[:200]]), now=now)
        events.apply_due(now=now + timedelta(days=2))

    assert len(items) >= 1000
    assert len(statements) <= 10, "\n".join(sql[:90] for sql in statements)
    assert Suppression.objects.count() == 150

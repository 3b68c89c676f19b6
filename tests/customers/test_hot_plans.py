"""What the ground is asked all day is answered by indexes: deliveries, repeated calls, notices, stops (PostgreSQL)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pytest_httpserver import HTTPServer

from config.benchmarks.book import fill_book, write
from customers.enums import ClaimState, HoldScope, NoticeKind
from customers.models import (
    Activity,
    Brake,
    Contract,
    Customer,
    Hold,
    IdempotentCall,
    Notice,
    Stakeholder,
    Todo,
    User,
    WebhookDelivery,
    WebhookEndpoint,
)
from customers.queries.lookup import find_customer
from customers.queries.notices import count_unread, list_notices
from customers.rules.notices import KEPT_READ
from customers.services import calls, deliveries, holds
from customers.services.activity import record
from customers.services.digests import seal
from customers.services.notice_reading import read_all, sweep_old
from customers.services.notices import NewNotice, notify, settle_notices
from customers.services.todos import add_todo, finish_todo
from customers.services.webhook_news import make_message
from tests import factories
from tests.plans import Look, know_tables, multiply

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
ACCOUNTS, TIMES = 10, 100
SECRET = b"whsec_b2YgdGhlIHRlc3Q="


@pytest.fixture
def endpoint(httpserver: HTTPServer) -> WebhookEndpoint:
    httpserver.expect_request("/hook", method="POST").respond_with_data("thanks")
    made: WebhookEndpoint = WebhookEndpoint.objects.create(url=httpserver.url_for("/hook"), sealed_secret=seal(SECRET))
    return made


@pytest.fixture
def look(endpoint: WebhookEndpoint, now: datetime) -> Look:
    """A thousand accounts, with a line of the record, a stop that is over, a message taken and a notice read."""
    book = fill_book(ACCOUNTS, now=now)
    then = now - timedelta(days=20)
    rows: list[Any] = []
    for customer in book.customers:
        told: dict[str, Any] = {"kind": NoticeKind.REPLY, "event": "reply.received", "key": str(uuid4())}
        done = {"state": ClaimState.SENT, "sent_at": then, "not_before": then}
        message = make_message(endpoint, "mail.sent", {}, at=then)
        rows += [
            Hold(customer=customer, scope=HoldScope.ACCOUNT, starts_at=then, until=then, ended_at=then),
            Brake(customer=customer, set_at=then, cleared_at=then),
            Todo(customer=customer, title="Call", waits_since=then, state="done", done_at=then, source_id=uuid4()),
            Activity(
                customer=customer, at=then, verb="draft.sent", summary="Sent", subject_kind="draft", subject_id=uuid4()
            ),
            Notice(
                customer=customer, user_id=customer.owner_id, happened_at=then, read_at=then, subject_id=uuid4(), **told
            ),
            IdempotentCall(user_id=customer.owner_id, key=str(uuid4()), request_digest="d", status=200),
            _changed(message, **done),
        ]
    tables = (Hold, Brake, Todo, Activity, Notice, IdempotentCall, WebhookDelivery)
    for model in tables:
        write(model, [row for row in rows if type(row) is model])
    multiply(Customer, Stakeholder, Contract, *tables, times=TIMES)
    know_tables()
    return Look()


def _changed(row: Any, **fields: Any) -> Any:
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def test_ground_reads_no_large_table_from_end_to_end(
    look: Look, endpoint: WebhookEndpoint, csm: User, now: datetime, settings: Any
) -> None:
    settings.OUTBOUND, settings.ALLOW_LOOPBACK_VENDORS = "on", True
    write(WebhookDelivery, [make_message(endpoint, "mail.sent", {}, at=now) for _ in range(3)])

    with look("claim, call and settle deliveries"):
        assert deliveries.sweep(now) == 3
    with look("deliveries of a dead worker, and old ones"):
        deliveries.sweep(now + timedelta(hours=1))
        deliveries.sweep_old(now)
    with look("a repeated call"):
        first = calls.begin_call(csm, key="k", digest="d", now=now)
        calls.finish_call(first.call, status=200, content_type="", body=b"", now=now)
        assert calls.begin_call(csm, key="k", digest="d", now=now).standing is calls.Standing.ANSWERED
    with look("calls that are forgotten"):
        calls.sweep_calls(now - timedelta(days=300))

    account = factories.CustomerFactory.create(owner=csm)
    subject = uuid4()
    news = NewNotice(csm.pk, NoticeKind.REPLY, "reply.received", "k", account.pk, "reply", subject)

    with look("notices of a person"):
        notify([news, news], now=now)
        assert (count_unread(csm), len(list_notices(csm)[:50])) == (1, 1)
    with look("notices that are settled, read and old"):
        assert settle_notices([subject], [NoticeKind.REPLY], now=now) == 1
        read_all(by=csm, now=now)
        sweep_old(now - KEPT_READ)
    with look("a hold and its end"):
        hold = holds.hold_customer(
            account, scope=HoldScope.ACCOUNT, until=now + timedelta(days=1), reason="", now=now, by=csm
        )
        assert holds.end_due_holds(now=hold.until) == 1
    with look("a brake and its end"):
        holds.set_brake(account, reason="Reply", now=now, by=csm)
        assert holds.clear_brake(account, now=now, by=csm)
    with look("an account by the other system's id"):
        assert find_customer(f"ext:{account.external_id}", user=csm) == account
    with look("a task that is made once, and done"):
        finish_todo(add_todo("Call", customer=account, now=now, by=csm, key="once"), now=now, by=csm)
    with look("a line of the record"):
        record("draft.failed", "Changed", customer=account, by=None, now=now, subject=account)

    assert look.idle == []
    assert look.found == {}

"""What mail asks all day is answered by indexes: sending, events, answers, who may not be written to (PostgreSQL)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.benchmarks.book import fill_book, write
from customers.models import Contract, Customer, Stakeholder, User
from customers.services.digests import digest_address
from emails.enums import DraftState, Lane, OriginKind, SuppressionCause
from emails.models import Draft, MailEvent, Reply, Suppression
from emails.providers.sendgrid import DRAFT_ARG
from emails.queries.events import list_event_lines
from emails.queries.incoming import find_match
from emails.queries.suppression import list_suppressed
from emails.rules.replies.mail import MailFacts
from emails.services import events, expiring, inbound, outbox, review, suppression, telling, writings
from emails.services.editing import reload
from emails.services.replies import apply_reply
from emails.services.sending import send
from tests import factories
from tests.emails.event_calls import item
from tests.journeys.waiting_work import letter
from tests.plans import Look, know_tables, multiply

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
ACCOUNTS, TIMES = 10, 100
TOGETHER = 101
"""Letters of one call: of more values PostgreSQL does not find out that each fits a partial index."""

TOKEN = "a2b3c4d5e6f7a2b3c4d5e6f7a2"


@pytest.fixture
def look(now: datetime) -> Look:
    """A thousand accounts, each with a letter that has arrived, its events, an answer, and an address off the list."""
    book = fill_book(ACCOUNTS, now=now)
    then = now - timedelta(days=30)
    letters = [_arrived(customer, book.people[customer.pk][0], at=then) for customer in book.customers]
    write(Draft, letters)
    write(MailEvent, (_event(one, kind, at=then) for one in letters for kind in ("delivered", "open")))
    write(Reply, (_answer(one, at=then) for one in letters))
    write(Suppression, (_stop(one, at=then) for one in letters))
    multiply(Customer, Stakeholder, Contract, Draft, MailEvent, Reply, Suppression, times=TIMES)
    know_tables()
    return Look()


def _arrived(customer: Customer, person: Stakeholder, *, at: datetime) -> Draft:
    return Draft(
        customer=customer, stakeholder=person, to_name=person.name, to_email=person.email, sender_id=customer.owner_id,
        subject="Your renewal", body="Hello", origin_kind=OriginKind.ENGAGE, origin_id=uuid4(),
        state=DraftState.DELIVERED, sent_at=at, delivered_at=at, message_id=f"<{uuid4().hex}@bench.example>",
        provider="sendgrid", provider_id=uuid4().hex, smtp_id=f"<{uuid4().hex}@mx>", reply_token=uuid4().hex[:26],
    )  # fmt: skip


def _event(draft: Draft, kind: str, *, at: datetime) -> MailEvent:
    return MailEvent(draft=draft, kind=kind, at=at, recipient=draft.to_email, applied_at=at)


def _answer(draft: Draft, *, at: datetime) -> Reply:
    fields: dict[str, Any] = {"customer_id": draft.customer_id, "stakeholder_id": draft.stakeholder_id, "draft": draft}
    fields |= {"message_id": f"<{uuid4().hex}@acme.example>", "from_email": draft.to_email}
    moments = {"received_at": at, "applied_at": at, "settled_at": at, "told_at": at, "handled_at": at}
    return Reply(classification="positive", is_verified=True, is_authentic=True, text="Yes.", **fields, **moments)


def _stop(draft: Draft, *, at: datetime) -> Suppression:
    address = f"off.{draft.to_email}"
    digest = digest_address(address)
    return Suppression(address=address, digest=digest, cause=SuppressionCause.COMPLAINT, at=at, announced_at=at)


def test_mail_reads_no_large_table_from_end_to_end(look: Look, draft: Draft, csm: User, now: datetime) -> None:
    lost = letter(now, state=DraftState.SENDING, leased_until=now - timedelta(minutes=1))
    letter(now, state=DraftState.SCHEDULED, scheduled_send_date=now)
    some = list(Draft.objects.filter(state=DraftState.DELIVERED).select_related("stakeholder")[:TOGETHER])
    one = some[0]
    Draft.objects.filter(pk=one.pk).update(reply_token=TOKEN)

    with look("approve and queue"):
        send(draft, version=draft.version, now=now, by=csm)
    with look("sweep the outbox"):
        assert outbox.sweep(now=now) == 1
    with look("doubtful letters"):
        Draft.objects.filter(pk=lost.pk).update(attempted_at=now - timedelta(hours=2))
        assert review.sweep(now=now) == 1
    with look("approvals that are over"):
        expiring.sweep(now=now + timedelta(hours=2))
    with look("events by our own id"):
        _tell([item(each, "open", now) for each in some], now=now)
    with look("events by the provider's id"):
        _tell([item(each, "click", now, **_by_provider(each)) for each in some], now=now)
    with look("events by the Message-ID"):
        _tell([item(each, "open", now + timedelta(minutes=1), **_by_message(each)) for each in some], now=now)
    with look("bounces"):
        _tell([item(each, "bounce", now, type="bounce", reason="550") for each in some[:20]], now=now)
        assert suppression.announce_due(now=now) == 20
    with look("events of a letter"):
        assert list_event_lines(one)
    with look("suppression by digest"):
        list_suppressed([each.to_email for each in some], Lane.RENEWAL)
    with look("an answer by its token"):
        assert find_match(_mail(one, to=f"reply+{TOKEN}@in.example")).draft == one
    with look("an answer by the letter that it names"):
        assert find_match(_mail(one, named=one.message_id)).draft == one
    with look("an answer by its sender"):
        assert find_match(_mail(one)).customer_id == one.customer_id
    with look("a reply that stops its account"):
        apply_reply(factories.ReplyFactory.create(stakeholder=one.stakeholder, draft=one), now=now)
    with look("replies nobody was told of"):
        telling.tell_due(now=now)
    with look("what else is swept"):
        for part in (*inbound.waiting(now), *writings.waiting(now), *outbox.waiting(now), *events.waiting(now)):
            part.first()

    assert reload(draft).state == DraftState.SENT
    assert look.idle == []
    assert look.found == {}


def _tell(items: list[dict[str, Any]], *, now: datetime) -> None:
    events.keep_batch(json.dumps(items).encode(), now=now)
    assert events.apply_due(now=now) == 1


def _by_provider(draft: Draft) -> dict[str, Any]:
    return {DRAFT_ARG: None, "sg_message_id": f"{draft.provider_id}.recvd-756b745b58-kmzbl-18-5F5FC76C-9.0"}


def _by_message(draft: Draft) -> dict[str, Any]:
    return {DRAFT_ARG: None, "sg_message_id": f"{uuid4().hex}.recvd-1", "smtp-id": draft.smtp_id}


def _mail(draft: Draft, *, to: str = "desk@evergreen.example", named: str = "") -> MailFacts:
    headers = (("To", to), *([("In-Reply-To", named)] if named else []))
    return MailFacts(headers, draft.to_email, draft.to_name, f"Re: {draft.subject}", envelope_to=(to,))

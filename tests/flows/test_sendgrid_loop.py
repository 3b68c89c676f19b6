"""One letter through SendGrid and back: approved, handed over at the wire, its signed events, its standing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from customers.models import Contract, Stakeholder, User
from emails.enums import DraftState
from emails.models import CapturedMail, Draft
from emails.services import outbox
from emails.services.editing import reload
from emails.services.sending import send
from journeys.services.clock import tick
from tests import factories
from tests.emails.conftest import make_draft
from tests.emails.event_calls import Signer, call, life, write

pytestmark = pytest.mark.django_db

SIGNER = Signer()


class SendGrid:
    """Its API on loopback: answers as it is told, and knows what it has taken."""

    def __init__(self, server: HTTPServer) -> None:
        self.taken: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        server.expect_request("/v3/mail/send", method="POST").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        status = self.statuses.pop(0) if self.statuses else 202
        if status == 202 or status >= 500:
            self.taken.append(json.loads(request.data))
        return Response("", status=status, headers={"X-Message-Id": "LRzXl_NHStOGhQ4kofSm_A"})


@pytest.fixture
def sendgrid(httpserver: HTTPServer, settings: Any) -> SendGrid:
    settings.OUTBOUND = "on"
    settings.MAIL_PROVIDER = "sendgrid"
    settings.SENDGRID_API_KEY = "SG.test-key"
    settings.SENDGRID_API_BASE = httpserver.url_for("").rstrip("/")
    settings.SENDGRID_EVENT_PUBLIC_KEY = SIGNER.public_key
    settings.INBOUND_DOMAIN = "reply.evergreen.example"
    return SendGrid(httpserver)


@pytest.fixture
def letter(csm: User, now: datetime) -> Iterator[Draft]:
    account = factories.CustomerFactory.create(name="Acme Corporation", owner=csm)
    contract: Contract = factories.ContractFactory.create(customer=account)
    sarah: Stakeholder = factories.StakeholderFactory.create(
        customer=account, name="Sarah Lee", email="sarah@acme.example", roles=["champion"]
    )
    factories.WinFactory.create(customer=account, text="Cut onboarding time by half")
    with time_machine.travel(now, tick=False):
        yield make_draft(sarah, contract, csm, now, locked=False)


def approve_and_hand_over(letter: Draft, *, now: datetime, by: User) -> Draft:
    send(letter, version=letter.version, now=now, by=by)
    outbox.deliver(letter.pk, now=now)
    return reload(letter)


@pytest.fixture(autouse=True)
def _facts_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures that no ground record holds are taken as they were written."""
    from decimal import Decimal

    from emails import facts

    record = {"increase": Decimal("7.2"), "term": 12}
    monkeypatch.setitem(facts._readers, "test", lambda ids: dict.fromkeys(ids, record))


def test_letter_leaves_and_its_events_come_back(sendgrid: SendGrid, letter: Draft, csm: User, now: datetime) -> None:
    sent = approve_and_hand_over(letter, now=now, by=csm)

    (body,) = sendgrid.taken
    assert (sent.state, sent.provider, sent.provider_id) == (DraftState.SENT, "sendgrid", "LRzXl_NHStOGhQ4kofSm_A")
    assert body["reply_to"] == {"email": f"reply+{sent.reply_token}@reply.evergreen.example"}
    assert body["personalizations"][0]["to"] == [{"email": "sarah@acme.example", "name": "Sarah Lee"}]
    assert not CapturedMail.objects.exists()

    assert call(SIGNER, write(life(sent, now)), now=now).status_code == 200
    tick(now=now + timedelta(minutes=1))

    back = reload(letter)
    assert back.state == DraftState.DELIVERED
    assert None not in (back.opened_at, back.clicked_at)


def test_answer_500_is_never_sent_again_and_its_event_settles_it(
    sendgrid: SendGrid, letter: Draft, csm: User, now: datetime
) -> None:
    sendgrid.statuses = [500]

    doubtful = approve_and_hand_over(letter, now=now, by=csm)
    for minutes in range(0, 200, 10):
        tick(now=now + timedelta(minutes=minutes))
    assert (doubtful.state, reload(letter).state) == (DraftState.UNKNOWN, DraftState.NEEDS_REVIEW)

    call(SIGNER, write(life(doubtful, now)), now=now)
    tick(now=now + timedelta(hours=4))

    assert reload(letter).state == DraftState.DELIVERED
    assert len(sendgrid.taken) == 1


def test_answer_429_is_tried_again_after_a_while(sendgrid: SendGrid, letter: Draft, csm: User, now: datetime) -> None:
    sendgrid.statuses = [429]

    waiting = approve_and_hand_over(letter, now=now, by=csm)
    tick(now=now + timedelta(minutes=14))
    assert (waiting.state, sendgrid.taken) == (DraftState.QUEUED, [])
    tick(now=now + timedelta(minutes=16))

    assert reload(letter).state == DraftState.SENT
    assert len(sendgrid.taken) == 1


def test_outbound_off_keeps_it_on_the_machine(
    sendgrid: SendGrid, letter: Draft, csm: User, now: datetime, settings: Any
) -> None:
    settings.OUTBOUND = "off"

    sent = approve_and_hand_over(letter, now=now, by=csm)

    assert (sent.provider, sendgrid.taken, CapturedMail.objects.count()) == ("capture", [], 1)


def test_recipient_outside_the_domains_is_refused_for_good(
    sendgrid: SendGrid, letter: Draft, csm: User, now: datetime, settings: Any
) -> None:
    settings.OUTBOUND_DOMAINS = ["evergreen.example"]

    refused = approve_and_hand_over(letter, now=now, by=csm)

    assert (refused.state, sendgrid.taken) == (DraftState.FAILED, [])
    assert "sarah@acme.example" in refused.outcome

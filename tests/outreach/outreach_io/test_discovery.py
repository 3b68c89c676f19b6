"""What is read from Outreach.io and kept: only what can be used is offered, and what is gone is still known."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from customers.models import User
from outreach.models import OutreachConnection, OutreachMailbox, OutreachSequence, OutreachSequenceStep
from outreach.queries.outreach_io import find_mailbox, find_sequence, list_mailboxes_of, list_offered
from outreach.services.outreach_discovery import ask_to_discover, discover_due, sweep
from outreach.services.outreach_webhooks import ensure_webhooks
from tests.outreach.outreach_io.conftest import put_connection
from tests.outreach.outreach_io.test_client import row

pytestmark = pytest.mark.django_db


class There:
    """What stands at the server; each list can be changed between two readings."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.sequences: list[Any] = []
        self.steps: list[Any] = []
        self.mailboxes: list[Any] = []
        for name in ("sequences", "steps", "mailboxes"):
            path = {"steps": "sequenceSteps"}.get(name, name)
            server.expect_request(f"/api/v2/{path}").respond_with_handler(self._answer(name))

    def _answer(self, name: str) -> Any:
        return lambda request: Response(json.dumps({"data": getattr(self, name)}), 200)


@pytest.fixture
def there(base: HTTPServer, now: datetime) -> There:
    put_connection(now, discover_next_at=now)
    made = There(base)
    made.sequences = [
        row("sequence", 1, {"name": "On", "enabled": True, "replyCount": 3, "deliverCount": 9}),
        row("sequence", 2, {"name": "Off", "enabled": False}),
        row("sequence", 3, {"name": "Locked", "enabled": True, "locked": True}),
        row("sequence", 4, {"name": None, "enabled": None, "deliverCount": 0, "replyCount": 4}),
    ]
    made.steps = [
        row("sequenceStep", 12, {"order": 2, "stepType": "call", "interval": 86400}, sequence=("sequence", 1)),
        row("sequenceStep", 11, {"order": 1, "stepType": "auto_email", "interval": 0}, sequence=("sequence", 1)),
        row("sequenceStep", 13, {"order": 1, "stepType": "auto_email"}, sequence=("sequence", 99)),
    ]
    return made


def test_only_what_is_on_and_not_locked_is_offered(there: There, now: datetime) -> None:
    assert discover_due(now=now) is True

    assert [one.name for one in list_offered()] == ["On"]
    on = find_sequence(1)
    assert on is not None
    assert (on.reply_rate.words, [step.words for step in on.steps.all()]) == ("33.3 %", ["Mail", "Call after 1 day"])
    nameless = find_sequence(4)
    assert nameless is not None
    assert (nameless.name, nameless.reply_rate.words) == ("Sequence 4", "–")


def test_reading_again_follows_and_keeps_what_is_gone(there: There, now: datetime) -> None:
    discover_due(now=now)
    first = OutreachSequence.objects.get(sequence_id=1)
    there.sequences = [row("sequence", 1, {"name": "On again", "enabled": True})]
    there.steps = []

    later = now + timedelta(hours=1)
    assert (discover_due(now=now + timedelta(minutes=59)), discover_due(now=later)) == (False, True)

    again = OutreachSequence.objects.get(sequence_id=1)
    assert (again.pk, again.name, again.read_at) == (first.pk, "On again", later)
    assert set(OutreachSequence.objects.filter(is_gone=True).values_list("sequence_id", flat=True)) == {2, 3, 4}
    assert not OutreachSequenceStep.objects.exists()


def test_mailbox_is_found_by_the_address_and_says_why_it_cannot_send(
    there: There, now: datetime, csm: User, other_csm: User, ops: User
) -> None:
    there.mailboxes = [
        row("mailbox", 5, {"email": csm.email.upper(), "userId": 50}),
        row("mailbox", 6, {"email": other_csm.email, "sendDisabled": True}),
        row("mailbox", 7, {"email": "x@else.example", "sendErroredAt": "2026-03-01T00:00:00Z"}),
    ]

    discover_due(now=now)

    said = {one.user.pk: one.choice.why_not for one in list_mailboxes_of([csm, other_csm, ops])}
    assert said[csm.pk] == ""
    assert said[other_csm.pk] == "Sending is switched off for this mailbox at Outreach.io."
    assert said[ops.pk] == "No mailbox with this address at Outreach.io."
    chosen = find_mailbox(csm).mailbox
    assert chosen is not None and chosen.mailbox_id == 5
    assert find_mailbox(None).mailbox is None and find_mailbox(csm, mailbox_id=7).mailbox is None
    assert find_mailbox(csm, mailbox_id=8).why_not == "There is no such mailbox at Outreach.io."


def test_mailbox_that_works_goes_before_one_that_does_not(now: datetime, csm: User) -> None:
    for number, why_not in ((1, "Off."), (2, ""), (3, "")):
        OutreachMailbox.objects.create(mailbox_id=number, email="a", user=csm, why_not=why_not, read_at=now)

    chosen = find_mailbox(csm).mailbox

    assert chosen is not None and chosen.mailbox_id == 2


def test_failure_is_shown_and_tried_again_and_keeps_what_was_read(there: There, now: datetime) -> None:
    discover_due(now=now)
    there.server.clear()
    there.server.expect_request("/api/v2/sequences").respond_with_data("", status=500)

    assert discover_due(now=now + timedelta(hours=1)) is False

    connection = OutreachConnection.objects.get()
    assert connection.discover_error == "Outreach.io answered 500."
    assert connection.discover_next_at == now + timedelta(hours=1, minutes=15)
    assert list_offered().count() == 1


def test_mailboxes_that_may_not_be_read_cost_no_sequences(there: There, now: datetime) -> None:
    """As where the scope of the mailboxes was not given."""
    there.server.clear()
    there.server.expect_request("/api/v2/sequences").respond_with_json({"data": there.sequences})
    there.server.expect_request("/api/v2/sequenceSteps").respond_with_json({"data": there.steps})
    there.server.expect_request("/api/v2/mailboxes").respond_with_json(
        {"errors": [{"id": "unauthorizedOauthScope", "detail": "mailboxes.read"}]}, status=403
    )

    assert discover_due(now=now) is False

    assert list_offered().count() == 1
    assert "mailboxes.read" in OutreachConnection.objects.get().discover_error


def test_clock_claims_and_rings_once(there: There, now: datetime) -> None:
    assert (sweep(now), sweep(now)) == (1, 0)


def test_by_hand_is_for_ops_and_comes_due_at_once(there: There, now: datetime, ops: User) -> None:
    discover_due(now=now)

    ask_to_discover(now=now + timedelta(minutes=1), by=ops)

    assert discover_due(now=now + timedelta(minutes=1)) is True


def test_webhooks_are_made_once_where_they_can_reach_us(there: There, now: datetime, settings: Any) -> None:
    hooks: list[Any] = []

    def make(request: Any) -> Any:
        said = request.get_json(force=True)["data"]["attributes"]
        hooks.append(row("webhook", len(hooks) + 1, {**said, "active": True}))
        return Response(json.dumps({"data": hooks[-1]}), 201)

    there.server.expect_request("/api/v2/webhooks", method="GET").respond_with_handler(
        lambda request: Response(json.dumps({"data": hooks}), 200)
    )
    there.server.expect_request("/api/v2/webhooks", method="POST").respond_with_handler(make)

    assert ensure_webhooks(now=now) == 0
    settings.OUTREACH_WEBHOOK_SECRET, settings.PUBLIC_URL = "key", "https://desk.example"
    assert (ensure_webhooks(now=now), ensure_webhooks(now=now)) == (3, 0)

    said = [hook["attributes"] for hook in hooks]
    assert {one["url"] for one in said} == {"https://desk.example/webhooks/outreach"}
    assert [(one["resource"], one["action"]) for one in said] == [
        ("sequenceState", "*"),
        ("mailing", "*"),
        ("prospect", "updated"),
    ]
    assert OutreachConnection.objects.get().webhook_ids == [1, 2, 3]

"""Outreach.io's stand-in, from the consent to the reply: what the contract says, through our own client."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from customers.clients.base import NotAccepted
from customers.models import User
from outreach.clients.choice import outreach_client, outreach_webhook_secrets
from outreach.clients.outreach_io import OutreachClient
from outreach.clients.outreach_io_errors import AlreadyInSequence, EmailTaken, Gone, WrongState
from outreach.clients.outreach_io_stand_in import life, news
from outreach.clients.outreach_io_stand_in.server import reply_to
from outreach.clients.outreach_io_stand_in.shapes import Request
from outreach.models import OutreachConnection, OutreachSequence, StandInNews, StandInThing
from outreach.rules.outreach_io.resources import ProspectWrite
from outreach.services.outreach_stand_in import connect_stand_in, forget_stand_in, play

pytestmark = pytest.mark.django_db
LATER = timedelta(seconds=30)
"""The client's clock goes on from the moment that it was given."""


@pytest.fixture
def client_there(ops: User, csm: User, other_csm: User, now: datetime) -> OutreachClient:
    connect_stand_in(now=now, by=ops)
    return outreach_client(now)


def sequence(name: str) -> int:
    return int(OutreachSequence.objects.get(name__startswith=name).sequence_id)


def box(client: OutreachClient, user: User) -> int:
    return client.list_mailboxes(user.email)[0].mailbox_id


def person(client: OutreachClient, email: str = "ann@acme.example") -> int:
    return client.create_prospect(ProspectWrite(email, first_name="Ann")).prospect_id


def test_workspace_is_connected_and_everything_is_read(ops: User, now: datetime) -> None:
    row = connect_stand_in(now=now, by=ops)

    assert (row.is_connected, row.discover_error, row.grants, len(row.webhook_ids)) == (True, "", 1, 3)
    assert [one.name for one in OutreachSequence.objects.all() if one.is_offered] == [
        "Multi-thread: the champion left",
        "Onboarding: first steps",
        "Re-engagement",
        "Renewal: 90 days out",
    ]
    assert OutreachSequence.objects.get(name__startswith="Renewal").steps.count() == 3


def test_person_goes_through_a_sequence_once(client_there: OutreachClient, ops: User, now: datetime) -> None:
    client, number, where = client_there, person(client_there), sequence("Re-eng")

    state = client.create_state(number, where, box(client, ops))

    assert (state.state, client.find_state(number, where)) == ("active", state)
    with pytest.raises(AlreadyInSequence):
        client.create_state(number, where, box(client, ops))
    assert client.pause(state.state_id).state == "paused"
    with pytest.raises(WrongState):
        client.pause(state.state_id)
    assert client.resume(state.state_id).state == "active"
    assert client.finish(state.state_id).state == "finished"
    with pytest.raises(WrongState):
        client.resume(state.state_id)
    changed = [one for page in client.list_states_changed_since(now - timedelta(hours=1)) for one in page]
    assert [one.state for one in changed] == ["finished"]
    assert list(client.list_states_changed_since(now + timedelta(hours=1))) == [()]


@pytest.mark.parametrize(
    ("where", "how", "said"),
    [
        ("Re-eng", "no mailbox", "mailbox must exist"),
        ("Re-eng", "mailbox that is off", "Mailbox cannot send"),
        ("Spring", "", "Sequence is locked"),
        ("Re-eng", "opted out", "Prospect has opted out"),
    ],
)
def test_who_cannot_be_put_in_is_refused(
    client_there: OutreachClient, ops: User, where: str, how: str, said: str
) -> None:
    client, number = client_there, person(client_there)
    off = StandInThing.objects.get(kind="mailbox", attributes__sendDisabled=True).pk
    mailbox = {"no mailbox": 999_999, "mailbox that is off": off}.get(how, box(client, ops))
    if how == "opted out":
        client.opt_out(number)

    with pytest.raises(NotAccepted, match=said) as error:
        client.create_state(number, sequence(where), mailbox)

    assert (type(error.value), error.value.code) == (NotAccepted, "validationError")


def test_sequence_that_is_off_or_full_keeps_people_pending(
    client_there: OutreachClient, ops: User, now: datetime
) -> None:
    client, mailbox = client_there, box(client_there, ops)
    full = sequence("Multi")
    StandInThing.objects.filter(pk=full).update(
        attributes={**StandInThing.objects.get(pk=full).attributes, "throttleMaxAddsPerDay": 1}
    )
    people = [person(client, f"p{n}@acme.example") for n in range(2)]

    assert client.create_state(people[0], sequence("Webinar"), mailbox).state == "pending"
    states = [client.create_state(one, full, mailbox) for one in people]

    assert [one.state for one in states] == ["active", "pending"]
    life.go_on(now=now + timedelta(days=1, hours=1))
    assert client.get_state(states[1].state_id).state == "active"


def test_mail_address_belongs_to_one_person_and_is_added_not_replaced(client_there: OutreachClient) -> None:
    client, number = client_there, person(client_there)

    with pytest.raises(EmailTaken):
        person(client, "ANN@acme.example")
    client.update_prospect(number, ProspectWrite("new@acme.example", title="CEO"))

    found = client.find_prospect("NEW@acme.example")
    assert found is not None
    assert (found.prospect_id, found.emails, found.title) == (number, ("ann@acme.example", "new@acme.example"), "CEO")


def test_time_plays_a_sequence_to_its_end(client_there: OutreachClient, ops: User, now: datetime) -> None:
    client = client_there
    state = client.create_state(person(client), sequence("Re-eng"), box(client, ops))

    for hours in (0, 24 * 5, 24 * 6):
        life.go_on(now=now + timedelta(hours=hours, seconds=1))

    ended = client.get_state(state.state_id)
    mails = client.list_mailings(state.state_id)
    assert (ended.state, ended.deliver_count, [mail.state for mail in mails]) == ("finished", 2, ["delivered"] * 2)


@pytest.mark.parametrize(
    ("deed", "state", "mail"),
    [("replied", "paused", "replied"), ("opened", "active", "opened"), ("bounced", "bounced", "bounced"),
     ("opted_out", "opted_out", "delivered")],
)  # fmt: skip
def test_people_answer_and_it_is_told(
    client_there: OutreachClient, ops: User, now: datetime, deed: str, state: str, mail: str
) -> None:
    client = client_there
    number = client.create_state(person(client), sequence("Re-eng"), box(client, ops)).state_id

    play(number, deed, now=now + LATER)

    assert (client.get_state(number).state, client.list_mailings(number)[0].state) == (state, mail)
    assert not StandInNews.objects.filter(due_at__isnull=False).exists()
    assert StandInNews.objects.filter(answer__isnull=False).count() >= 3


def test_news_are_signed_with_our_key_and_posted_once(client_there: OutreachClient, ops: User, now: datetime) -> None:
    posted: list[tuple[str, dict[str, str], bytes]] = []

    def post(url: str, headers: Any, body: bytes) -> int:
        posted.append((url, dict(headers), body))
        return 500

    client_there.create_state(person(client_there), sequence("Re-eng"), box(client_there, ops))
    news.deliver(post, now=now + LATER)
    news.deliver(post, now=now + LATER)

    ((url, headers, body),) = posted
    (key,) = outreach_webhook_secrets()
    said = json.loads(body)
    assert url.endswith("/webhooks/outreach")
    assert headers["Outreach-Webhook-Signature"] == hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    assert (said["meta"]["eventName"], said["data"]["type"]) == ("sequenceState.created", "sequenceState")


def test_news_on_a_broken_line_are_tried_four_times(client_there: OutreachClient, ops: User, now: datetime) -> None:
    tries = []

    def post(url: str, headers: Any, body: bytes) -> int:
        tries.append(url)
        raise OSError

    client_there.create_state(person(client_there), sequence("Re-eng"), box(client_there, ops))
    for seconds in range(10):
        news.deliver(post, now=now + timedelta(seconds=2 * seconds))

    assert len(tries) == 4


def test_nobody_is_believed_without_a_connection(settings: Any) -> None:
    assert outreach_webhook_secrets() == ()
    settings.OUTREACH_WEBHOOK_SECRET = "key"
    assert outreach_webhook_secrets() == ("key",)


def _ask(now: datetime, **changes: Any) -> Any:
    headers = {"authorization": "Bearer x", "content-type": "application/vnd.api+json", **changes.pop("headers", {})}
    return reply_to(Request("GET", changes.pop("path", "/api/v2/sequences"), changes, headers, b"", now))


def test_stand_in_refuses_as_the_real_one_does(client_there: OutreachClient, now: datetime) -> None:
    token = client_there._line.access.token()
    good = {"authorization": f"Bearer {token}"}

    answers = [
        _ask(now),
        _ask(now, headers={**good, "content-type": "application/json"}),
        _ask(now, headers=good, **{"filter[enabled]": "true"}),
        _ask(now, headers=good, **{"page[size]": "0"}),
        _ask(now, headers=good, **{"page[after]": "x"}),
        _ask(now, headers=good, path="/api/v2/calls"),
        _ask(now, headers=good, path="/api/v2/sequences/999999"),
        _ask(now + timedelta(hours=3), headers=good),
    ]

    assert [one.status for one in answers] == [401, 415, 400, 400, 400, 403, 404, 401]
    with pytest.raises(Gone):
        client_there.get_state(999_999)


def test_both_forms_of_the_limit_are_told_by_turns(client_there: OutreachClient, now: datetime) -> None:
    good = {"authorization": f"Bearer {client_there._line.access.token()}"}

    told = [_ask(now, headers=good).headers for _ in range(2)]

    forms = {(one["X-RateLimit-Reset"].isdecimal(), "," in one["X-RateLimit-Remaining"]) for one in told}
    assert forms == {(True, True), (False, False)}


def test_pages_lead_on_with_absolute_links_and_miss_nothing(client_there: OutreachClient, now: datetime) -> None:
    numbers = [person(client_there, f"p{n:03}@acme.example") for n in range(7)]
    good = {"authorization": f"Bearer {client_there._line.access.token()}"}
    query: dict[str, str] = {"page[size]": "3", "sort": "updatedAt"}
    found: list[int] = []

    while query:
        body = _ask(now, headers=good, path="/api/v2/prospects", **query).body
        found += [row["id"] for row in body["data"]]
        link = body.get("links", {}).get("next", "")
        assert not link or link.startswith("https://api.outreach.io/api/v2/prospects?")
        query = client_there._line._query_of(link, "/prospects") if link else {}

    assert found == numbers


def test_it_is_forgotten_with_whom_it_was_connected_by(client_there: OutreachClient, ops: User, csm: User) -> None:
    assert forget_stand_in(connected_by={csm.pk}) is False
    assert forget_stand_in(connected_by={ops.pk}) is True

    assert not OutreachConnection.objects.exists() and not StandInThing.objects.exists()

"""Every request that the client can make fits Outreach.io's own description, tried at the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from customers.models import User
from outreach.clients.choice import outreach_client
from outreach.clients.outreach_io import OutreachClient
from outreach.clients.outreach_io_stand_in.http import serve
from outreach.clients.outreach_io_stand_in.shapes import Request
from outreach.models import OutreachSequence
from outreach.rules.outreach_io.resources import ProspectWrite
from outreach.services.outreach_stand_in import connect_stand_in
from tests.outreach.outreach_io.conftest import point_at
from tests.outreach.outreach_io.contract import EXTRACT, faults_of
from tests.vendors import public_signatures

WRITE = ProspectWrite(
    "ann@acme.example",
    first_name="Ann",
    last_name="Lee",
    title="CEO",
    external_id="s-1",
    custom={"custom1": "gold", "custom150": "x", "custom151": "no such field", "emails": "no field of this kind"},
)


@pytest.fixture
def wire(db: None, ops: User, now: datetime, settings: Any) -> Iterator[list[Request]]:
    """The stand-in over HTTP, and a workspace that is connected to it; gives what came in."""
    connect_stand_in(now=now, by=ops)
    seen: list[Request] = []
    with serve(lambda: now, seen=seen) as address:
        point_at(settings, address)
        yield seen


@pytest.mark.django_db(transaction=True)
def test_every_request_fits_the_description(wire: list[Request], ops: User, now: datetime) -> None:
    called = _call_everything(outreach_client(now), ops, now)

    assert called == set(public_signatures(OutreachClient))
    assert {str((one.method, one.path)): faults for one in wire if (faults := faults_of(one))} == {}
    assert len(wire) > 20


def _call_everything(client: OutreachClient, ops: User, now: datetime) -> set[str]:
    """Call every method once and more; gives the names of those that were called."""
    called: set[str] = set()

    def call(name: str, *args: Any, **kwargs: Any) -> Any:
        called.add(name)
        return getattr(client, name)(*args, **kwargs)

    call("list_sequences")
    call("list_steps")
    sequence = OutreachSequence.objects.get(name="Re-engagement").sequence_id
    call("get_sequence_steps", sequence)
    (box,) = call("list_mailboxes", ops.email)
    call("list_mailboxes", user_id=box.user_id)
    account = call("find_account", "Acme", domain="acme.example")
    assert account is None
    call("find_account", "Acme, Inc.. of Berlin")
    person = call("create_prospect", WRITE)
    call("find_prospect", "ANN@acme.example")
    call("get_prospect", person.prospect_id)
    call("update_prospect", person.prospect_id, replace(WRITE, email="ann.lee@acme.example", title="Chair"))
    state = call("create_state", person.prospect_id, sequence, box.mailbox_id)
    call("find_state", person.prospect_id, sequence)
    call("get_state", state.state_id)
    call("get_states", [state.state_id, 1, 2])
    list(call("list_states_changed_since", now))
    for action in ("pause", "resume", "finish"):
        call(action, state.state_id)
    call("list_mailings", state.state_id)
    list(call("list_mailings_changed_since", now))
    call("opt_out", person.prospect_id)
    hook = call("create_webhook", url="https://x.example/h", resource="mailing", action="replied", secret="s")
    call("list_webhooks")
    call("delete_webhook", hook.webhook_id)
    return called


@pytest.mark.parametrize(
    ("method", "path", "body", "fault"),
    [
        ("GET", "/sequences?filter[enabled]=true", None, "sequence cannot be filtered by enabled"),
        ("PATCH", "/sequenceStates/1", {}, "PATCH /sequenceStates/{id} is not described"),
        ("POST", "/sequenceStates/1/actions/pause", {"data": {}}, "a body where none is described"),
        ("POST", "/prospects", {"data": {"type": "prospects"}}, "the type"),
        ("POST", "/prospects", {"data": {"type": "prospect", "attributes": {"name": "A"}}}, "name cannot be written"),
        ("POST", "/prospects", {"data": {"type": "prospect", "attributes": {"emails": "a@b.co"}}},
         "emails: 'a@b.co' is no array"),
        ("PATCH", "/prospects/1", {"data": {"type": "prospect", "attributes": {}}}, "id is missing"),
        ("POST", "/sequenceStates",
         {"data": {"type": "sequenceState",
                   "relationships": {"mailbox": {"data": {"type": "mailbox", "id": "3"}}}}}, "'3' is no integer"),
    ],
)  # fmt: skip
def test_check_itself_finds_what_is_wrong(method: str, path: str, body: Any, fault: str, now: datetime) -> None:
    address, _, query = path.partition("?")
    raw = b"" if body is None else json.dumps(body).encode()
    name, _, value = query.partition("=")
    headers = {"content-type": EXTRACT["contentType"]}

    found = faults_of(Request(method, f"/api/v2{address}", {name: value} if name else {}, headers, raw, now))

    assert fault in found

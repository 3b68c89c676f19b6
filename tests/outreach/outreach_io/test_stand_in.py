"""Outreach.io's stand-in, from the consent to the reply, through our own client."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from customers.models import User
from outreach.clients.choice import outreach_client
from outreach.clients.outreach_io_errors import AlreadyInSequence
from outreach.models import OutreachSequence
from outreach.rules.outreach_io.resources import ProspectWrite
from outreach.services.outreach_stand_in import connect_stand_in

pytestmark = pytest.mark.django_db


def test_workspace_is_connected_to_the_stand_in_and_reads_it(ops: User, now: datetime) -> None:
    row = connect_stand_in(now=now, by=ops)

    assert (row.is_connected, row.discover_error, row.grants) == (True, "", 1)
    assert [one.name for one in OutreachSequence.objects.all() if one.is_offered] == [
        "Multi-thread: the champion left",
        "Onboarding: first steps",
        "Re-engagement",
        "Renewal: 90 days out",
    ]
    assert OutreachSequence.objects.get(name__startswith="Renewal").steps.count() == 3


def test_person_goes_through_a_sequence_once(ops: User, now: datetime) -> None:
    connect_stand_in(now=now, by=ops)
    client = outreach_client(now)
    (box,) = client.list_mailboxes(ops.email)
    sequence = OutreachSequence.objects.get(name="Re-engagement").sequence_id
    person = client.create_prospect(ProspectWrite("Ann@acme.example", first_name="Ann"))

    state = client.create_state(person.prospect_id, sequence, box.mailbox_id)

    assert (state.state, client.find_state(person.prospect_id, sequence)) == ("active", state)
    with pytest.raises(AlreadyInSequence):
        client.create_state(person.prospect_id, sequence, box.mailbox_id)
    assert client.pause(state.state_id).state == "paused"
    assert client.resume(state.state_id).state == "active"
    assert client.finish(state.state_id).state == "finished"
    changed = [one for page in client.list_states_changed_since(now - timedelta(hours=1)) for one in page]
    assert [one.state for one in changed] == ["finished"]

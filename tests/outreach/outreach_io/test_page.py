"""Settings, Outreach.io: who sees what, and what its buttons do; the sequences by API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from customers.models import User
from outreach.clients.choice import outreach_client
from outreach.enums import AskedThrough
from outreach.models import OutreachConnection, OutreachSequence
from outreach.rules.outreach_io.resources import ProspectWrite
from outreach.services.enrolling import Asking, ask_to_enroll
from outreach.services.outreach_stand_in import connect_stand_in
from tests import factories
from tests.conftest import NOW

PAGE = "/settings/outreach"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def at_desk(ops: User, client: Client) -> Client:
    client.force_login(ops)
    return client


def test_whole_way_through_the_pages(at_desk: Client, ops: User) -> None:
    first = at_desk.post(f"{PAGE}/connect").content.decode()
    assert "Read, write and delete people" in first
    url = _link(first)
    consent = at_desk.get(url)
    answer = at_desk.post(url, {"answer": "yes"})
    page = at_desk.get(answer["Location"], follow=True).content.decode()

    assert "May Evergreen use Outreach.io?" in consent.content.decode()
    assert "Outreach.io is connected." in page and ops.display_name in page


def _link(page: str) -> str:
    start = page.index("/settings/outreach/stand-in?")
    return page[start : page.index('"', start)].replace("&amp;", "&")


def test_refusing_at_the_stand_in_connects_nothing(at_desk: Client) -> None:
    url = _link(at_desk.post(f"{PAGE}/connect").content.decode())

    answer = at_desk.post(url, {"answer": "no"})
    page = at_desk.get(answer["Location"], follow=True).content.decode()

    assert "the consent was not given" in page
    assert not OutreachConnection.objects.filter(state="connected").exists()


def test_page_shows_rates_steps_mailboxes_and_why_not(at_desk: Client, ops: User, csm: User) -> None:
    connect_stand_in(now=NOW, by=ops)

    page = at_desk.get(PAGE).content.decode()

    for words in ("Renewal: 90 days out", "30.9 %", "Mail after 5 days", "It is not switched on at Outreach.io.",
                  "It is locked at Outreach.io.", csm.email, "of 10,000 calls this hour", "Can send"):  # fmt: skip
        assert words in page, words


def test_others_look_and_change_nothing(csm: User, ops: User, client: Client) -> None:
    connect_stand_in(now=NOW, by=ops)
    client.force_login(csm)

    page = client.get(PAGE)

    assert page.status_code == 200 and "Disconnect" not in page.content.decode()
    assert client.get(f"{PAGE}/disconnect").status_code == 403
    for path in ("connect", "disconnect", "discover", "stand-in/play"):
        assert client.post(f"{PAGE}/{path}").status_code == 403, path
    assert client.get(f"{PAGE}/stand-in?state=x").status_code == 403
    assert OutreachConnection.objects.get().is_connected


def test_disconnecting_is_asked_for_and_a_look_changes_nothing(at_desk: Client, ops: User) -> None:
    connect_stand_in(now=NOW, by=ops)
    customer = factories.CustomerFactory.create(owner=ops)
    person = factories.StakeholderFactory.create(customer=customer, email="ann@acme.example")
    where = OutreachSequence.objects.get(name="Re-engagement").sequence_id
    ask_to_enroll(person, Asking(where, AskedThrough.STAKEHOLDER), now=NOW, by=ops)

    asked = at_desk.get(f"{PAGE}/disconnect").content.decode()

    assert "1 enrollment waits here until it is connected again." in asked
    assert "stays in a sequence" not in asked
    assert OutreachConnection.objects.get().is_connected

    assert at_desk.post(f"{PAGE}/disconnect", follow=True).status_code == 200
    assert not OutreachConnection.objects.get().is_connected


def test_somebodys_part_is_played_from_the_page(at_desk: Client, ops: User, now: datetime) -> None:
    connect_stand_in(now=NOW, by=ops)
    client = outreach_client(NOW)
    who = client.create_prospect(ProspectWrite("ann@acme.example")).prospect_id
    where = OutreachSequence.objects.get(name="Re-engagement").sequence_id
    state = client.create_state(who, where, client.list_mailboxes(ops.email)[0].mailbox_id)

    assert "ann@acme.example" in at_desk.get(PAGE).content.decode()
    at_desk.post(f"{PAGE}/stand-in/play", {"state": state.state_id, "deed": "replied"})

    assert client.get_state(state.state_id).state == "paused"


@pytest.mark.parametrize(
    "said", [{}, {"state": "x"}, {"state": "1", "deed": "replied"}, {"state": "9" * 40, "deed": "x"}]
)
def test_part_of_nobody_is_refused(at_desk: Client, ops: User, said: dict[str, str]) -> None:
    connect_stand_in(now=NOW, by=ops)

    page = at_desk.post(f"{PAGE}/stand-in/play", said, follow=True)

    assert "This cannot be played." in page.content.decode()


def test_missing_scopes_are_named(at_desk: Client, ops: User) -> None:
    connect_stand_in(now=NOW, by=ops)
    OutreachConnection.objects.update(scopes=["prospects.all"])

    page = at_desk.get(PAGE).content.decode()

    assert "Not everything was granted" in page and "Read mailboxes" in page


def test_page_costs_the_same_for_one_row_and_many(
    at_desk: Client, ops: User, django_assert_max_num_queries: Any
) -> None:
    connect_stand_in(now=NOW, by=ops)
    at_desk.get(PAGE)

    with django_assert_max_num_queries(12):
        at_desk.get(PAGE)


def test_offered_sequences_by_api(at_desk: Client, ops: User) -> None:
    connect_stand_in(now=NOW, by=ops)

    offered = at_desk.get("/api/outreach/sequences").json()
    everything = at_desk.get("/api/outreach/sequences", {"offered": "false", "ordering": "-replyCount"}).json()

    assert (offered["count"], everything["count"]) == (4, 6)
    renewal = next(one for one in offered["results"] if one["name"].startswith("Renewal"))
    assert (renewal["stepCount"], renewal["replyRate"], len(renewal["steps"])) == (3, "30.9", 3)
    assert next(one for one in everything["results"] if one["locked"])["whyNot"] == "It is locked at Outreach.io."


def test_sequences_before_anything_was_read_are_an_empty_list(at_desk: Client) -> None:
    assert at_desk.get("/api/outreach/sequences").json()["results"] == []

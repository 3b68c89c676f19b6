"""The board of all journeys by month, and what is done to a selection of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.enums import HoldScope
from customers.models import Customer, Hold, User
from journeys.enums import JourneyState
from journeys.models import Journey, JourneyMonth
from journeys.queries.board import IN_COLUMN
from journeys.services.journeys import cancel_journey
from journeys.services.pausing import pause_journey
from tests import factories
from tests.journeys.ground import begin, deliver, make_version
from tests.pagers import words_of_pager

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
START = date(2026, 3, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def signed_in(client: Client, csm: User) -> Client:
    client.force_login(csm)
    return client


def client_of(csm: User, name: str, *, month: int = 1, start: date = START, **fields: Any) -> Journey:
    customer = factories.CustomerFactory.create(owner=csm, name=name, **fields)
    started = min(NOW, datetime.combine(start, datetime.min.time(), UTC)) - timedelta(days=1)
    journey = begin(customer, now=started, by=csm, start=start)
    Journey.objects.filter(pk=journey.pk).update(current_month=month)
    return journey


def columns(client: Client, query: str = "") -> dict[int, list[str]]:
    response = client.get(f"/journeys{query}")
    assert response.status_code == 200
    return {column.month: [card.name for card in column.cards] for column in response.context["columns"]}


def names(client: Client, query: str) -> list[str]:
    return [card.name for card in client.get(f"/journeys{query}").context["cards"]]


def test_clients_stand_in_the_column_of_their_month(signed_in: Client, csm: User) -> None:
    client_of(csm, "Beta")
    client_of(csm, "Acme")
    client_of(csm, "Coda", month=3)

    assert columns(signed_in) == {1: ["Acme", "Beta"], 2: [], 3: ["Coda"]}


def test_overdue_is_marked_counted_and_stands_first(signed_in: Client, csm: User) -> None:
    client_of(csm, "Acme")
    client_of(csm, "Late", start=date(2026, 3, 3))

    response = signed_in.get("/journeys")

    [column] = response.context["columns"]
    assert [(card.name, card.is_overdue) for card in column.cards] == [("Late", True), ("Acme", False)]
    assert (column.overdue, response.context["counts"].overdue) == (1, 1)
    assert columns(signed_in, "?state=overdue") == {1: ["Late"]}


def test_overdue_by_what_lies_unread_says_so(signed_in: Client, csm: User) -> None:
    unread = client_of(csm, "Acme")
    Journey.objects.filter(pk=unread.pk).update(unopened_since=NOW - timedelta(days=4))
    client_of(csm, "Late", start=date(2026, 3, 3))

    response = signed_in.get("/journeys")

    [column] = response.context["columns"]
    assert [(card.name, card.is_overdue, card.is_unread) for card in column.cards] == [
        ("Acme", True, True),
        ("Late", True, False),
    ]
    assert response.content.decode().count("Earlier month not opened") == 1


def test_states_are_counted_and_chosen(signed_in: Client, csm: User) -> None:
    paused, cancelled, done = (client_of(csm, name) for name in ("Paused", "Cancelled", "Done"))
    waiting = client_of(csm, "Waiting", month=2)
    factories.CustomerFactory.create(owner=csm, name="Fresh")
    pause_journey(paused, days=3, reason="", now=NOW, by=csm)
    cancel_journey(cancelled, reason="Gone", now=NOW, by=csm)
    JourneyMonth.objects.filter(journey=done, number__gt=1).update(skipped_at=NOW)
    deliver(done, 1, now=NOW)
    deliverable = deliver(waiting, 1, now=NOW)
    type(deliverable).objects.filter(pk=deliverable.pk).update(state="PENDING_REVIEW", delivered_at=None)

    counts = signed_in.get("/journeys").context["counts"]

    assert (counts.active, counts.paused, counts.waiting, counts.completed, counts.cancelled) == (2, 1, 1, 1, 1)
    assert columns(signed_in, "?state=paused") == {1: ["Paused"]}
    assert columns(signed_in, "?state=waiting") == {1: [], 2: ["Waiting"]}
    assert names(signed_in, "?state=completed") == ["Done"]
    assert names(signed_in, "?state=cancelled") == ["Cancelled"]
    assert names(signed_in, "?state=none") == ["Cancelled", "Done", "Fresh"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=cod", ["Coda"]),
        ("?q=ADA", ["Beta"]),
        ("?segment=Enterprise", ["Beta"]),
        ("?owner=none", []),
        ("?owner=x&programme=y&state=z&month=0&page=-1", ["Beta", "Coda"]),
    ],
)
def test_board_is_narrowed_by_its_filters(signed_in: Client, csm: User, query: str, found: list[str]) -> None:
    client_of(csm, "Coda", segment="Mid-market")
    beta = client_of(csm, "Beta", segment="Enterprise")
    factories.StakeholderFactory.create(customer=beta.customer, name="Ada Braun")

    assert [name for cards in columns(signed_in, query).values() for name in cards] == found


def test_board_is_narrowed_to_a_programme_and_an_owner(client: Client, lead: User, csm: User) -> None:
    client_of(csm, "Acme")
    version = make_version(months=3)
    other = factories.CustomerFactory.create(owner=lead, name="Beta")
    begin(other, now=NOW, version=version)
    client.force_login(lead)

    assert columns(client, f"?programme={version.programme_id}") == {1: ["Beta"]}
    assert columns(client, f"?owner={csm.pk}") == {1: ["Acme"]}


def test_column_shows_its_first_clients_and_is_paged_alone(signed_in: Client, csm: User) -> None:
    for number in range(IN_COLUMN + 2):
        client_of(csm, f"Client {number:02d}")

    [column] = signed_in.get("/journeys").context["columns"]

    assert (len(column.cards), column.more) == (IN_COLUMN, 2)
    assert len(names(signed_in, "?month=1")) == IN_COLUMN + 2


@pytest.mark.postgres
def test_long_list_is_counted_as_far_as_its_page_needs_it_and_all_of_it_is_meant(
    signed_in: Client, csm: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.queries.paging.MOST_COUNTED", 4)
    monkeypatch.setattr("customers.queries.paging.PlacePage.most", 4)
    monkeypatch.setattr("journeys.views.board.PAGE_SIZE", 2)
    for number in range(5):
        factories.CustomerFactory.create(owner=csm, name=f"Client {number}")

    first, last = (signed_in.get(f"/journeys?state=none&page={page}").content.decode() for page in (1, 99))
    bulk = signed_in.post("/journeys/selection/start", {"scope": "all", "query": "state=none"})

    assert words_of_pager(first) == ["1–2 of more than 4 clients", "Page 1", "Next"]
    assert "all that match, more than 4" in first
    assert words_of_pager(last) == ["5–5 of 5 clients", "Previous", "Page 3 of 3"]
    assert "all 5 that match" in last
    assert bulk.context["total"] == 5
    assert [names(signed_in, f"?state=none&page={page}") for page in (2, 3)] == [["Client 2", "Client 3"], ["Client 4"]]


def test_other_teams_clients_are_not_on_the_board(client: Client, csm: User, stranger: User) -> None:
    client_of(csm, "Acme")
    client.force_login(stranger)

    assert client.get("/journeys").context["counts"].active == 0


def test_board_asks_as_often_for_many_as_for_one(signed_in: Client, csm: User) -> None:
    asked = []
    for more in (1, 2, 47):
        for number in range(more):
            client_of(csm, f"Client {more} {number}", month=number % 4 + 1)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            signed_in.get("/journeys")
        asked.append(len(queries))

    assert asked == [asked[0]] * 3
    assert asked[0] <= 12


def test_list_asks_as_often_for_many_as_for_one(signed_in: Client, csm: User) -> None:
    asked = []
    for more in (1, 9):
        for number in range(more):
            client_of(csm, f"Client {more} {number}")
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            signed_in.get("/journeys?month=1")
        asked.append(len(queries))

    assert asked[0] == asked[1] <= 12


def show(client: Client, code: str, ticked: Iterable[Any] = (), **sent: Any) -> Any:
    body = {"customer": [str(customer.pk) for customer in ticked], "scope": "ticked", **sent, "seen": ""}
    response = client.post(f"/journeys/selection/{code}", body)
    assert response.status_code == 200
    return response


def confirm(client: Client, code: str, ticked: Iterable[Any] = (), **sent: Any) -> Any:
    ticked = list(ticked)
    seen = show(client, code, ticked, **sent).context["seen"]
    body = {"customer": [str(customer.pk) for customer in ticked], "scope": "ticked", **sent, "seen": seen}
    return client.post(f"/journeys/selection/{code}", body)


def test_selection_is_shown_before_it_is_moved(signed_in: Client, csm: User) -> None:
    acme, beta = client_of(csm, "Acme"), client_of(csm, "Beta")
    fresh = factories.CustomerFactory.create(owner=csm, name="Fresh")
    selected = [acme.customer, beta.customer, fresh]

    preview = show(signed_in, "adjust", selected, days="7").context["preview"]

    assert (preview.total, preview.count) == (3, 2)
    assert preview.refused == [("This client is on no journey.", 1)]
    first = preview.clients[0]
    assert (first.customer, first.first.old, first.first.new) == (acme.customer, START, date(2026, 3, 16))
    assert JourneyMonth.objects.get(journey=acme, number=1).due_date == START

    response = confirm(signed_in, "adjust", selected, days="7")

    assert (response.status_code, response.url) == (302, "/journeys")
    assert set(Journey.objects.values_list("start_date", flat=True)) == {date(2026, 3, 16)}
    changes = {journey.changes.get(action="adjusted").batch for journey in (acme, beta)}
    assert len(changes) == 1 and None not in changes


def test_all_that_match_are_paused_and_resumed(signed_in: Client, csm: User) -> None:
    client_of(csm, "Acme", segment="Enterprise")
    client_of(csm, "Beta", segment="Enterprise")
    client_of(csm, "Coda", segment="Mid-market")
    everybody = {"scope": "all", "query": "segment=Enterprise"}

    preview = show(signed_in, "pause", **everybody, days="10").context["preview"]
    assert preview.clients[0].first.new == date(2026, 3, 19)
    assert not Hold.objects.exists()

    response = confirm(signed_in, "pause", **everybody, days="10")

    assert response.url == "/journeys?segment=Enterprise"
    held = Hold.objects.filter(ended_at=None, scope=HoldScope.JOURNEY)
    assert sorted(hold.customer.name for hold in held) == ["Acme", "Beta"]

    confirm(signed_in, "resume", **everybody)
    assert not Hold.objects.filter(ended_at=None).exists()


def test_month_is_skipped_for_those_who_have_it(signed_in: Client, csm: User) -> None:
    acme, beta = client_of(csm, "Acme"), client_of(csm, "Beta")
    deliver(beta, 1, now=NOW)

    preview = show(signed_in, "skip", [acme.customer, beta.customer], month="1").context["preview"]
    confirm(signed_in, "skip", [acme.customer, beta.customer], month="1", reason="Done")

    assert preview.refused == [("M1 is delivered.", 1)]
    assert preview.clients[0].first.new is None
    assert list(JourneyMonth.objects.filter(skipped_at__isnull=False).values_list("journey", flat=True)) == [acme.pk]


def test_clients_are_started_together(signed_in: Client, csm: User) -> None:
    client_of(csm, "Acme")
    for name in ("Fresh", "New"):
        factories.CustomerFactory.create(owner=csm, name=name)

    preview = show(signed_in, "start", scope="all", query="state=none", start_date="2026-03-09").context["preview"]
    assert (preview.count, preview.clients[0].first.new) == (2, START)
    assert Journey.objects.count() == 1

    confirm(signed_in, "start", scope="all", query="state=none", start_date="2026-03-09")

    assert Journey.objects.filter(state=JourneyState.ACTIVE).count() == 3


def test_preview_names_the_first_fifty(signed_in: Client, csm: User) -> None:
    for number in range(52):
        client_of(csm, f"Client {number:02d}")

    preview = show(signed_in, "adjust", scope="all", query="", days="-1").context["preview"]

    assert (preview.count, len(preview.clients), preview.unnamed) == (52, 50, 2)


def test_selection_without_anybody_says_so(signed_in: Client) -> None:
    assert "Nobody is selected" in show(signed_in, "pause").content.decode()


def test_wrong_field_of_a_selection_is_said_beside_it(signed_in: Client, csm: User) -> None:
    journey = client_of(csm, "Acme")

    response = show(signed_in, "adjust", [journey.customer], days="7", start_date="2026-03-16")

    assert list(response.context["form"].errors) == ["start_date"]
    assert str(journey.customer_id) in response.content.decode()


def test_ticked_client_of_another_team_is_left_out(signed_in: Client, csm: User, stranger: User) -> None:
    mine, theirs = client_of(csm, "Acme"), client_of(stranger, "Foreign")

    confirm(signed_in, "pause", [mine.customer, theirs.customer], days="3")

    assert [hold.customer for hold in Hold.objects.all()] == [mine.customer]


def test_reader_may_not_change_a_selection(client: Client, csm: User, reader: User) -> None:
    journey = client_of(csm, "Acme")
    client.force_login(reader)

    assert client.get("/journeys").status_code == 200
    assert client.post("/journeys/selection/pause", {"customer": [str(journey.customer_id)]}).status_code == 403


def test_unknown_action_is_not_there(signed_in: Client) -> None:
    assert signed_in.get("/journeys/selection/dance").status_code == 404
    assert signed_in.get("/journeys/selection/force").status_code == 403
    assert Customer.objects.count() == 0

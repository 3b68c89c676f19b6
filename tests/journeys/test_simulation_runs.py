"""A selection or the whole book played forward: from the board, in the background, by page and by API."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from time_machine import travel

from customers.base import LEASE
from customers.models import Customer, User
from journeys.models import AutomationSchedule, SimulationRun
from journeys.queries import simulation_runs as queries
from journeys.rules.simulated.world import Assumptions, Opens
from journeys.services import simulation_runs as services
from journeys.services.simulating import simulate
from journeys.services.simulation_runs import FAILED, KEPT_FOR, MOST_ATTEMPTS, ask_simulation, play_due
from journeys.views import simulation as pages
from tests import factories
from tests.journeys.ground import approve_plan, begin

pytestmark = pytest.mark.django_db
MANY = "/api/admin/journeys/simulate"
ASSUMED = Assumptions(opens=Opens.NONE, reply_on_day=12, hold=(date(2026, 3, 10), date(2026, 3, 14)))


@pytest.fixture(autouse=True)
def _at(now: datetime) -> Any:
    with travel(now, tick=False):
        yield


@pytest.fixture
def book(csm: User, now: datetime) -> list[Customer]:
    """Three accounts under way, by name."""
    found = []
    for name in ("Acme", "Birch", "Cedar"):
        customer: Customer = factories.CustomerFactory.create(owner=csm, timezone="UTC", name=name)
        factories.StakeholderFactory.create(customer=customer, primary=True, name=f"{name}'s Sarah")
        begin(customer, now=now, by=csm, start=date(2026, 3, 9))
        approve_plan(customer, now=now)
        found.append(customer)
    return found


@pytest.fixture
def one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one account is more than can be waited for."""
    monkeypatch.setattr(pages, "AT_ONCE", 1)
    monkeypatch.setattr("journeys.api.simulation_runs.AT_ONCE", 1)


def ask(customers: list[Customer], *, now: datetime, by: User, days: int | None = 40) -> SimulationRun:
    return ask_simulation([one.pk for one in customers], ASSUMED, days=days, now=now, by=by)


# --- The run --------------------------------------------------------------------------------------------------------


def test_run_tells_what_a_simulation_of_the_same_tells(book: list[Customer], csm: User, now: datetime) -> None:
    run = ask(book, now=now, by=csm)
    before = list(AutomationSchedule.objects.order_by("pk").values_list("pk", "status", "trigger_at"))

    assert play_due(now=now) == 1

    run.refresh_from_db()
    found = simulate([one.pk for one in book], ASSUMED, now=now, days=40)
    assert (run.played, run.total, run.due_at, run.problem) == (3, 3, None, "")
    assert run.result["outcomes"] == found.outcomes
    assert [(day["date"], day["count"]) for day in run.result["days"]] == [
        (day.date.isoformat(), len(day.events)) for day in found.days
    ]
    assert [(one["clientId"], one["to"], one["count"]) for one in run.result["mails"]] == [
        (str(pk), to, count) for pk, to, count in found.mails
    ]
    assert list(AutomationSchedule.objects.order_by("pk").values_list("pk", "status", "trigger_at")) == before


def test_run_is_played_once_however_often_it_is_rung_for(book: list[Customer], csm: User, now: datetime) -> None:
    ask(book, now=now, by=csm)

    assert [play_due(now=now), play_due(now=now)] == [1, 0]


def test_run_of_a_dead_worker_is_taken_up_and_given_up_in_the_end(
    book: list[Customer], csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(book, now=now, by=csm)

    def die(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(services, "read_worlds", die)
    for attempt in range(MOST_ATTEMPTS):
        at = now + attempt * LEASE
        with pytest.raises(KeyboardInterrupt):
            play_due(now=at)
        assert play_due(now=at + LEASE - timedelta(seconds=1)) == 0
    play_due(now=now + MOST_ATTEMPTS * LEASE)

    run.refresh_from_db()
    assert (run.problem, run.is_finished) == (FAILED, True)


def test_run_that_cannot_be_played_says_so(
    book: list[Customer], csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    run = ask(book, now=now, by=csm)
    monkeypatch.setattr(services, "play", lambda *_, **__: 1 / 0)
    client.force_login(csm)

    play_due(now=now)

    assert FAILED in client.get(reverse("journeys:simulation_run", args=[run.pk])).content.decode()


def test_new_question_drops_the_open_one_and_what_is_a_day_old(
    book: list[Customer], csm: User, lead: User, now: datetime
) -> None:
    dropped = ask(book, now=now, by=csm)
    others = ask(book, now=now, by=lead)
    old = ask(book, now=now, by=csm)
    SimulationRun.objects.filter(pk=old.pk).update(
        created_at=now - KEPT_FOR - timedelta(seconds=1), due_at=None, finished_at=now
    )

    last = ask(book, now=now, by=csm)

    assert set(SimulationRun.objects.values_list("pk", flat=True)) == {others.pk, last.pk}
    assert not SimulationRun.objects.filter(pk=dropped.pk).exists()


def test_run_is_due_until_it_is_finished(csm: User, now: datetime) -> None:
    for fields in ({"due_at": None, "finished_at": None}, {"due_at": now, "finished_at": now}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SimulationRun.objects.create(user=csm, **fields)


def test_assumptions_come_back_as_they_were() -> None:
    for assumed in (ASSUMED, Assumptions(), Assumptions(approve_after_days=None)):
        assert Assumptions.from_json(assumed.as_json()) == assumed


# --- The board and the pages ----------------------------------------------------------------------------------------


def test_board_plays_the_ticked_clients_forward(client: Client, csm: User, book: list[Customer]) -> None:
    client.force_login(csm)
    board = client.get(reverse("journeys:board")).content.decode()
    acme, birch, _ = book

    asked = client.post(
        reverse("journeys:simulate"), {"scope": "ticked", "customer": [str(acme.pk), str(birch.pk)]}, follow=True
    )

    assert f'formaction="{reverse("journeys:simulate")}"' in board
    assert "2 accounts," in asked.content.decode()
    assert asked.redirect_chain[0][0].count("ids=") == 2


def test_board_plays_all_that_match_forward(client: Client, csm: User, book: list[Customer]) -> None:
    client.force_login(csm)

    asked = client.post(reverse("journeys:simulate"), {"scope": "all", "query": "q=Cedar"}, follow=True)
    shown = client.get(asked.redirect_chain[0][0] + "&opens=all&days=40&approve_after_days=0").content.decode()

    assert "1 account," in shown
    assert "Cedar" in shown and "Birch" not in shown


def test_board_without_a_journey_offers_no_play(client: Client, csm: User, book: list[Customer]) -> None:
    client.force_login(csm)

    for state in ("none", "completed", "cancelled"):
        page = client.get(reverse("journeys:board"), {"state": state}).content.decode()
        assert f'formaction="{reverse("journeys:simulate")}"' not in page


def test_nobody_ticked_leads_back_to_the_board(client: Client, csm: User, book: list[Customer]) -> None:
    client.force_login(csm)

    answer = client.post(reverse("journeys:simulate"), {"scope": "ticked"})

    assert answer["Location"] == reverse("journeys:board")


@pytest.mark.usefixtures("one_at_once")
def test_whole_book_is_asked_for_played_and_shown(
    client: Client, csm: User, book: list[Customer], now: datetime
) -> None:
    client.force_login(csm)
    url = reverse("journeys:simulate")
    form = client.get(url).content.decode()
    assert 'method="post"' in form and "in the background" in form

    wrong = client.post(url, {"scope": "all", "opens": "all", "days": "0"}).content.decode()
    asked = client.post(url, {"scope": "all", "opens": "all", "days": "40", "approve_after_days": "0"})
    waiting = client.get(asked["Location"]).content.decode()
    play_due(now=now)
    done = client.get(asked["Location"]).content.decode()

    assert "Nothing was played forward" in wrong and "greater than or equal to 1" in wrong
    assert "Waits for its turn" in waiting
    assert "M1 is approved and delivered" in done
    assert all(one.name in done for one in book)


def test_run_is_its_askers_alone_and_names_only_what_they_may_still_see(
    client: Client, csm: User, stranger: User, book: list[Customer], now: datetime
) -> None:
    run = ask(book, now=now, by=csm)
    play_due(now=now)
    Customer.objects.filter(pk=book[0].pk).update(owner=stranger)
    url = reverse("journeys:simulation_run", args=[run.pk])

    client.force_login(stranger)
    theirs = client.get(url)
    client.force_login(csm)
    mine = client.get(url).content.decode()

    assert theirs.status_code == 404
    assert "Birch" in mine and "Acme" not in mine


@pytest.mark.django_db(transaction=True)
def test_looking_rings_where_no_worker_plays(
    client: Client, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    monkeypatch.setattr("journeys.receivers.play_simulations.delay", lambda: rung.append(1))
    run = ask_simulation([], Assumptions(), days=1, now=now, by=csm)
    client.force_login(csm)

    client.get(reverse("journeys:simulation_run", args=[run.pk]))
    SimulationRun.objects.update(due_at=now + LEASE)
    client.get(reverse("journeys:simulation_run", args=[run.pk]))

    assert len(rung) == 2


# --- The API --------------------------------------------------------------------------------------------------------


def test_api_plays_the_whole_book_at_once_where_it_is_small(
    client: Client, csm: User, book: list[Customer], stranger: User, now: datetime
) -> None:
    foreign = factories.CustomerFactory.create(owner=stranger)
    begin(foreign, now=now, by=stranger)
    client.force_login(csm)

    answer = client.post(MANY, {"days": 40}, "application/json")

    body = answer.json()
    assert (answer.status_code, body["state"], body["total"], body["played"]) == (200, "done", 3, 3)
    assert {event["client"] for day in body["days"] for event in day["events"]} == {"Acme", "Birch", "Cedar"}
    assert body["outcomes"]["person.delivered"] == 6
    assert body["mailCount"] == sum(one["count"] for one in body["mails"])


@pytest.mark.usefixtures("one_at_once")
def test_api_says_later_where_it_is_large(client: Client, csm: User, book: list[Customer], now: datetime) -> None:
    client.force_login(csm)

    asked = client.post(MANY, {"clientIds": [str(one.pk) for one in book], "days": 40}, "application/json")
    url = f"{MANY}/{asked.json()['id']}"
    waiting = client.get(url).json()
    play_due(now=now)
    done = client.get(url).json()

    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert (waiting["state"], waiting["days"]) == ("waiting", [])
    assert (done["state"], done["played"]) == ("done", 3)
    assert done["days"]


def test_api_takes_the_boards_filter(client: Client, csm: User, book: list[Customer]) -> None:
    client.force_login(csm)

    answer = client.post(MANY, {"filter": {"q": "Birch"}, "days": 40}, "application/json")

    assert answer.json()["total"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"clientIds": [], "filter": {}}, "clientIds"),
        ({"clientIds": []}, "clientIds"),
        ({"filter": {"q": "nobody of that name"}}, "clientIds"),
        ({"clientIds": ["x"]}, "clientIds"),
        ({"days": 0}, "days"),
        ({"assume": {"opens": "some"}}, "assume"),
    ],
)
def test_api_says_what_is_wrong(
    client: Client, csm: User, book: list[Customer], body: dict[str, Any], field: str
) -> None:
    client.force_login(csm)

    answer = client.post(MANY, body, "application/json")

    assert answer.status_code == 400
    assert field in answer.content.decode()


def test_api_run_of_somebody_else_is_not_there(
    client: Client, csm: User, stranger: User, book: list[Customer], now: datetime
) -> None:
    run = ask(book, now=now, by=csm)
    client.force_login(stranger)

    answer = client.get(f"{MANY}/{run.pk}")
    foreign = client.post(MANY, {"clientIds": [str(book[0].pk)]}, "application/json")

    assert (answer.status_code, foreign.status_code) == (404, 400)


def test_accounts_to_play_are_found_in_one_query(
    csm: User, book: list[Customer], now: datetime, django_assert_num_queries: Any
) -> None:
    for ids in ([book[0].pk], [one.pk for one in book]):
        with django_assert_num_queries(1):
            assert queries.ids_of(queries.find_playable(csm, ids, None, now=now)) == list(ids)

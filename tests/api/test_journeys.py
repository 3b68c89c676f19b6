"""A client's journey by API: the spec's calls, their previews, and what the state does not allow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from customers.models import Customer, Hold, User
from journeys.enums import AutomationStatus, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, Journey, JourneyChange, JourneyMonth
from tests import factories
from tests.api.conftest import Caller, error_of
from tests.journeys.ground import begin, deliver, make_version, open_month, row

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
START = date(2026, 3, 9)
ANSWER = {"journey", "months", "automations", "changes"}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def journey(customer: Customer, csm: User) -> Journey:
    return begin(customer, now=NOW - timedelta(hours=1), by=csm, start=START)


def at(customer: Customer, verb: str, query: str = "") -> str:
    return f"/api/clients/{customer.pk}/journey/{verb}{query}"


def test_start_answers_with_all_months_and_rows(api: Caller, customer: Customer) -> None:
    response = api.post(at(customer, "start"), {"startDate": "2026-03-09"})

    body = response.json()
    assert (response.status_code, set(body)) == (201, ANSWER)
    assert [month["month"] for month in body["months"]] == list(range(1, 9))
    first = body["months"][0]
    assert (first["dueDate"], first["state"], first["deliverable"]) == ("2026-03-09", "SCHEDULED", None)
    assert len(body["automations"]) == len(body["changes"]) == 32
    assert {change["old"] for change in body["changes"]} == {None}
    started = Journey.objects.get(customer=customer)
    assert (body["journey"]["id"], body["journey"]["state"]) == (str(started.pk), "active")
    assert started.started_by is not None


def test_preview_of_a_start_is_the_same_answer_and_writes_nothing(api: Caller, customer: Customer) -> None:
    previewed = api.post(at(customer, "start", "?preview=true"), {"startDate": "2026-03-09"})

    body = previewed.json()
    assert (previewed.status_code, set(body), body["journey"]) == (200, ANSWER, None)
    assert not Journey.objects.exists()
    assert not AutomationSchedule.objects.exists()
    done = api.post(at(customer, "start"), {"startDate": "2026-03-09"}).json()
    assert body["months"] == done["months"]
    for name in ("automations", "changes"):
        assert len(body[name]) == len(done[name])
    seen = [(row["kind"], row["triggerDate"], row["status"], row["payload"]) for row in body["automations"]]
    made = [(row["kind"], row["triggerDate"], row["status"], row["payload"]) for row in done["automations"]]
    assert sorted(seen, key=str) == sorted(made, key=str)


def test_programme_is_chosen_by_name_or_id(api: Caller, customer: Customer) -> None:
    version = make_version(months=3)

    by_name = api.post(
        at(customer, "start", "?preview=true"), {"startDate": "2026-03-09", "programme": version.programme.name}
    )
    by_id = api.post(at(customer, "start"), {"startDate": "2026-03-09", "programme": str(version.programme_id)})

    assert (len(by_name.json()["months"]), len(by_id.json()["months"])) == (3, 3)


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("start", {}, "startDate"),
        ("start", {"startDate": "soon"}, "startDate"),
        ("start", {"startDate": "2026-03-09", "programme": "None such"}, "programme"),
        ("pause", {"until": "2026-03-04"}, "until"),
        ("pause", {"days": 0}, "days"),
        ("pause", {"until": "2026-04-01", "days": 3}, "days"),
        ("skip", {}, "month"),
        ("skip", {"month": "x"}, "month"),
        ("undo", {"changeId": "x"}, "changeId"),
    ],
)
def test_what_is_wrong_is_400_beside_its_field(
    api: Caller, customer: Customer, verb: str, body: dict[str, Any], field: str
) -> None:
    response = api.post(at(customer, verb), body)

    assert (response.status_code, list(error_of(response)["fields"])) == (400, [field])


def test_adjust_moves_what_is_open(api: Caller, customer: Customer, journey: Journey) -> None:
    previewed = api.patch(at(customer, "adjust", "?preview=true"), {"startDate": "2026-03-16"}).json()
    assert JourneyMonth.objects.get(journey=journey, number=1).due_date == START

    body = api.patch(at(customer, "adjust"), {"startDate": "2026-03-16"}).json()

    assert [month["dueDate"] for month in body["months"]] == [month["dueDate"] for month in previewed["months"]]
    assert body["changes"] == previewed["changes"]
    change = next(one for one in body["changes"] if one["automation"]["kind"] == "journey.generate")
    assert (change["old"], change["new"]) == ("2026-03-09T13:00:00Z", "2026-03-16T13:00:00Z")
    assert change["automation"]["id"] == str(row(journey, JourneyKind.GENERATE, 1).pk)


def test_pause_resume_skip_and_cancel(api: Caller, customer: Customer, journey: Journey) -> None:
    assert api.post(at(customer, "pause", "?preview=true"), {"days": 14}).json()["months"][0]["dueDate"] == "2026-03-23"
    assert not Hold.objects.exists()

    paused = api.post(at(customer, "pause"), {"until": "2026-03-20", "reason": "Holiday"})
    assert (paused.status_code, paused.json()["journey"]["heldSince"] is not None) == (200, True)
    assert api.post(at(customer, "resume"), {}).status_code == 200
    skipped = api.post(at(customer, "skip"), {"month": 3, "reason": "Done"}).json()
    assert skipped["months"][2]["state"] == "SKIPPED"
    cancelled = api.post(at(customer, "cancel"), {"reason": "Gone"}).json()

    assert cancelled["journey"]["state"] == "cancelled"
    open_rows = AutomationSchedule.objects.filter(subject_id=journey.pk, status=AutomationStatus.SCHEDULED)
    assert not open_rows.exclude(kind=JourneyKind.WELCOME_BACK).exists()


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("start", {"startDate": "2026-03-09"}),
        ("resume", {}),
        ("skip", {"month": 9}),
    ],
)
def test_what_the_state_does_not_allow_is_409(
    api: Caller, customer: Customer, journey: Journey, verb: str, body: dict[str, Any]
) -> None:
    for query in ("?preview=true", ""):
        response = api.post(at(customer, verb, query), body)
        assert (response.status_code, error_of(response)["code"]) == (409, "not_possible")


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
def test_client_on_no_journey_is_409(api: Caller, customer: Customer, verb: str) -> None:
    response = api.post(at(customer, verb), {})

    assert (response.status_code, error_of(response)["code"]) == (409, "not_possible")


def test_force_is_for_leads(
    api: Caller, call_as: Callable[..., Caller], lead: User, customer: Customer, journey: Journey
) -> None:
    refused = api.post(at(customer, "force"), {"month": 1})
    assert (refused.status_code, error_of(refused)["code"]) == (403, "leaders_only")

    forced = call_as(lead).post(at(customer, "force"), {"month": 1})

    assert forced.status_code == 200
    assert row(journey, JourneyKind.GENERATE, 1).payload["force"] is True


def test_change_is_taken_back_as_it_was_shown(api: Caller, customer: Customer, journey: Journey) -> None:
    api.patch(at(customer, "adjust"), {"startDate": "2026-03-16"})

    previewed = api.post(at(customer, "undo", "?preview=true"), {}).json()
    assert previewed["months"][0]["dueDate"] == "2026-03-09"
    assert JourneyMonth.objects.get(journey=journey, number=1).due_date == date(2026, 3, 16)
    assert JourneyChange.objects.filter(undone_at__isnull=False).count() == 0

    undone = api.post(at(customer, "undo"), {}).json()

    assert undone["months"] == previewed["months"]
    assert JourneyMonth.objects.get(journey=journey, number=1).due_date == START


def test_timeline_tells_state_deliverable_and_history(api: Caller, customer: Customer, journey: Journey) -> None:
    delivered = deliver(journey, 1, now=NOW - timedelta(days=4))
    deliver(journey, 2, now=NOW)
    open_month(journey, 2, now=NOW)

    body = api.get(at(customer, "timeline")).json()

    assert set(body) == {*ANSWER, "history"}
    first, second, third = body["months"][:3]
    assert (first["state"], first["overdue"], first["deliverable"]["id"]) == ("DELIVERED", True, str(delivered.pk))
    assert (second["state"], second["overdue"]) == ("OPENED", False)
    assert (third["state"], third["deliverable"]) == ("SCHEDULED", None)
    assert [line["action"] for line in body["history"]] == ["started"]


def test_timeline_of_a_client_without_a_journey_is_404(api: Caller, customer: Customer) -> None:
    assert api.get(at(customer, "timeline")).status_code == 404


def test_journey_of_another_team_is_404(api: Caller, foreign: Customer) -> None:
    theirs = begin(foreign, now=NOW)

    assert api.get(at(foreign, "timeline")).status_code == 404
    for verb in ("start", "pause", "resume", "skip", "cancel", "force", "undo"):
        assert api.post(at(foreign, verb), {"startDate": "2026-03-09", "month": 1}).status_code == 404
    assert api.patch(at(foreign, "adjust"), {"startDate": "2026-03-16"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == JourneyState.ACTIVE


def test_change_of_another_client_is_404(api: Caller, customer: Customer, journey: Journey, foreign: Customer) -> None:
    begin(foreign, now=NOW)
    theirs = JourneyChange.objects.get(customer=foreign)

    assert api.post(at(customer, "undo"), {"changeId": str(theirs.pk)}).status_code == 404


def test_reader_may_look_and_not_change(
    call_as: Callable[..., Caller], reader: User, customer: Customer, journey: Journey
) -> None:
    api = call_as(reader, ("read", "write"))

    assert api.get(at(customer, "timeline")).status_code == 200
    assert api.post(at(customer, "pause"), {}).status_code == 403


def test_repeated_start_with_the_same_key_gets_the_first_answer(api: Caller, customer: Customer) -> None:
    first = api.post(at(customer, "start"), {"startDate": "2026-03-09"}, idempotency_key="one")
    again = api.post(at(customer, "start"), {"startDate": "2026-03-09"}, idempotency_key="one")

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert Journey.objects.count() == 1


SELECTION = "/api/admin/journeys/selection"


def test_selection_by_ids_is_previewed_and_done(api: Caller, customer: Customer, csm: User, journey: Journey) -> None:
    fresh = factories.CustomerFactory.create(owner=csm)
    asked = {"action": "adjust", "clientIds": [str(customer.pk), str(fresh.pk)], "days": 7}

    previewed = api.post(f"{SELECTION}?preview=true", asked).json()
    journey.refresh_from_db()
    assert journey.start_date == START
    done = api.post(SELECTION, asked).json()

    refused = [{"reason": "This client is on no journey.", "count": 1}]
    [shown] = previewed.pop("clients")
    assert (shown["clientId"], len(shown["moves"])) == (str(customer.pk), 8)
    assert shown["moves"][0] == {"month": 1, "oldDate": "2026-03-09", "newDate": "2026-03-16", "end": ""}
    assert (
        {**previewed, "clients": []}
        == done
        == {"total": 2, "changed": 1, "refused": refused, "clients": [], "batch": None}
    )
    journey.refresh_from_db()
    assert journey.start_date == date(2026, 3, 16)


def test_selection_is_cancelled_with_a_reason_on_record(api: Caller, customer: Customer, journey: Journey) -> None:
    asked = {"action": "cancel", "clientIds": [str(customer.pk)], "reason": "They left."}

    previewed = api.post(f"{SELECTION}?preview=true", asked).json()
    journey.refresh_from_db()
    assert journey.is_active
    api.post(SELECTION, asked)

    assert previewed["clients"][0]["moves"][0] == {
        "month": 1,
        "oldDate": "2026-03-09",
        "newDate": None,
        "end": "cancelled",
    }
    journey.refresh_from_db()
    assert (journey.state, journey.reason) == ("cancelled", "They left.")


def test_trigger_for_a_selection_is_previewed_done_and_taken_back(
    api: Caller, customer: Customer, journey: Journey
) -> None:
    asked = {"action": "trigger", "kind": "journey.upcoming", "month": 4, "clientIds": [str(customer.pk)]}
    before = row(journey, JourneyKind.UPCOMING, 4).trigger_at

    preview = api.post(f"{SELECTION}?preview=true", asked).json()
    assert (preview["changed"], row(journey, JourneyKind.UPCOMING, 4).trigger_at) == (1, before)
    [moves] = preview["clients"]
    assert [(move["month"], move["oldDate"], move["newDate"]) for move in moves["moves"]] == [
        (4, before.date().isoformat(), NOW.date().isoformat())
    ]
    assert api.post(SELECTION, asked).json()["changed"] == 1

    assert row(journey, JourneyKind.UPCOMING, 4).trigger_at - NOW < timedelta(minutes=1)
    assert api.post(at(customer, "undo"), {}).status_code == 200
    assert row(journey, JourneyKind.UPCOMING, 4).trigger_at == before


def test_pause_until_a_day_ends_with_its_beginning_where_each_client_is(api: Caller, csm: User) -> None:
    zones = ("Pacific/Auckland", "America/Los_Angeles")
    clients = [factories.CustomerFactory.create(owner=csm, timezone=zone) for zone in zones]
    for one in clients:
        begin(one, now=NOW - timedelta(hours=1), by=csm, start=START)

    asked = {"action": "pause", "until": "2026-03-20", "clientIds": [str(one.pk) for one in clients]}
    assert api.post(SELECTION, asked).json()["changed"] == 2

    ends = {hold.customer_id: hold.until for hold in Hold.objects.all()}
    assert [ends[one.pk] for one in clients] == [
        datetime(2026, 3, 19, 11, 0, tzinfo=UTC),
        datetime(2026, 3, 20, 7, 0, tzinfo=UTC),
    ]


def test_forcing_for_a_selection_by_api_is_refused_to_a_csm(api: Caller, customer: Customer, journey: Journey) -> None:
    asked = {"action": "force", "clientIds": [str(customer.pk)], "month": 2}

    assert api.post(f"{SELECTION}?preview=true", asked).status_code == 403
    assert api.post(SELECTION, asked).status_code == 403


def test_selection_by_filter_starts_those_on_no_journey(api: Caller, csm: User, journey: Journey) -> None:
    for _ in range(2):
        factories.CustomerFactory.create(owner=csm, segment="Enterprise")
    asked = {"action": "start", "filter": {"state": "none", "segment": "Enterprise"}, "startDate": "2026-03-09"}

    done = api.post(SELECTION, asked).json()

    assert (done["total"], done["changed"], done["refused"]) == (2, 2, [])
    assert Journey.objects.count() == 3


def test_clients_of_another_team_are_no_part_of_a_selection(api: Caller, foreign: Customer) -> None:
    begin(foreign, now=NOW)

    body = api.post(SELECTION, {"action": "pause", "clientIds": [str(foreign.pk)], "days": 3}).json()

    assert body == {"total": 0, "changed": 0, "refused": [], "clients": [], "batch": None}
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"action": "dance", "clientIds": []}, "action"),
        ({"action": "trigger", "clientIds": []}, "kind"),
        ({"action": "pause"}, "clientIds"),
        ({"action": "pause", "clientIds": [], "filter": {}}, "clientIds"),
        ({"action": "adjust", "clientIds": []}, "startDate"),
        ({"action": "skip", "clientIds": []}, "month"),
        ({"action": "pause", "clientIds": [], "days": 0}, "days"),
        ({"action": "pause", "filter": {"state": "x"}}, "filter.state"),
    ],
)
def test_wrong_selection_is_400_beside_its_field(api: Caller, asked: dict[str, Any], field: str) -> None:
    response = api.post(SELECTION, asked)

    assert (response.status_code, list(error_of(response)["fields"])) == (400, [field])

"""A negotiation by API: the same services as the page, a lead's decision only by a token that approves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from customers.models import Activity, Brake, Customer, Hold, Todo, User
from customers.queries.calendars import zone
from customers.services.holds import set_brake
from emails.models import Draft
from outreach.models import Reaction
from renewals.models import Objection, Renewal, TermNote
from renewals.services.negotiate import start_negotiate
from tests import factories
from tests.api.conftest import Caller, error_of
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def running(customer: Customer) -> Iterator[Customer]:
    factories.ContractFactory.create(customer=customer)
    yield customer


def at(customer: Customer, rest: str = "") -> str:
    return f"/api/customers/{customer.pk}/negotiation{rest}"


def test_negotiation_is_begun_carried_on_and_read(api: Caller, running: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=running, email="jen@acme.example")
    begun = api.post(at(running, "/start"), {"reason": "Price"}).json()
    again = api.post(at(running, "/start"), {"reason": "Price"}).json()
    objected = {"kind": "price", "quote": "Too dear", "stakeholderId": str(person.pk)}
    noted = api.post(at(running, "/objections"), objected)
    terms = api.post(at(running, "/terms"), {"price": "268000.00", "termMonths": 24}).json()
    step = api.post(at(running, "/next-steps"), {"title": "Send the contract", "dueDate": "2026-03-09"}).json()

    shown = api.get(at(running)).json()

    assert begun["startedAt"] == again["startedAt"] is not None
    assert noted.status_code == 201
    assert [row["objection"]["id"] for row in shown["openObjections"]] == [noted.json()["id"]]
    assert shown["openObjections"][0]["canBeAnswered"] is True
    assert shown["openObjections"][0]["scenario"]["recommendedResponse"]["acknowledge"]
    assert (terms["version"], terms["state"], terms["price"], terms["currency"]) == (1, "discussed", "268000.00", "USD")
    assert [row["id"] for row in shown["terms"]] == [terms["id"]]
    assert [row["id"] for row in shown["nextSteps"]] == [step["id"]]
    assert Activity.objects.filter(verb="negotiate.started").count() == 1


def test_answer_is_written_once_and_the_objection_settled_once(api: Caller, running: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=running, email="jen@acme.example")
    body = {"kind": "budget", "quote": "No money", "stakeholderId": str(person.pk)}
    path = at(running, f"/objections/{api.post(at(running, '/objections'), body).json()['id']}")

    first, second = api.post(f"{path}/answer"), api.post(f"{path}/answer")
    settled = api.post(f"{path}/settle", {"how": "Two instalments"})
    twice = api.post(f"{path}/settle", {"how": "Once more"})

    assert first.status_code == 200
    assert first.json()["id"] == second.json()["id"]
    assert (first.json()["state"], first.json()["to"]) == ("draft", "jen@acme.example")
    assert Draft.objects.count() == 1
    assert (settled.json()["settledHow"], settled.json()["settledBy"]) == ("Two instalments", "dana")
    assert error_of(twice)["code"] == "objection_closed"
    assert Objection.objects.get().settled_how == "Two instalments"


def test_objection_of_nobody_has_no_answer(api: Caller, running: Customer) -> None:
    noted = api.post(at(running, "/objections"), {"kind": "timing", "quote": "Not now"}).json()

    answer = api.post(at(running, f"/objections/{noted['id']}/answer"))

    assert (answer.status_code, error_of(answer)["code"]) == (409, "nobody_to_answer")
    assert not Draft.objects.exists()


def test_discount_of_a_csm_waits_for_a_lead_who_decides_once(
    api: Caller, running: Customer, lead: User, call_as: Callable[..., Caller]
) -> None:
    note = api.post(at(running, "/terms"), {"discountPercent": 5}).json()
    path = at(running, f"/terms/{note['id']}/decide")

    refused = api.post(path, {"approved": True})
    decided = call_as(lead).post(path, {"approved": True})
    twice = call_as(lead).post(path, {"approved": False})

    assert (note["state"], note["discountPercent"]) == ("proposed", 5.0)
    assert (refused.status_code, error_of(refused)["code"]) == (403, "may_not_decide")
    assert (decided.json()["state"], decided.json()["decidedBy"]) == ("approved", lead.username)
    assert error_of(twice)["code"] == "terms_decided"
    assert TermNote.objects.get().state == "approved"


@pytest.mark.parametrize(("scopes", "state"), [(("read", "write"), "proposed"), (("write", "approve"), "approved")])
def test_discount_of_a_lead_is_decided_only_by_a_token_that_approves(
    running: Customer, lead: User, call_as: Callable[..., Caller], scopes: tuple[str, ...], state: str
) -> None:
    answer = call_as(lead, scopes).post(at(running, "/terms"), {"discountPercent": 5})

    assert (answer.status_code, answer.json()["state"]) == (201, state)
    assert TermNote.objects.filter(decided_at=None).exists() is (state == "proposed")


def test_a_lead_without_the_scope_decides_nothing(
    api: Caller, running: Customer, lead: User, call_as: Callable[..., Caller]
) -> None:
    note = api.post(at(running, "/terms"), {"discountPercent": 5}).json()

    answer = call_as(lead, ("read", "write")).post(at(running, f"/terms/{note['id']}/decide"), {"approved": True})

    assert (answer.status_code, error_of(answer)["code"]) == (403, "missing_scope")
    assert TermNote.objects.get().state == "proposed"


@pytest.mark.parametrize(
    ("rest", "body", "field"),
    [
        ("/start", {}, "reason"),
        ("/start", {"reason": " "}, "reason"),
        ("/objections", {"kind": "mood", "quote": "x"}, "kind"),
        ("/objections", {"kind": "price", "quote": " "}, "quote"),
        ("/terms", {"termMonths": 0}, "termMonths"),
        ("/terms", {"discountPercent": 100.01}, "discountPercent"),
        ("/terms", {"price": "-1"}, "price"),
        ("/next-steps", {"title": "Call", "dueDate": "soon"}, "dueDate"),
    ],
)
def test_wrong_body_is_refused_beside_its_field(
    api: Caller, running: Customer, rest: str, body: dict[str, Any], field: str
) -> None:
    answer = api.post(at(running, rest), body)

    assert answer.status_code == 400
    assert list(error_of(answer)["fields"]) == [field]
    assert not TermNote.objects.exists()
    assert not Todo.objects.exists()


def test_terms_of_nothing_are_refused(api: Caller, running: Customer) -> None:
    assert api.post(at(running, "/terms"), {"price": None, "note": ""}).status_code == 400
    assert not TermNote.objects.exists()


def test_without_a_contract_there_is_nothing_to_negotiate(api: Caller, customer: Customer) -> None:
    assert api.get(at(customer)).status_code == 404
    assert error_of(api.post(at(customer, "/start"), {"reason": "Price"}))["code"] == "no_contract"
    assert not Renewal.objects.exists()


def test_person_of_another_account_is_not_there(api: Caller, running: Customer, csm: User) -> None:
    other = factories.StakeholderFactory.create(customer=factories.CustomerFactory.create(owner=csm))

    answer = api.post(at(running, "/objections"), {"kind": "price", "quote": "x", "stakeholderId": str(other.pk)})

    assert answer.status_code == 404
    assert not Objection.objects.exists()


# -- the question after a reply --------------------------------------------------------------------------------


def reaction(customer: Customer, rest: str = "") -> str:
    return f"/api/customers/{customer.pk}/reaction{rest}"


def test_question_is_read_decided_and_taken_back(api: Caller, running: Customer, csm: User) -> None:
    set_brake(running, reason="They called", now=NOW, by=csm)
    asked = api.get(reaction(running)).json()

    made = api.post(reaction(running), {"choice": "hold", "until": "2026-03-20", "reason": "Board"})
    held = api.get(reaction(running)).json()
    hold = Hold.objects.get()
    undone = api.post(reaction(running, f"/{made.json()['id']}/undo"))
    twice = api.post(reaction(running, f"/{made.json()['id']}/undo"))

    assert asked["question"]["reason"] == "They called"
    assert [row["proposed"] for row in asked["question"]["choices"]] == [True, False]
    assert made.status_code == 201
    assert (held["question"], held["decided"]["id"], held["obstacle"]) == (None, made.json()["id"], "")
    assert hold.until == datetime(2026, 3, 20, tzinfo=zone(running.timezone))
    assert undone.json()["undoneAt"] is not None
    assert error_of(twice)["code"] == "too_late"
    assert Brake.objects.filter(customer=running, cleared_at=None).exists()
    assert not Hold.objects.filter(ended_at=None).exists()


def test_nothing_is_decided_where_nothing_asks(api: Caller, running: Customer) -> None:
    answer = api.post(reaction(running), {"choice": "resume"})

    assert (answer.status_code, error_of(answer)["code"]) == (409, "nothing_to_decide")
    assert api.get(reaction(running)).json() == {"question": None, "decided": None, "obstacle": ""}
    assert not Reaction.objects.exists()


def test_choice_that_is_not_offered_is_refused(api: Caller, running: Customer, csm: User) -> None:
    set_brake(running, reason="They called", now=NOW, by=csm)

    answer = api.post(reaction(running), {"choice": "accelerate"})

    assert list(error_of(answer)["fields"]) == ["choice"]
    assert Brake.objects.filter(cleared_at=None).exists()


def test_hold_that_ends_before_it_starts_is_refused_whole(api: Caller, running: Customer, csm: User) -> None:
    set_brake(running, reason="They called", now=NOW, by=csm)

    answer = api.post(reaction(running), {"choice": "hold", "until": "2026-03-01"})

    assert list(error_of(answer)["fields"]) == ["until"]
    assert not Reaction.objects.exists()
    assert Brake.objects.filter(cleared_at=None).exists()


def test_choosing_to_negotiate_begins_it(api: Caller, running: Customer, csm: User) -> None:
    api.post(at(running, "/objections"), {"kind": "price", "quote": "Too dear"})
    set_brake(running, reason="They called", now=NOW, by=csm)

    made = api.post(reaction(running), {"choice": "negotiate", "reason": "Price"})

    assert made.status_code == 201
    assert Renewal.objects.get().negotiate_started_at is not None


def test_decision_of_another_account_is_not_there(
    api: Caller, running: Customer, foreign: Customer, stranger: User
) -> None:
    brake = set_brake(foreign, reason="Theirs", now=NOW, by=stranger)
    theirs = Reaction.objects.create(
        customer=foreign, brake=brake, choice="resume", proposed="resume", decided_at=NOW, decided_by=stranger
    )

    answers = [
        api.post(reaction(running, f"/{theirs.pk}/undo")),
        api.post(reaction(running, f"/{uuid4()}/undo")),
        api.post(reaction(foreign, f"/{theirs.pk}/undo")),
        api.get(reaction(foreign)),
    ]

    assert {answer.status_code for answer in answers} == {404}
    theirs.refresh_from_db()
    assert theirs.undone_at is None


def test_reading_takes_the_same_queries_for_one_and_for_many(
    api: Caller, running: Customer, csm: User, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        api.post(at(running, "/terms"), {"note": "Monthly payment"})
        api.post(at(running, "/objections"), {"kind": "price", "quote": "Too dear"})
    start_negotiate(Renewal.objects.get(), reason="Price", now=NOW, by=csm)
    api.get(at(running))

    with django_assert_num_queries(10):
        api.get(at(running))
    for _ in range(5):
        api.post(at(running, "/terms"), {"note": "Monthly payment"})
        api.post(at(running, "/objections"), {"kind": "price", "quote": "Too dear"})

    with django_assert_num_queries(10):
        api.get(at(running))

"""What an introduction was answered, and the price list: by API, through the page's services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from customers.models import Activity, Customer, User
from outreach.models import Offer, Opportunity, UpsellIntroduction
from tests import factories
from tests.api.conftest import Caller, error_of
from tests.outreach.expanding import grow

pytestmark = pytest.mark.django_db


def test_task_of_another_kind_has_no_ways(api: Caller, customer: Customer) -> None:
    plain = api.post(f"/api/customers/{customer.pk}/todos", {"title": "Call"}).json()

    assert api.get(f"/api/todos/{plain['id']}/channel").status_code == 404
    assert api.post(f"/api/todos/{plain['id']}/channel", {"channel": "nudge"}).status_code == 404


# -- introductions ---------------------------------------------------------------------------------------------


@pytest.fixture
def growing(office_hours: None, customer: Customer, now: datetime) -> Customer:
    factories.StakeholderFactory.create(customer=customer, name="Jennifer Park", primary=True)
    avery = factories.UserFactory.create(username="avery")
    Customer.objects.filter(pk=customer.pk).update(account_executive=avery)
    return grow(customer, now=now)


def test_introduction_is_listed_copied_and_answered(api: Caller, growing: Customer, now: datetime) -> None:
    draft = api.post(f"/api/customers/{growing.pk}/upsell-intro").json()
    path = f"/api/introductions/{draft['introductionId']}"

    copied = api.post(f"{path}/copy", {"copied": True, "version": draft["version"]}).json()
    stale = api.post(f"{path}/copy", {"copied": False, "version": draft["version"]})
    dropped = api.post(f"{path}/copy", {"copied": False, "version": copied["version"]}).json()
    early = api.post(f"{path}/answer", {"response": "yes"})
    UpsellIntroduction.objects.update(sent_at=now)
    answered = api.post(f"{path}/answer", {"response": "maybe"}).json()
    listed = api.get(f"/api/customers/{growing.pk}/introductions").json()["results"]

    assert (copied["cc"], dropped["cc"]) == (["avery@evergreen.example"], [])
    assert error_of(stale)["code"] == "stale_version"
    assert list(error_of(early)["fields"]) == ["response"]
    assert answered["response"] == "maybe"
    assert [(row["id"], row["response"]) for row in listed] == [(draft["introductionId"], "maybe")]


@pytest.mark.parametrize("response", ["timeout", "perhaps", ""])
def test_answer_is_yes_maybe_or_no(api: Caller, growing: Customer, response: str) -> None:
    draft = api.post(f"/api/customers/{growing.pk}/upsell-intro").json()

    answer = api.post(f"/api/introductions/{draft['introductionId']}/answer", {"response": response})

    assert list(error_of(answer)["fields"]) == ["response"]


def test_introduction_of_another_team_is_not_there(api: Caller, foreign: Customer, now: datetime) -> None:
    row = UpsellIntroduction.objects.create(
        customer=foreign, framing="educational", proposed="educational", written_at=now, sent_at=now
    )

    answers = [
        api.post(f"/api/introductions/{row.pk}/answer", {"response": "yes"}),
        api.post(f"/api/introductions/{row.pk}/copy", {"copied": True, "version": 1}),
        api.post(f"/api/introductions/{uuid4()}/answer", {"response": "yes"}),
        api.get(f"/api/customers/{foreign.pk}/introductions"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    row.refresh_from_db()
    assert row.response == ""


def test_expansion_is_put_into_the_pipeline_once(api: Caller, growing: Customer) -> None:
    found = api.post(f"/api/customers/{growing.pk}/expansion/look")
    again = api.post(f"/api/customers/{growing.pk}/expansion/look")

    assert (found.status_code, found.json()["stage"]) == (200, "identified")
    assert found.json()["id"] == again.json()["id"]
    assert Opportunity.objects.count() == 1


def test_where_nothing_speaks_for_an_expansion_none_is_found(api: Caller, customer: Customer) -> None:
    answer = api.post(f"/api/customers/{customer.pk}/expansion/look")

    assert (answer.status_code, error_of(answer)["code"]) == (409, "conflict")
    assert not Opportunity.objects.exists()


# -- the price list --------------------------------------------------------------------------------------------

PLAN = {"name": "Enterprise", "annualPrice": "48000.00", "currency": "usd", "features": ["Audit log"]}


def test_price_list_is_kept_by_leads_and_read_by_all(api: Caller, lead: User, call_as: Callable[..., Caller]) -> None:
    leads = call_as(lead)
    made = leads.post("/api/offers", PLAN)
    path = f"/api/offers/{made.json()['id']}"

    changed = leads.patch(path, {"active": False}).json()
    twice = leads.post("/api/offers", PLAN)
    refused = [api.post("/api/offers", PLAN), api.patch(path, {"active": True})]
    listed = api.get("/api/offers").json()["results"]

    assert made.status_code == 201
    assert (made.json()["annualPrice"], made.json()["currency"], made.json()["active"]) == ("48000.00", "USD", True)
    assert (changed["name"], changed["features"], changed["active"]) == ("Enterprise", ["Audit log"], False)
    assert twice.status_code == 400
    assert {(one.status_code, error_of(one)["code"]) for one in refused} == {(403, "leaders_only")}
    assert [row["active"] for row in listed] == [False]
    assert Activity.objects.filter(verb__startswith="offer.").count() == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"annualPrice": "-1"}, "annualPrice"),
        ({"currency": "12"}, "currency"),
        ({"features": ["x" * 121]}, "features.0"),
        ({"features": ["x"] * 21}, "features"),
        ({"resourcesUrl": "http://plain.example"}, "resourcesUrl"),
        ({"resourcesUrl": "javascript:alert(1)"}, "resourcesUrl"),
        ({"position": 32768}, "position"),
    ],
)
def test_plan_that_is_wrong_is_refused_beside_its_field(
    lead: User, call_as: Callable[..., Caller], wrong: dict[str, Any], field: str
) -> None:
    answer = call_as(lead).post("/api/offers", {**PLAN, **wrong})

    assert (answer.status_code, list(error_of(answer)["fields"])) == (400, [field])
    assert not Offer.objects.exists()

"""Introductions, feature requests and opportunities, by API."""

from __future__ import annotations

from datetime import datetime

import pytest

from customers.models import Customer, User
from emails.models import Draft
from outreach.enums import OpportunityStage
from outreach.models import FeatureRequest, Opportunity, UpsellIntroduction
from tests import factories
from tests.api.conftest import Caller, error_of, key_of
from tests.outreach.expanding import grow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def growing(customer: Customer, csm: User, now: datetime) -> Customer:
    factories.StakeholderFactory.create(customer=customer, name="Jennifer Park", primary=True)
    avery = factories.UserFactory.create(username="avery")
    Customer.objects.filter(pk=customer.pk).update(account_executive=avery)
    return grow(customer, now=now)


def path(customer: Customer, what: str) -> str:
    return f"/api/customers/{customer.pk}/{what}"


def test_introduction_is_written_as_the_rules_choose(api: Caller, growing: Customer) -> None:
    response = api.post(path(growing, "upsell-intro"))

    body = response.json()
    assert response.status_code == 201
    assert (body["approach"], body["recommendedApproach"], body["directness"]) == ("problem_solving",) * 2 + ("soft",)
    assert (body["state"], body["toName"], body["lane"], body["origin"]) == (
        "draft",
        "Jennifer Park",
        "upsell",
        "upsell",
    )
    assert "98 of 100 in use (98%)" in body["body"] and body["reasons"][0].endswith("is used.")
    assert api.get(f"/api/emails/drafts/{body['id']}").json()["version"] == 1
    facts = api.get(f"/api/emails/drafts/{body['id']}/facts").json()
    assert {fact["state"] for fact in facts} == {"supported"}


def test_approach_directness_and_copy_are_taken(api: Caller, growing: Customer) -> None:
    asked = {"approach": "value_add", "directness": "direct", "ccAccountExecutive": True}

    body = api.post(path(growing, "upsell-intro"), asked).json()

    assert (body["approach"], body["recommendedApproach"]) == ("value_add", "problem_solving")
    assert body["cc"] == ["avery@evergreen.example"] and body["ccAccountExecutive"] is True


def test_what_is_wrong_is_told_by_field(api: Caller, growing: Customer) -> None:
    Customer.objects.filter(pk=growing.pk).update(account_executive=None)

    wrong = api.post(path(growing, "upsell-intro"), {"approach": "pushy", "directness": "loud"})
    missing = api.post(path(growing, "upsell-intro"), {"ccAccountExecutive": True})

    assert (wrong.status_code, set(error_of(wrong)["fields"])) == (400, {"approach", "directness"})
    assert (missing.status_code, set(error_of(missing)["fields"])) == (400, {"copiesAccountExecutive"})
    assert not UpsellIntroduction.objects.exists()


def test_repeat_with_the_same_key_writes_one(api: Caller, growing: Customer) -> None:
    first = api.post(path(growing, "upsell-intro"), {}, Idempotency_Key="k1")
    again = api.post(path(growing, "upsell-intro"), {}, Idempotency_Key="k1")

    assert first.json()["id"] == again.json()["id"] and Draft.objects.count() == 1


def test_feature_requests_are_kept_once_and_seen_in_the_context(api: Caller, growing: Customer) -> None:
    asked = [{"text": "Single sign-on", "source": "Ticket 7", "askedOn": "2026-02-01"}, {"text": "ADVANCED analytics"}]

    response = api.post(path(growing, "feature-requests"), asked)

    assert [row["text"] for row in response.json()] == ["Single sign-on"]
    listed = api.get(path(growing, "feature-requests")).json()
    assert {row["text"] for row in listed["results"]} == {"Single sign-on", "advanced analytics"}
    context = api.get(path(growing, "expansion-context")).json()
    assert set(context["featureRequests"]) == {"Single sign-on", "advanced analytics"}
    assert context["opportunity"]["recommendedPlan"] == "Enterprise"
    assert [row["metric"] for row in context["savings"]] == ["exports"]
    mine = FeatureRequest.objects.get(text="Single sign-on")
    assert api.delete(path(growing, f"feature-requests/{mine.pk}")).status_code == 204
    assert api.delete(path(growing, f"feature-requests/{mine.pk}")).status_code == 404


@pytest.mark.parametrize("wrong", [{}, {"text": ""}, {"text": "x" * 201}, {"text": "a", "askedOn": "soon"}, [], "x", 7])
def test_malformed_request_is_refused(api: Caller, growing: Customer, wrong: object) -> None:
    response = api.post(path(growing, "feature-requests"), wrong)

    assert response.status_code == 400 or response.json() == []


def make(customer: Customer, now: datetime, **fields: object) -> Opportunity:
    opportunity: Opportunity = Opportunity.objects.create(
        **{"customer": customer, "name": "Acme: Enterprise", "found_at": now, "estimated_value": 48_000, **fields}
    )
    return opportunity


def test_opportunities_are_listed_filtered_and_moved(api: Caller, growing: Customer, now: datetime) -> None:
    one = make(growing, now)
    make(growing, now, stage=OpportunityStage.LOST, closed_at=now, end_reason="Price")

    assert api.get("/api/opportunities").json()["count"] == 2
    open_ones = api.get("/api/opportunities", stage="identified", customerId=str(growing.pk), owner="dana").json()
    assert [row["id"] for row in open_ones["results"]] == [str(one.pk)]
    assert open_ones["results"][0]["estimatedValue"] == "48000.00"
    assert api.get("/api/opportunities", stage="sold").status_code == 400
    assert api.patch(f"/api/opportunities/{one.pk}", {"stage": "won"}).status_code == 400
    won = api.patch(f"/api/opportunities/{one.pk}", {"stage": "won", "reason": "Signed"})
    assert (won.status_code, won.json()["stage"], won.json()["endReason"]) == (200, "won", "Signed")
    late = api.patch(f"/api/opportunities/{one.pk}", {"stage": "lost", "reason": "No", "seen": "identified"})
    assert (late.status_code, error_of(late)["code"]) == (409, "stage_moved")


def test_what_is_not_yours_is_not_there(api: Caller, foreign: Customer, now: datetime) -> None:
    other = make(foreign, now)

    assert api.post(path(foreign, "upsell-intro")).status_code == 404
    assert api.get(path(foreign, "feature-requests")).status_code == 404
    assert api.post(path(foreign, "feature-requests"), {"text": "SSO"}).status_code == 404
    assert api.get("/api/opportunities").json()["count"] == 0
    assert api.get(f"/api/opportunities/{other.pk}").status_code == 404
    assert api.patch(f"/api/opportunities/{other.pk}", {"stage": "won", "reason": "x"}).status_code == 404
    assert not UpsellIntroduction.objects.exists() and not FeatureRequest.objects.exists()


def test_token_that_may_read_writes_nothing(growing: Customer, csm: User) -> None:
    reads = Caller(key_of(csm, ["read"]))

    assert reads.post(path(growing, "upsell-intro")).status_code == 403
    assert reads.post(path(growing, "feature-requests"), {"text": "SSO"}).status_code == 403

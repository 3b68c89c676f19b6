"""The renewal and the Engage plan by API: entered, locked, opened, decided otherwise, ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Contract, Customer, Stakeholder, User
from emails.models import Draft
from outreach.models import OutreachPlan
from renewals.models import Override, Renewal
from tests import factories
from tests.api.conftest import Caller, error_of

DAY_115 = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)  # a Monday, 115 days before 2 July


@pytest.fixture(autouse=True)
def _on_day_115(db: None) -> Iterator[None]:
    with time_machine.travel(DAY_115):
        yield


@pytest.fixture
def contract(customer: Customer) -> Contract:
    return factories.ContractFactory.create(customer=customer)


@pytest.fixture
def people(customer: Customer) -> list[Stakeholder]:
    rows = [("Jennifer Park", "champion"), ("Tom Weller", "decision_maker"), ("Priya Raman", "economic_buyer")]
    return [
        factories.StakeholderFactory.create(
            customer=customer, name=name, roles=[role], email=f"{name.split()[0].lower()}@acmerail.example"
        )
        for name, role in rows
    ]


@pytest.fixture
def path(customer: Customer) -> str:
    return f"/api/customers/{customer.pk}"


# The renewal


def test_renewal_is_read_in_the_shape(api: Caller, path: str, contract: Contract) -> None:
    response = api.get(f"{path}/renewal")

    shown = response.json()
    assert response.status_code == 200
    expected = {
        "stage": "engage",
        "daysToRenewal": 115,
        "renewalDate": "2026-07-02",
        "noticeDeadline": "2026-04-03",
        "noticeDays": 90,
        "currency": "USD",
        "currentPrice": "250000.00",
        "targetPrice": "268000.00",
        "increasePercent": 7.2,
        "priceLocked": False,
        "confidence": None,
        "outcome": None,
    }
    assert {name: shown[name] for name in expected} == expected


def test_days_count_in_the_customers_zone(api: Caller, customer: Customer, path: str, contract: Contract) -> None:
    customer.timezone = "Pacific/Auckland"
    customer.save()

    assert api.get(f"{path}/renewal").json()["daysToRenewal"] == 114


def test_renewal_without_contract_is_404_until_it_is_entered(api: Caller, path: str) -> None:
    before = api.get(f"{path}/renewal")
    short = api.patch(f"{path}/renewal", {"targetPrice": "1000"})
    entered = api.patch(
        f"{path}/renewal", {"renewalDate": "2026-07-02", "currentPrice": 250000, "targetPrice": "268000.00"}
    )

    assert before.status_code == 404
    assert (short.status_code, set(error_of(short)["fields"])) == (400, {"currentPrice", "renewalDate"})
    assert entered.status_code == 200
    assert (entered.json()["currentPrice"], entered.json()["increasePercent"]) == ("250000.00", 7.2)


def test_change_renewal_writes_contract_price_and_prepare(api: Caller, path: str, contract: Contract) -> None:
    change = {
        "noticeDays": 60,
        "targetPrice": "262500.00",
        "confidence": 82,
        "stakeholderSequence": "Champion, then CFO",
        "engagementApproach": "collaborative",
        "valueLeverage": 2.08,
        "stickiness": 85,
        "quantifiedValue": "52000.00",
        "peerPricePercent": -8,
    }

    shown = api.patch(f"{path}/renewal", change).json()

    assert {name: shown[name] for name in change} == change
    assert (shown["noticeDeadline"], shown["increasePercent"]) == ("2026-05-03", 5.0)
    assert api.patch(f"{path}/renewal", shown).json() == shown


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"targetPrice": "-1"}, "targetPrice"),
        ({"targetPrice": "1.234"}, "targetPrice"),
        ({"targetPrice": True}, "targetPrice"),
        ({"targetPrice": "NaN"}, "targetPrice"),
        ({"targetPrice": "1e30"}, "targetPrice"),
        ({"currentPrice": None}, "currentPrice"),
        ({"currency": "euro"}, "currency"),
        ({"renewalDate": "soon"}, "renewalDate"),
        ({"renewalDate": "2025-07-01"}, "renewalDate"),
        ({"noticeDays": 731}, "noticeDays"),
        ({"confidence": 101}, "confidence"),
        ({"stickiness": -1}, "stickiness"),
        ({"peerPricePercent": -101}, "peerPricePercent"),
    ],
)
def test_bad_field_of_a_renewal_is_named_and_nothing_is_written(
    api: Caller, path: str, contract: Contract, change: dict[str, Any], field: str
) -> None:
    response = api.patch(f"{path}/renewal", {"plan": "Changed", **change})

    contract.refresh_from_db()
    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == [field]
    assert contract.plan == "Professional"


def test_locked_price_stays_until_it_is_unlocked(api: Caller, path: str, contract: Contract) -> None:
    locked = api.post(f"{path}/renewal/lock-price")
    again = api.post(f"{path}/renewal/lock-price")
    changed = [api.patch(f"{path}/renewal", {name: "1.00"}) for name in ("targetPrice", "currentPrice")]
    unlocked = api.delete(f"{path}/renewal/lock-price")

    assert (locked.status_code, locked.json()["priceLocked"], locked.json()["priceLockedBy"]) == (200, True, "dana")
    assert again.json() == locked.json()
    assert [(answer.status_code, error_of(answer)["code"]) for answer in changed] == [(409, "price_locked")] * 2
    assert unlocked.json()["priceLocked"] is False


def test_lock_without_a_target_price_is_409(api: Caller, path: str, contract: Contract) -> None:
    Contract.objects.update(target_price=None)

    response = api.post(f"{path}/renewal/lock-price")

    assert (response.status_code, error_of(response)["code"]) == (409, "no_target_price")


def test_large_increase_is_locked_by_a_lead(
    api: Caller, call_as: Callable[..., Caller], lead: User, path: str, contract: Contract
) -> None:
    Contract.objects.update(target_price=Decimal("287500.01"))

    refused = api.post(f"{path}/renewal/lock-price")

    assert (refused.status_code, error_of(refused)["code"]) == (403, "may_not_decide")
    assert call_as(lead).post(f"{path}/renewal/lock-price").status_code == 200


def test_outcome_closes_the_renewal_and_opens_the_next_cycle(api: Caller, path: str, contract: Contract) -> None:
    response = api.post(
        f"{path}/renewal/outcome", {"result": "renewed", "price": "268000.00", "termMonths": 12, "reason": "Signed"}
    )

    body = response.json()
    assert response.status_code == 201
    assert (body["result"], body["price"], body["termMonths"], body["reason"]) == ("renewed", "268000.00", 12, "Signed")
    assert (body["next"]["renewalDate"], body["next"]["currentPrice"]) == ("2027-07-02", "268000.00")
    assert body["next"] == api.get(f"{path}/renewal").json()
    assert Renewal.objects.count() == 2


def test_churned_customer_has_no_next_cycle(api: Caller, path: str, contract: Contract) -> None:
    body = api.post(f"{path}/renewal/outcome", {"result": "churned", "reason": "Went to a rival"}).json()

    assert body["next"] is None
    assert api.get(f"{path}/renewal").json()["outcome"] == "churned"
    assert api.post(f"{path}/renewal/outcome", {"result": "churned", "reason": "x"}).status_code == 409


RENEWED = {"result": "renewed", "price": "268000.00", "termMonths": 12, "reason": "Signed"}


def test_outcome_that_is_sent_twice_closes_one_renewal(api: Caller, path: str, contract: Contract) -> None:
    first = api.post(f"{path}/renewal/outcome", RENEWED)
    again = api.post(f"{path}/renewal/outcome", {**RENEWED, "price": "268000", "reason": "Signed, I think"})

    assert (first.status_code, again.status_code) == (201, 409)
    assert error_of(again)["code"] == "renewal_closed"
    assert Renewal.objects.exclude(closed_at=None).count() == 1


def test_outcome_of_a_renewal_that_is_named_is_no_repeat(api: Caller, path: str, contract: Contract) -> None:
    following = api.post(f"{path}/renewal/outcome", RENEWED).json()["next"]["id"]

    named = api.post(f"{path}/renewal/outcome", {**RENEWED, "renewalId": following})
    closed = api.post(f"{path}/renewal/outcome", {**RENEWED, "renewalId": following})

    assert (named.status_code, closed.status_code) == (201, 409)
    assert error_of(closed)["code"] == "renewal_closed"
    assert Renewal.objects.exclude(closed_at=None).count() == 2


def test_same_outcome_a_day_later_or_another_at_once_counts(api: Caller, path: str, contract: Contract) -> None:
    api.post(f"{path}/renewal/outcome", RENEWED)
    other = api.post(f"{path}/renewal/outcome", {**RENEWED, "price": "270000.00"})
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        later = api.post(f"{path}/renewal/outcome", {**RENEWED, "price": "270000.00"})

    assert (other.status_code, later.status_code) == (201, 201)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"result"}),
        ({"result": "won"}, {"result"}),
        ({"result": "renewed"}, {"price", "termMonths"}),
        ({"result": "renewed", "price": "1", "termMonths": 0}, {"termMonths"}),
        ({"result": "contracted", "price": "250000", "termMonths": 12}, {"price"}),
        ({"result": "churned"}, {"reason"}),
    ],
)
def test_bad_outcome_is_refused_by_field(
    api: Caller, path: str, contract: Contract, body: dict[str, Any], fields: set[str]
) -> None:
    response = api.post(f"{path}/renewal/outcome", body)

    assert response.status_code == 400
    assert set(error_of(response)["fields"]) == fields
    assert not Renewal.objects.exclude(closed_at=None).exists()


# The Engage plan

PLAN_MEMBERS = {
    "id",
    "approach",
    "sequence",
    "pricing",
    "drafts",
    "timeline",
    "followUpRules",
    "triggers",
    "scenarios",
    "tasks",
}


@pytest.fixture
def plan(api: Caller, path: str, contract: Contract, people: list[Stakeholder]) -> dict[str, Any]:
    response = api.post(f"{path}/engage")
    assert response.status_code == 201, response.content
    opened: dict[str, Any] = response.json()
    return opened


def test_engage_opens_with_everything_in_the_shape(plan: dict[str, Any], people: list[Stakeholder]) -> None:
    assert set(plan) >= PLAN_MEMBERS
    assert plan["approach"] == "champion_first"
    assert [(row["name"], row["owner"], row["day"], row["week"]) for row in plan["sequence"]] == [
        ("Jennifer Park", "csm", 115, 1),
        ("Tom Weller", "ae", 110, 2),
        ("Priya Raman", "ae", 105, 3),
    ]
    assert [row["stakeholderId"] for row in plan["sequence"]] == [str(person.pk) for person in people]
    assert plan["pricing"]["approach"] == "value_first"
    assert {"approach", "votes", "rationale", "stakeholderVariations", "fallbackPlan"} <= set(plan["pricing"])
    assert [draft["to"] for draft in plan["drafts"]] == [person.email for person in people]
    assert all(draft["subject"] and draft["body"] and draft["state"] == "draft" for draft in plan["drafts"])
    assert plan["drafts"][0]["sendTiming"] == "Week 1 (Day 115)"
    assert {row["kind"] for row in plan["timeline"]} >= {"email", "reminder", "call", "notice"}
    assert all(row["date"] >= "2026-03-09" for row in plan["timeline"] if row["state"] == "planned")
    assert {"scenario", "timing", "action"} == set(plan["followUpRules"][0])
    assert [row["signal"] for row in plan["triggers"]] == ["positive", "neutral", "negative", "no_response"]
    assert plan["scenarios"][0]["likelihood"] == "high"
    assert {row["actor"] for row in plan["tasks"]} == {"ai", "csm"}


def test_engage_repeated_gives_the_same_plan(api: Caller, path: str, plan: dict[str, Any]) -> None:
    again = api.post(f"{path}/engage")

    assert again.status_code == 200
    assert again.json() == plan == api.get(f"{path}/engage").json() == api.get(f"/api/engage/{plan['id']}").json()
    assert Draft.objects.count() == 3


def test_engage_before_its_time_is_409(api: Caller, path: str, contract: Contract) -> None:
    Contract.objects.update(renewal_date=date(2026, 7, 7))  # day 120

    response = api.post(f"{path}/engage")

    assert (response.status_code, error_of(response)["code"]) == (409, "engage_not_open")
    assert api.get(f"{path}/engage").status_code == 404


def test_engage_without_contract_is_409(api: Caller, path: str) -> None:
    assert error_of(api.post(f"{path}/engage"))["code"] == "no_contract"


def test_another_approach_makes_a_new_order_on_record(api: Caller, plan: dict[str, Any]) -> None:
    response = api.patch(
        f"/api/engage/{plan['id']}", {"approach": "economic_buyer_first", "reason": "The CFO asked", "version": 1}
    )

    changed = response.json()
    assert response.status_code == 200
    assert (changed["approach"], changed["recommendedApproach"]) == ("economic_buyer_first", "champion_first")
    assert [row["name"] for row in changed["sequence"]] == ["Priya Raman", "Tom Weller", "Jennifer Park"]
    assert changed["version"] > plan["version"]
    assert [(row["kind"], row["new"], row["reason"], row["by"]) for row in changed["overrides"]] == [
        ("strategy", "economic_buyer_first", "The CFO asked", "dana")
    ]


def test_order_owners_price_and_variations_change_together(
    api: Caller, plan: dict[str, Any], people: list[Stakeholder]
) -> None:
    jennifer, tom, _ = (str(person.pk) for person in people)

    changed = api.patch(
        f"/api/engage/{plan['id']}",
        {
            "order": [tom, jennifer],
            "owners": [{"stakeholderId": tom, "owner": "executive", "reason": "They know each other"}],
            "priceApproach": "bury_price",
            "variations": [{"stakeholderId": jennifer, "approach": "no_price"}],
            "reason": "After the call",
        },
    ).json()

    assert [(row["name"], row["owner"]) for row in changed["sequence"]] == [
        ("Tom Weller", "executive"),
        ("Jennifer Park", "csm"),
    ]
    assert (changed["pricing"]["approach"], changed["pricing"]["recommended"]) == ("bury_price", "value_first")
    told = {row["stakeholderId"]: row["approach"] for row in changed["pricing"]["stakeholderVariations"]}
    assert told == {tom: "bury_price", jennifer: "no_price"}
    assert {row["reason"] for row in changed["overrides"]} == {"After the call", "They know each other"}
    assert {draft["priceApproach"] for draft in changed["drafts"] if draft["stakeholderId"] == jennifer} == {"no_price"}


def test_owners_and_variations_may_come_as_objects(
    api: Caller, plan: dict[str, Any], people: list[Stakeholder]
) -> None:
    jennifer, tom, _ = (str(person.pk) for person in people)

    changed = api.patch(
        f"/api/engage/{plan['id']}",
        {"owners": {tom: "csm"}, "variations": {jennifer: "no_price"}, "reason": "After the call"},
    ).json()

    assert {row["name"]: row["owner"] for row in changed["sequence"]}["Tom Weller"] == "csm"
    told = {row["stakeholderId"]: row["approach"] for row in changed["pricing"]["stakeholderVariations"]}
    assert told[jennifer] == "no_price"


def test_plan_change_is_all_or_nothing(api: Caller, plan: dict[str, Any], foreign: Customer) -> None:
    theirs = str(factories.StakeholderFactory.create(customer=foreign).pk)
    asked: list[dict[str, Any]] = [
        {"order": [theirs]},
        {"owners": [{"stakeholderId": theirs, "owner": "ae"}]},
        {"variations": {theirs: "no_price"}},
    ]

    answers = [
        api.patch(f"/api/engage/{plan['id']}", {"approach": "parallel", "reason": "Try", **one}) for one in asked
    ]

    assert [(answer.status_code, error_of(answer)["code"]) for answer in answers] == [(404, "not_found")] * 3
    assert not Override.objects.exists()
    assert api.get(f"/api/engage/{plan['id']}").json() == plan


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"approach": "parallel"}, "reason"),
        ({"approach": "parallel", "reason": "  "}, "reason"),
        ({"approach": "sideways", "reason": "x"}, "approach"),
        ({"order": [], "reason": "x"}, "order"),
        ({"order": ["nobody"], "reason": "x"}, "order.0"),
        ({"owners": {"a": "csm"}, "reason": "x"}, "owners.0.stakeholderId"),
        ({"owners": "csm", "reason": "x"}, "owners"),
        ({"owners": [{"owner": "csm"}], "reason": "x"}, "owners.0.stakeholderId"),
        ({"priceApproach": "loud", "reason": "x"}, "priceApproach"),
        ({"reason": "x"}, None),
    ],
)
def test_bad_plan_change_is_refused_by_field(
    api: Caller, plan: dict[str, Any], body: dict[str, Any], field: str | None
) -> None:
    response = api.patch(f"/api/engage/{plan['id']}", body)

    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == ([field] if field else [])


def test_stale_or_closed_plan_is_409(api: Caller, plan: dict[str, Any], path: str) -> None:
    stale = api.patch(f"/api/engage/{plan['id']}", {"approach": "parallel", "reason": "x", "version": 99})
    api.post(f"{path}/renewal/outcome", {"result": "renewed", "price": "268000", "termMonths": 12})
    closed = api.patch(f"/api/engage/{plan['id']}", {"approach": "parallel", "reason": "x"})

    assert (stale.status_code, error_of(stale)["code"]) == (409, "stale_version")
    assert (closed.status_code, error_of(closed)["code"]) == (409, "plan_closed")


RENEWAL_CALLS = [
    ("get", "/renewal"),
    ("patch", "/renewal"),
    ("post", "/renewal/lock-price"),
    ("delete", "/renewal/lock-price"),
    ("post", "/renewal/outcome"),
    ("get", "/engage"),
    ("post", "/engage"),
]


@pytest.mark.parametrize(("method", "part"), RENEWAL_CALLS)
def test_renewal_of_others_is_not_there(api: Caller, foreign: Customer, method: str, part: str) -> None:
    factories.ContractFactory.create(customer=foreign)

    for reference in (foreign.pk, "ext:001FOREIGN"):
        assert api(method, f"/api/customers/{reference}{part}").status_code == 404
    assert not Renewal.objects.exists()


def test_plan_of_others_is_not_there(
    plan: dict[str, Any], call_as: Callable[..., Caller], stranger: User, reader: User
) -> None:
    theirs = call_as(stranger)
    change = {"approach": "parallel", "reason": "x"}

    assert theirs.get(f"/api/engage/{plan['id']}").status_code == 404
    assert theirs.patch(f"/api/engage/{plan['id']}", change).status_code == 404
    assert call_as(reader).get(f"/api/engage/{plan['id']}").status_code == 200
    assert call_as(reader).patch(f"/api/engage/{plan['id']}", change).status_code == 403
    assert OutreachPlan.objects.get().approach == "champion_first"


def test_plan_takes_the_same_number_of_queries_for_one_and_three_people(
    api: Caller, call_as: Callable[..., Caller], csm: User
) -> None:
    def count(people: int) -> int:
        customer = factories.CustomerFactory.create(owner=csm)
        factories.ContractFactory.create(customer=customer)
        for role in ("champion", "decision_maker", "economic_buyer")[:people]:
            factories.StakeholderFactory.create(customer=customer, roles=[role])
        assert api.post(f"/api/customers/{customer.pk}/engage").status_code == 201
        with CaptureQueriesContext(connection) as queries:
            api.get(f"/api/customers/{customer.pk}/engage")
        return len(queries)

    assert count(1) == count(3)


@pytest.mark.parametrize("day", ["0001-06-01", "1989-12-31", "2101-01-01", "9999-12-31"])
@pytest.mark.parametrize("name", ["renewalDate", "startDate"])
def test_year_beyond_measure_is_400(api: Caller, path: str, contract: Contract, name: str, day: str) -> None:
    response = api.patch(f"{path}/renewal", {"startDate": "1990-01-01", "renewalDate": "2100-12-31", name: day})

    assert (response.status_code, list(error_of(response)["fields"])) == (400, [name])


@pytest.mark.parametrize(("day", "status"), [("2089-12-31", 201), ("2090-01-01", 400), ("9999-12-31", 400)])
def test_next_term_ends_within_the_years_that_are_taken(
    api: Caller, path: str, contract: Contract, day: str, status: int
) -> None:
    Contract.objects.update(renewal_date=day)

    response = api.post(f"{path}/renewal/outcome", {"result": "renewed", "price": "1.00", "termMonths": 120})

    assert response.status_code == status


@pytest.mark.parametrize(("scopes", "status"), [(("read", "write"), 403), (("read", "write", "approve"), 200)])
def test_price_that_takes_a_lead_is_locked_only_by_a_token_that_approves(
    path: str, contract: Contract, lead: User, call_as: Callable[..., Caller], scopes: tuple[str, ...], status: int
) -> None:
    Contract.objects.update(target_price=Decimal(240_000))  # less than now

    response = call_as(lead, scopes).post(f"{path}/renewal/lock-price")

    assert response.status_code == status
    assert Renewal.objects.exclude(price_locked_at=None).exists() is (status == 200)


def test_price_within_an_owners_power_is_locked_without_that_scope(
    path: str, contract: Contract, csm: User, call_as: Callable[..., Caller]
) -> None:
    assert call_as(csm, ("read", "write")).post(f"{path}/renewal/lock-price").status_code == 200

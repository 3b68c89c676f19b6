"""Letters that another system writes itself: what stands behind their words, vouched for, written anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from customers.models import Activity, Contract, Customer, Stakeholder, User
from emails.models import Draft
from emails.services.drafts import compose_draft
from tests import factories
from tests.api.conftest import Caller, error_of

DAY_115 = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_day_115(db: None) -> Iterator[None]:
    with time_machine.travel(DAY_115):
        yield


@pytest.fixture
def jennifer(customer: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(
        customer=customer, name="Jennifer Park", email="jennifer@acmerail.example", roles=["champion"]
    )


@pytest.fixture
def contract(api: Caller, customer: Customer) -> Contract:
    """A running contract whose target price of 268,000 is locked."""
    made = factories.ContractFactory.create(customer=customer)
    assert api.post(f"/api/customers/{customer.pk}/renewal/lock-price").status_code == 200
    return made


def write(api: Caller, person: Stakeholder, body: str, subject: str = "The coming year") -> dict[str, Any]:
    asked = {
        "customerId": str(person.customer_id),
        "stakeholderId": str(person.pk),
        "subject": subject,
        "body": body,
    }
    response = api.post("/api/emails/drafts", asked)
    assert response.status_code == 201, response.content
    draft: dict[str, Any] = response.json()
    return draft


def facts_of(api: Caller, draft: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Give what is said of each claim: its state, and what the record says; checking that it stands where it should."""
    now = api.get(f"/api/emails/drafts/{draft['id']}").json()
    spans = api.get(f"/api/emails/drafts/{draft['id']}/facts").json()
    assert [now[row["part"]][row["start"] : row["end"]] for row in spans] == [row["span"] for row in spans]
    return {row["span"]: (row["state"], row["source"] and row["source"]["value"]) for row in spans}


def test_price_term_and_plan_of_the_renewal_stand_behind_a_letter(
    api: Caller, contract: Contract, jennifer: Stakeholder
) -> None:
    body = "Dear 🌲 Jennifer, your Professional plan renews on 2 July 2026 at $268,000, up 7.2% from $250,000."

    draft = write(api, jennifer, body, subject="🌲 $268,000 from 2 July 2026")

    assert facts_of(api, draft) == {
        "Jennifer": ("supported", "Jennifer Park"),
        "Professional": ("supported", "Professional"),
        "2 July 2026": ("supported", "2 July 2026"),
        "$268,000": ("supported", "$268,000"),
        "7.2%": ("supported", "7.2%"),
        "$250,000": ("supported", "$250,000"),
    }


def test_usage_that_was_reported_stands_behind_a_letter(api: Caller, customer: Customer, jennifer: Stakeholder) -> None:
    factories.UsageSampleFactory.create(customer=customer, metric="users", value=Decimal(98), limit=Decimal(120))

    draft = write(api, jennifer, "You have 98 users of 120 users.")

    assert facts_of(api, draft) == {"98": ("supported", "98"), "120": ("supported", "120")}


def test_price_that_moves_or_is_unlocked_afterwards_is_stale_with_what_the_record_says(
    api: Caller, customer: Customer, contract: Contract, jennifer: Stakeholder
) -> None:
    draft = write(api, jennifer, "The price would be $268,000.")
    lock = f"/api/customers/{customer.pk}/renewal/lock-price"

    api.delete(lock)
    unlocked = facts_of(api, draft)
    api.patch(f"/api/customers/{customer.pk}/renewal", {"targetPrice": "270000"})
    api.post(lock)

    assert unlocked["$268,000"] == ("stale", None)
    assert facts_of(api, draft)["$268,000"] == ("stale", "$270,000")
    refused = api.post("/api/emails/send", {"draftId": draft["id"], "version": draft["version"]})
    assert (refused.status_code, error_of(refused)["code"]) == (409, "stale_facts")


def test_new_text_may_speak_of_what_the_records_gained(api: Caller, customer: Customer, jennifer: Stakeholder) -> None:
    draft = write(api, jennifer, "Shall we talk?")
    renewal = f"/api/customers/{customer.pk}/renewal"
    api.patch(renewal, {"renewalDate": "2026-07-02", "currentPrice": "250000", "targetPrice": "268000"})
    api.post(f"{renewal}/lock-price")

    changed = api.patch(
        f"/api/emails/drafts/{draft['id']}", {"version": draft["version"], "body": "It would be $268,000."}
    )

    assert changed.json()["version"] == draft["version"] + 1
    assert facts_of(api, draft) == {"$268,000": ("supported", "$268,000")}


def test_claim_is_confirmed_by_a_person_with_the_scope_approve(
    api: Caller, call_as: Callable[..., Caller], csm: User, jennifer: Stakeholder
) -> None:
    draft = write(api, jennifer, "You saved $77,777 last year.")
    address = f"/api/emails/drafts/{draft['id']}/facts/confirm"
    claim = {"span": "$77,777", "version": draft["version"]}

    refused = call_as(csm, ["read", "write"]).post(address, claim)
    confirmed = api.post(address, claim)
    again = api.post(address, {"span": "$77,777"})

    assert (refused.status_code, error_of(refused)["code"]) == (403, "missing_scope")
    assert (confirmed.status_code, confirmed.json()["version"]) == (200, draft["version"] + 1)
    assert facts_of(api, draft) == {"$77,777": ("confirmed", None)}
    assert (again.status_code, list(error_of(again)["fields"])) == (400, ["span"])
    assert Activity.objects.filter(verb="draft.confirmed").count() == 1


def test_stale_confirmation_is_409(api: Caller, jennifer: Stakeholder) -> None:
    draft = write(api, jennifer, "You saved $77,777 last year.")
    api.patch(f"/api/emails/drafts/{draft['id']}", {"version": 1, "subject": "Another"})

    response = api.post(f"/api/emails/drafts/{draft['id']}/facts/confirm", {"span": "$77,777", "version": 1})

    assert (response.status_code, error_of(response)["code"]) == (409, "stale_version")


def test_letter_of_ones_own_is_written_anew_and_its_text_is_kept(
    api: Caller, contract: Contract, jennifer: Stakeholder
) -> None:
    draft = write(api, jennifer, "My own words.")

    written = api.post(f"/api/emails/drafts/{draft['id']}/regenerate", {"instruction": "shorter"}).json()

    assert (written["version"], written["writer"]) == (draft["version"] + 1, "built_in")
    assert "My own words." not in written["body"]
    assert {state for state, _ in facts_of(api, draft).values()} == {"supported"}
    kept = Draft.objects.get(pk=draft["id"]).versions.values_list("body", flat=True)
    assert "My own words." in [*kept, Draft.objects.get(pk=draft["id"]).first_body]


def test_letter_to_somebody_who_is_gone_cannot_be_written_anew(
    api: Caller, customer: Customer, csm: User, jennifer: Stakeholder
) -> None:
    draft = compose_draft(
        customer=customer, stakeholder=jennifer, sender=csm, subject="A", body="B", now=DAY_115, by=csm
    )
    Draft.objects.filter(pk=draft.pk).update(stakeholder=None)

    response = api.post(f"/api/emails/drafts/{draft.pk}/regenerate")

    assert (response.status_code, list(error_of(response)["fields"])) == (400, ["instruction"])


def test_new_draft_cannot_keep_files_of_another(api: Caller, jennifer: Stakeholder) -> None:
    asked = {
        "customerId": str(jennifer.customer_id),
        "stakeholderId": str(jennifer.pk),
        "attachments": [{"id": "0f3a3f0e-6a1c-4c1e-9b0a-0d9d5a9f2d11"}],
    }

    response = api.post("/api/emails/drafts", asked)

    assert (response.status_code, list(error_of(response)["fields"])) == (400, ["attachments"])
    assert not Draft.objects.exists()

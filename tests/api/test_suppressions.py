"""The list of addresses to which nothing is written, by API: added to, read and lifted by who may, and erasing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from customers.models import Customer, Stakeholder, User
from emails.enums import SuppressionCause
from emails.models import Suppression
from emails.services.suppression import suppress
from tests import factories
from tests.api.conftest import Caller, error_of


@pytest.fixture
def jennifer(customer: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(customer=customer, email="jennifer@acmerail.example")


@pytest.fixture
def leading(call_as: Callable[..., Caller], lead: User) -> Caller:
    return call_as(lead)


def path_of(person: Stakeholder, verb: str) -> str:
    return f"/api/customers/{person.customer_id}/stakeholders/{person.pk}/{verb}"


def test_person_is_taken_off_once_and_put_back_by_a_lead(api: Caller, leading: Caller, jennifer: Stakeholder) -> None:
    off, again = api.post(path_of(jennifer, "suppress"), {"note": "Fair"}), api.post(path_of(jennifer, "suppress"))
    row = off.json()
    refused = api.post(f"/api/suppressions/{row['id']}/lift", {"reason": "She asked"})
    listed = leading.get("/api/suppressions", customerId=str(jennifer.customer_id)).json()
    bare = leading.post(f"/api/suppressions/{row['id']}/lift")
    lifted = leading.post(f"/api/suppressions/{row['id']}/lift", {"reason": "She asked"})
    twice = leading.post(f"/api/suppressions/{row['id']}/lift", {"reason": "She asked"})

    assert (off.status_code, again.status_code) == (201, 200)
    assert (row["address"], row["cause"], row["note"], row["inFlight"]) == (jennifer.email, "person", "Fair", [])
    assert (refused.status_code, error_of(refused)["code"]) == (403, "leaders_only")
    assert [one["id"] for one in listed["results"]] == [row["id"]]
    assert (bare.status_code, list(error_of(bare)["fields"])) == (400, ["reason"])
    assert (lifted.status_code, lifted.json()["liftReason"]) == (200, "She asked")
    assert (twice.status_code, error_of(twice)["code"]) == (409, "cannot_lift")
    assert not Suppression.objects.open().exists()


def test_spam_report_is_never_lifted_by_api(leading: Caller, jennifer: Stakeholder) -> None:
    done = suppress(
        jennifer.email, cause=SuppressionCause.COMPLAINT, customer=jennifer.customer, now=jennifer.created_at, by=None
    )

    response = leading.post(f"/api/suppressions/{done.row.pk}/lift", {"reason": "A mistake"})

    assert (response.status_code, error_of(response)["code"]) == (409, "cannot_lift")
    assert Suppression.objects.open().count() == 1


def test_list_is_for_leads_and_filtered(api: Caller, leading: Caller, jennifer: Stakeholder) -> None:
    api.post(path_of(jennifer, "suppress"))

    counts = [
        leading.get("/api/suppressions", **query).json()["count"]
        for query in (
            {},
            {"lifted": "false"},
            {"lifted": "true"},
            {"cause": "person"},
            {"cause": "complaint"},
            {"address": "JENNIFER@acmerail.example"},
            {"address": "other@acmerail.example"},
        )
    ]

    assert api.get("/api/suppressions").status_code == 403
    assert counts == [1, 1, 0, 1, 0, 1, 0]


def test_other_teams_rows_are_not_there(leading: Caller, foreign: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=foreign, email="x@foreign.example")
    done = suppress(person.email, cause=SuppressionCause.PERSON, customer=foreign, now=person.created_at, by=None)

    assert leading.get("/api/suppressions").json()["count"] == 0
    assert leading.post(f"/api/suppressions/{done.row.pk}/lift", {"reason": "x"}).status_code == 404
    assert leading.post(path_of(person, "suppress")).status_code == 404


def test_person_without_an_address_cannot_be_taken_off(api: Caller, customer: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=customer, email="")

    response = api.post(path_of(person, "suppress"))

    assert response.status_code == 400
    assert not Suppression.objects.exists()


def test_contact_is_erased_by_a_lead_alone(api: Caller, leading: Caller, jennifer: Stakeholder) -> None:
    refused = api.post(path_of(jennifer, "erase"))
    there = Stakeholder.objects.filter(email=jennifer.email).exists()
    done = leading.post(path_of(jennifer, "erase"))

    assert (refused.status_code, error_of(refused)["code"], there) == (403, "leaders_only", True)
    assert (done.status_code, done.json()["accounts"]) == (200, 1)
    assert not Stakeholder.objects.filter(email=jennifer.email).exists()

"""A deliverable written by hand and again, revised, vouched for, brought back, and the links of contacts, by API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest

from customers.models import Customer, User
from journeys.enums import DeliverableState
from journeys.models import Deliverable, PortalLink
from tests import factories
from tests.api.conftest import Caller, error_of
from tests.journeys.deliverable_ground import start, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def text(customer: Customer, now: datetime) -> Deliverable:
    return write(start(customer, now=now), 1, now=now)


def at(text: Deliverable, rest: str = "") -> str:
    return f"/api/deliverables/{text.pk}{rest}"


def test_month_is_written_by_hand_once(api: Caller, customer: Customer, now: datetime) -> None:
    start(customer, now=now)
    path = f"/api/clients/{customer.pk}/deliverables"

    made = api.post(path, {"month": 2, "body": "## Where we stand\n\nAll is well."})
    twice = api.post(path, {"month": 2, "body": "Other"})
    missing = api.post(path, {"month": 99, "body": "Other"})
    empty = api.post(path, {"month": 3, "body": ""})

    assert (made.status_code, made.json()["month"], made.json()["state"]) == (201, 2, "PENDING_REVIEW")
    assert made.json()["title"]
    assert made.json()["writer"] == "person"
    assert error_of(twice)["code"] == "not_editable"
    assert missing.status_code == 404
    assert list(error_of(empty)["fields"]) == ["body"]
    assert Deliverable.objects.get().body.startswith("## Where we stand")


def test_without_a_journey_no_month_is_written(api: Caller, customer: Customer) -> None:
    assert api.post(f"/api/clients/{customer.pk}/deliverables", {"month": 1, "body": "x"}).status_code == 404


def test_text_that_was_sent_back_is_revised_and_waits_again(api: Caller, text: Deliverable) -> None:
    early = api.post(at(text, "/submit"))
    sent_back = api.post(at(text, "/reject"), {"note": "Name the hotels"}).json()

    stale = api.post(at(text, "/submit"), {"version": sent_back["version"] - 1})
    revised = api.post(at(text, "/submit"), {"version": sent_back["version"]})

    assert error_of(early)["code"] == "not_editable"
    assert error_of(stale)["code"] == "stale_version"
    assert revised.json()["state"] == "PENDING_REVIEW"


def test_text_is_written_again_and_the_old_one_brought_back(api: Caller, text: Deliverable) -> None:
    first = api.patch(at(text), {"version": text.version, "title": "By hand"}).json()

    again = api.post(at(text, "/rewrite"), {"builtIn": True, "version": first["version"]}).json()
    texts = api.get(at(text, "/versions")).json()
    old = next(row for row in texts if row["title"] == "By hand")
    restored = api.post(at(text, f"/versions/{old['id']}/restore"), {"version": again["version"]})

    assert again["title"] != "By hand"
    assert again["version"] > first["version"]
    assert restored.json()["title"] == "By hand"
    assert api.post(at(text, f"/versions/{uuid4()}/restore")).status_code == 404


def test_claim_is_vouched_for_only_by_a_token_that_approves(
    api: Caller, text: Deliverable, csm: User, call_as: Callable[..., Caller]
) -> None:
    body = f"{text.body}\n\nTheir sales grew by 47 % in 2025."
    claimed = api.patch(at(text), {"version": text.version, "body": body}).json()
    span = next(row["text"] for row in claimed["openClaims"] if "47" in row["text"])

    refused = call_as(csm, ("read", "write")).post(at(text, "/facts/confirm"), {"span": span})
    wrong = api.post(at(text, "/facts/confirm"), {"span": "99 %"})
    vouched = api.post(at(text, "/facts/confirm"), {"span": span, "version": claimed["version"]})

    assert error_of(refused)["code"] == "missing_scope"
    assert list(error_of(wrong)["fields"]) == ["span"]
    assert span not in [row["text"] for row in vouched.json()["openClaims"]]


def test_deliverable_of_another_team_is_not_there(api: Caller, foreign: Customer, now: datetime) -> None:
    theirs = write(start(foreign, now=now), 1, now=now)

    answers = [
        api.post(at(theirs, "/submit")),
        api.post(at(theirs, "/rewrite"), {"builtIn": True}),
        api.post(at(theirs, "/facts/confirm"), {"span": "x"}),
        api.get(at(theirs, "/versions")),
        api.post(at(theirs, f"/versions/{theirs.versions.get().pk}/restore")),
    ]

    assert {answer.status_code for answer in answers} == {404}
    theirs.refresh_from_db()
    assert theirs.state == DeliverableState.PENDING_REVIEW


# -- links -----------------------------------------------------------------------------------------------------


def test_link_is_made_read_and_revoked(
    api: Caller, customer: Customer, csm: User, now: datetime, call_as: Callable[..., Caller]
) -> None:
    start(customer, now=now)
    person = factories.StakeholderFactory.create(customer=customer, name="Jennifer Park")
    path = f"/api/clients/{customer.pk}/portal-links"

    made = api.post(path, {"stakeholderId": str(person.pk)})
    other = api.post(path, {"stakeholderId": str(person.pk)}).json()
    listed = {row["id"]: row for row in api.get(path).json()}
    read_only = call_as(csm, ("read",)).get(path).json()
    revoked = api.post(f"{path}/{other['id']}/revoke").json()
    twice = api.post(f"{path}/{other['id']}/revoke")

    assert (made.status_code, made.json()["live"], made.json()["ending"]) == (201, True, "")
    assert "/j/" in made.json()["url"]
    assert (listed[made.json()["id"]]["live"], listed[other["id"]]["live"]) == (False, True)
    assert {row["url"] for row in read_only} == {""}
    assert (revoked["live"], revoked["ending"], revoked["url"], revoked["revokedBy"]) == (False, "Revoked", "", "dana")
    assert twice.status_code == 200
    assert not PortalLink.objects.filter(revoked_at=None).exists()


def test_link_needs_a_journey_and_a_person_of_the_account(api: Caller, customer: Customer, now: datetime) -> None:
    person = factories.StakeholderFactory.create(customer=customer)
    elsewhere = factories.StakeholderFactory.create(customer=factories.CustomerFactory.create(owner=customer.owner))
    path = f"/api/clients/{customer.pk}/portal-links"

    without = api.post(path, {"stakeholderId": str(person.pk)})
    start(customer, now=now)
    others = api.post(path, {"stakeholderId": str(elsewhere.pk)})

    assert error_of(without)["code"] == "conflict"
    assert others.status_code == 404
    assert not PortalLink.objects.filter(stakeholder=elsewhere).exists()
    assert api.post(f"{path}/{uuid4()}/revoke").status_code == 404

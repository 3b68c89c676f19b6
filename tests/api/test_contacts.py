"""People of an account by API: added, changed, removed; the record keeps who stands in it."""

from __future__ import annotations

from typing import Any

import pytest

from customers.models import Customer, Stakeholder
from tests import factories
from tests.api.conftest import Caller, error_of

PERSON = {
    "name": "Priya Raman",
    "email": "priya.raman@acmerail.example",
    "title": "CFO",
    "roles": ["economic_buyer", "decision_maker"],
    "primary": True,
    "relationshipStrength": 6,
    "timezone": "Europe/London",
    "language": "en",
    "left": False,
}


def test_add_person_gives_them_back(api: Caller, customer: Customer) -> None:
    response = api.post(f"/api/customers/{customer.pk}/stakeholders", PERSON)

    made = response.json()
    assert response.status_code == 201
    assert {name: made[name] for name in PERSON} == PERSON
    assert api.get("/api/customers/ext:001RAIL/stakeholders").json()["results"] == [made]


def test_change_person_marks_as_left_and_back(api: Caller, customer: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=customer, primary=True)
    path = f"/api/customers/{customer.pk}/stakeholders/{person.pk}"

    gone = api.patch(path, {"left": True, "title": "formerly COO"}).json()
    back = api.patch(path, {"left": False, "primary": True}).json()

    assert (gone["left"], gone["primary"], gone["title"]) == (True, False, "formerly COO")
    assert gone["leftAt"].endswith("Z")
    assert (back["left"], back["leftAt"], back["primary"]) == (False, None, True)


def test_new_primary_takes_the_mark_from_the_old(api: Caller, customer: Customer) -> None:
    old = factories.StakeholderFactory.create(customer=customer, primary=True)

    api.post(f"/api/customers/{customer.pk}/stakeholders", PERSON)

    old.refresh_from_db()
    assert not old.primary


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "no address"}, "email"),
        ({"email": "TAKEN@acme.example"}, "email"),
        ({"roles": ["king"]}, "roles.0"),
        ({"roles": "champion"}, "roles"),
        ({"relationshipStrength": 11}, "relationshipStrength"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"primary": "perhaps"}, "primary"),
        ({"left": True, "primary": True}, "primary"),
    ],
)
def test_bad_field_of_a_person_is_named(api: Caller, customer: Customer, change: dict[str, Any], field: str) -> None:
    factories.StakeholderFactory.create(customer=customer, email="taken@acme.example")
    person = factories.StakeholderFactory.create(customer=customer)

    response = api.patch(f"/api/customers/{customer.pk}/stakeholders/{person.pk}", change)

    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == [field]


def test_remove_person_takes_them_out(api: Caller, customer: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=customer)

    response = api.delete(f"/api/customers/{customer.pk}/stakeholders/{person.pk}")

    assert (response.status_code, response.content) == (204, b"")
    assert not Stakeholder.objects.filter(pk=person.pk).exists()


def test_remove_person_of_the_record_is_refused(api: Caller, customer: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=customer)
    factories.MeetingFactory.create(customer=customer).stakeholders.add(person)

    response = api.delete(f"/api/customers/{customer.pk}/stakeholders/{person.pk}")

    assert response.status_code == 409
    assert Stakeholder.objects.filter(pk=person.pk).exists()

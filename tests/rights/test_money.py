"""Where money is, and where a lead decides, a role that may write is not enough: the deed is asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from customers.enums import Role
from renewals.models import TermNote
from tests.rights.world import World

pytestmark = pytest.mark.django_db


def _terms(world: World) -> str:
    note = TermNote.objects.get(customer=world.examples.customer)
    return reverse("renewals:terms_decide", args=[note.customer_id, note.pk])


@pytest.mark.parametrize(("role", "decides"), [(Role.CSM, False), (Role.LEAD, True), (Role.OPS, True)])
def test_a_discount_is_approved_by_a_lead(world: World, unpainted: None, role: Role, decides: bool) -> None:
    seen = world.open(_terms(world), method="post", role=role, relation="own", body={"verdict": "approve"})

    assert bool(seen.wrote) is decides


@pytest.mark.parametrize(("role", "moves"), [(Role.CSM, False), (Role.LEAD, True), (Role.OPS, True)])
def test_the_owner_is_changed_by_a_lead(world: World, role: Role, moves: bool) -> None:
    path = f"/api/customers/{world.examples.customer.pk}"

    seen = world.ask(path, method="patch", role=role, relation="own", body={"owner": world.colleague.username})

    assert bool(seen.wrote) is moves
    assert moves or seen.status in (400, 403)


@pytest.mark.parametrize("call", ["lock-price", "price"])
@pytest.mark.parametrize(
    ("role", "relation", "may"),
    [(Role.CSM, "own", True), (Role.LEAD, "team", True), (Role.READ_ONLY, "own", False), (Role.CSM, "team", False)],
)
def test_a_price_is_set_by_the_owner_or_a_lead(world: World, call: str, role: Role, relation: str, may: bool) -> None:
    path = f"/api/customers/{world.examples.customer.pk}/renewal"
    asked: dict[str, Any] = {"method": "patch", "body": {"targetPrice": "101.00"}}
    if call == "lock-price":
        path, asked = f"{path}/lock-price", {"method": "delete", "body": {}}

    seen = world.ask(path, role=role, relation=relation, **asked)

    if not may:
        assert (seen.status in (403, 404), seen.wrote) == (True, "")
    else:
        assert seen.status in (200, 204, 400, 409)


@pytest.mark.parametrize(("role", "status"), [(Role.CSM, 403), (Role.READ_ONLY, 403), (Role.LEAD, 400)])
def test_a_month_is_forced_by_a_lead_whatever_is_sent(world: World, role: Role, status: int) -> None:
    path = f"/api/clients/{world.examples.customer.pk}/journey/force"

    seen = world.ask(path, method="post", role=role, relation="own", body={})

    assert (seen.status, seen.wrote) == (status, "")

"""Where money is, and where a lead decides, a role that may write is not enough: the deed is asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from customers.enums import Role, Scope
from renewals.models import TermNote
from tests.rights.world import World, key_with

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


WITH_THE_ACCOUNT = ((Role.CSM, "own"), *((role, "team") for role in Role if role != Role.CSM))
"""Each role as it comes to see the account."""
WRITERS = {Role.CSM, Role.LEAD, Role.OPS, Role.INTEGRATION}
WORKERS = {Role.CSM, Role.LEAD, Role.OPS}
LEADERS = {Role.LEAD, Role.OPS}
RENEWAL = "/api/customers/{customer}/renewal"
TERMS = "/api/customers/{customer}/negotiation/terms"
CHANGES: dict[str, tuple[set[Role], str, str, dict[str, Any]]] = {
    "price": (WRITERS, "patch", RENEWAL, {"currentPrice": "99.00"}),
    "target price": (WRITERS, "patch", RENEWAL, {"targetPrice": "101.00"}),
    "lock": (WORKERS, "delete", f"{RENEWAL}/lock-price", {}),
    "terms noted": (WRITERS, "post", TERMS, {"discountPercent": "5"}),
    "terms decided": (LEADERS, "post", f"{TERMS}/{{terms}}/decide", {"approved": True}),
    "outcome": (WRITERS, "post", f"{RENEWAL}/outcome", {"result": "churned", "reason": "Budget"}),
    "stage of an expansion": (WRITERS, "patch", "/api/opportunities/{opportunity}", {"stage": "in_talks"}),
    "offer": (LEADERS, "post", "/api/offers", {"name": "Of the matrix", "annualPrice": "10.00", "currency": "USD"}),
}
"""What docs/rights.md says of money: who changes it, and the call that does."""


@pytest.mark.parametrize(("role", "relation"), WITH_THE_ACCOUNT)
@pytest.mark.parametrize("what", CHANGES)
def test_money_is_changed_by_who_may(world: World, what: str, role: Role, relation: str) -> None:
    may, method, address, body = CHANGES[what]

    seen = world.ask(_filled(address, world), method=method, role=role, relation=relation, body=body)

    assert seen.status != 404
    assert (seen.status != 403) is (role in may), seen.body
    assert role in may or seen.wrote == ""


@pytest.mark.parametrize("what", CHANGES)
def test_money_of_an_account_that_is_not_seen_is_changed_by_nobody(world: World, what: str) -> None:
    _, method, address, body = CHANGES[what]

    seen = world.ask(_filled(address, world), method=method, role=Role.CSM, relation="team", body=body)

    assert (seen.status in (403, 404), seen.wrote) == (True, "")


@pytest.mark.parametrize(("role", "relation"), WITH_THE_ACCOUNT)
def test_money_is_seen_by_who_sees_the_account(world: World, role: Role, relation: str) -> None:
    seen = [
        world.ask(_filled(address, world), method="get", role=role, relation=relation)
        for address in (RENEWAL, "/api/opportunities/{opportunity}", "/api/offers")
    ]

    assert [one.status for one in seen] == [200, 200, 200]
    assert b'"targetPrice":' in seen[0].body
    assert b'"estimatedValue":' in seen[1].body


def test_token_that_may_not_read_reads_no_price(world: World) -> None:
    key = key_with(world.owner, [Scope.WRITE])

    seen = world.ask(_filled(RENEWAL, world), method="get", role=Role.INTEGRATION, relation="own", key=key)

    assert (seen.status, b"targetPrice" in seen.body) == (403, False)


def _filled(address: str, world: World) -> str:
    return address.format(
        customer=world.examples.customer.pk,
        terms=world.api_ids["/api/customers/{id}/negotiation/terms/{termsId}"],
        opportunity=world.api_ids["/api/opportunities/{id}"],
    )


@pytest.mark.parametrize(("role", "status"), [(Role.CSM, 403), (Role.READ_ONLY, 403), (Role.LEAD, 400)])
def test_a_month_is_forced_by_a_lead_whatever_is_sent(world: World, role: Role, status: int) -> None:
    path = f"/api/clients/{world.examples.customer.pk}/journey/force"

    seen = world.ask(path, method="post", role=role, relation="own", body={})

    assert (seen.status, seen.wrote) == (status, "")

"""Contract, price and outcome by page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Contract, Customer, User
from renewals.models import Renewal

pytestmark = pytest.mark.django_db

PAGES = ("contract", "target_price", "lock_price", "unlock_price", "prepare", "outcome")


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client: Client, name: str, customer: Customer, **data: object) -> Any:
    return client.post(reverse(f"renewals:{name}", args=[customer.pk]), data)


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_who_may_and_for_nobody_else(
    client: Client, csm: User, stranger: User, reader: User, customer: Customer, renewal: Renewal, name: str
) -> None:
    address = reverse(f"renewals:{name}", args=[customer.pk])

    assert client.get(address).status_code == 302
    assert sign_in(client, csm).get(address).status_code == 200
    assert sign_in(client, stranger).get(address).status_code == 404
    assert sign_in(client, reader).get(address).status_code == 403


def test_contract_is_entered_by_page_and_opens_its_renewal(client: Client, csm: User, customer: Customer) -> None:
    post(
        sign_in(client, csm),
        "contract",
        customer,
        current_price="250000",
        currency="usd",
        renewal_date="2027-03-01",
        notice_days="90",
    )

    contract = Contract.objects.get(customer=customer)
    assert (contract.currency, contract.renewal_date, contract.current_price) == ("USD", date(2027, 3, 1), 250000)
    assert Renewal.objects.get(contract=contract).is_open


def test_contract_that_ends_before_it_starts_is_told_at_the_field(
    client: Client, csm: User, customer: Customer
) -> None:
    answer = sign_in(client, csm).post(
        reverse("renewals:contract", args=[customer.pk]),
        {
            "current_price": "1",
            "currency": "USD",
            "start_date": "2027-03-01",
            "renewal_date": "2026-03-01",
            "notice_days": "90",
        },
    )

    assert answer.context["form"].errors["renewal_date"] == ["The renewal must come after the start of the contract."]


def test_price_is_set_locked_and_then_cannot_be_changed(
    client: Client, csm: User, customer: Customer, renewal: Renewal
) -> None:
    sign_in(client, csm)

    post(client, "target_price", customer, price="262500")
    post(client, "lock_price", customer)
    refused = client.post(reverse("renewals:target_price", args=[customer.pk]), {"price": "1"})
    renewal.refresh_from_db()

    assert renewal.contract.target_price == Decimal("262500")
    assert renewal.price_locked_by == csm
    assert "Unlock it first" in refused.content.decode()
    post(client, "unlock_price", customer)
    renewal.refresh_from_db()
    assert not renewal.price_locked


def test_price_above_15_percent_is_locked_by_a_lead_alone(
    client: Client, csm: User, lead: User, customer: Customer, renewal: Renewal
) -> None:
    post(sign_in(client, csm), "target_price", customer, price="287501")

    page = client.get(reverse("renewals:lock_price", args=[customer.pk])).content.decode()
    post(client, "lock_price", customer)
    renewal.refresh_from_db()
    locked_by_csm = renewal.price_locked
    post(sign_in(client, lead), "lock_price", customer)
    renewal.refresh_from_db()

    assert "needs a lead" in page
    assert (locked_by_csm, renewal.price_locked) == (False, True)


def test_outcome_renewed_opens_the_next_cycle(client: Client, csm: User, customer: Customer, renewal: Renewal) -> None:
    post(sign_in(client, csm), "outcome", customer, outcome="renewed", price="268000", term_months="12")

    renewal.refresh_from_db()
    following = Contract.objects.get(customer=customer, state="active")
    assert (renewal.outcome, renewal.closed_by) == ("renewed", csm)
    assert (following.current_price, following.renewal_date) == (Decimal("268000"), date(2027, 7, 2))
    assert following.renewal.is_open


def test_outcome_sent_twice_does_not_end_the_next_cycle_too(
    client: Client, csm: User, customer: Customer, renewal: Renewal
) -> None:
    sent = {"outcome": "renewed", "price": "268000", "term_months": "12", "renewal": str(renewal.pk)}
    post(sign_in(client, csm), "outcome", customer, **sent)

    answer = post(client, "outcome", customer, **sent)

    assert "has its outcome already" in answer.content.decode()
    assert Contract.objects.filter(customer=customer).count() == 2
    assert Contract.objects.get(customer=customer, state="active").renewal.is_open


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"reason": ""}, "outcome"),
        ({"outcome": "renewed", "term_months": "12"}, "price"),
        ({"outcome": "renewed", "price": "1"}, "term_months"),
        ({"outcome": "renewed", "price": "1", "term_months": "121"}, "term_months"),
        ({"outcome": "contracted", "price": "250000", "term_months": "12"}, "price"),
        ({"outcome": "churned", "price": "1", "term_months": "12"}, "reason"),
    ],
)
def test_outcome_that_lacks_something_is_told_at_the_field(
    client: Client, csm: User, customer: Customer, renewal: Renewal, sent: dict[str, str], field: str
) -> None:
    answer = sign_in(client, csm).post(reverse("renewals:outcome", args=[customer.pk]), sent)

    renewal.refresh_from_db()
    assert list(answer.context["form"].errors) == [field]
    assert renewal.is_open


def test_outcome_churned_keeps_no_price_and_opens_nothing(
    client: Client, csm: User, customer: Customer, renewal: Renewal
) -> None:
    post(sign_in(client, csm), "outcome", customer, outcome="churned", price="1", term_months="12", reason="Insolvent")

    renewal.refresh_from_db()
    assert (renewal.outcome, renewal.outcome_price, renewal.outcome_reason) == ("churned", None, "Insolvent")
    assert not Contract.objects.filter(customer=customer, state="active").exists()


def test_prepare_is_corrected_by_page(client: Client, csm: User, customer: Customer, renewal: Renewal) -> None:
    post(sign_in(client, csm), "prepare", customer, confidence="64", value_leverage="1.5")

    renewal.refresh_from_db()
    assert (renewal.confidence, renewal.value_leverage, renewal.stickiness) == (64, Decimal("1.50"), None)

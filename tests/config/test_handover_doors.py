"""The page of handovers: what moves first, rights, nothing of another team."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Activity, Customer, Todo, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(csm: User) -> Customer:
    made: Customer = factories.CustomerFactory.create(name="Acme Rail", owner=csm)
    Todo.objects.create(customer=made, title="Call", owner=csm, waits_since=timezone.now())
    return made


@pytest.fixture
def foreign(stranger: User) -> Customer:
    return factories.CustomerFactory.create(name="Foreign Freight", owner=stranger)


def test_page_shows_what_moves_before_it_is_done(
    client: Client, lead: User, account: Customer, csm: User, other_csm: User
) -> None:
    client.force_login(lead)
    asked = {"customer": account.pk, "from": csm.pk, "to": other_csm.pk, "reason": "Dana leaves"}

    seen = client.get(reverse("handover"), asked)

    account.refresh_from_db()
    assert account.owner == csm
    assert "1 account to Marco Berg?" in seen.content.decode()
    assert "1 task" in seen.content.decode()

    done = client.post(reverse("handover"), {**asked, "confirm": "yes"}, follow=True)

    account.refresh_from_db()
    assert account.owner == other_csm
    assert "1 account handed over to Marco Berg: 1 task." in done.content.decode()


def test_page_for_somebody_who_leaves_lists_what_they_have(
    client: Client, lead: User, account: Customer, csm: User
) -> None:
    client.force_login(lead)

    seen = client.get(reverse("handover"), {"from": csm.pk}).content.decode()

    assert "Acme Rail" in seen
    assert "Whoever owns them" in seen


def test_page_names_what_is_missing(client: Client, lead: User, account: Customer, other_csm: User) -> None:
    client.force_login(lead)

    response = client.post(reverse("handover"), {"customer": account.pk, "to": other_csm.pk, "confirm": "yes"})

    assert response.status_code == 400
    assert not Activity.objects.filter(verb="customer.handed_over").exists()


def test_page_is_for_leads_and_of_their_own_team(
    client: Client, lead: User, csm: User, account: Customer, foreign: Customer, stranger: User
) -> None:
    url = reverse("handover")
    client.force_login(csm)
    assert client.get(url).status_code == 403
    client.force_login(lead)
    assert client.get(url).status_code == 200
    for asked in ({"customer": foreign.pk}, {"from": stranger.pk}, {"customer": "x"}):
        assert client.get(url, asked).status_code == 404
    assert client.get(url, {"customer": account.pk, "to": stranger.pk, "reason": "x"}).status_code == 400


def test_page_asks_few_queries_however_many_accounts(
    client: Client, lead: User, csm: User, other_csm: User, account: Customer, django_assert_max_num_queries: Any
) -> None:
    client.force_login(lead)
    more = factories.CustomerFactory.create_batch(5, owner=csm)
    asked = {
        "customer": [one.pk for one in (account, *more)], "from": csm.pk, "to": other_csm.pk, "reason": "x",
    }  # fmt: skip

    with django_assert_max_num_queries(12):
        assert client.get(reverse("handover"), asked).status_code == 200


def test_today_offers_to_reassign(client: Client, lead: User, csm: User, account: Customer) -> None:
    client.force_login(lead)

    seen = client.get(reverse("today"), {"whose": str(csm.pk)}).content.decode()

    assert f'action="{reverse("handover")}"' in seen

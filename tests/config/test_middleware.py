"""What every request passes."""

from __future__ import annotations

import pytest
from django.test import Client

from customers.models import User
from tests import factories


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/import", "/mailbox", "/settings/profile", "/book.csv", "/nothing"])
def test_answers_are_kept_nowhere(client: Client, csm: User, address: str) -> None:
    client.force_login(csm)

    assert "no-store" in client.get(address)["Cache-Control"]


@pytest.mark.django_db
def test_api_speaks_utc_to_a_page_too(client: Client, csm: User) -> None:
    csm.timezone = "Asia/Kathmandu"
    csm.save()
    factories.CustomerFactory.create(owner=csm)
    client.force_login(csm)

    assert client.get("/api/customers").json()["results"][0]["createdAt"].endswith("Z")

"""What every request passes."""

from __future__ import annotations

import pytest
from django.test import Client

from customers.models import User


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/import", "/mailbox", "/settings/profile", "/book.csv", "/nothing"])
def test_answers_are_kept_nowhere(client: Client, csm: User, address: str) -> None:
    client.force_login(csm)

    assert "no-store" in client.get(address)["Cache-Control"]

"""Who was written to since an import is named, three of them."""

from __future__ import annotations

from datetime import datetime

import pytest

from customers.models import Customer, User
from emails.models import Draft
from emails.queries.imports import list_letters_left
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], []),
        (["Beta", "Acme"], ["An email has been sent since the import to Acme, Beta."]),
        (["D", "C", "B", "A"], ["An email has been sent since the import to A, B, C and others."]),
    ],
)
def test_accounts_written_to_are_named_three_of_them(
    csm: User, now: datetime, names: list[str], words: list[str]
) -> None:
    factories.CustomerFactory.create(name="Aaron", owner=csm)
    for name in names:
        customer = factories.CustomerFactory.create(name=name, owner=csm)
        for _ in range(2):
            draft = Draft.objects.create(customer=customer, to_name="A", to_email="a@b.example", subject="S", body="B")
            moments = {"approved_at": now, "approval_expires_at": now}
            Draft.objects.filter(pk=draft.pk).update(state="queued", approval_hash="x", **moments)

    assert list_letters_left(Customer.objects.all(), now) == words

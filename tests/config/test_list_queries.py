"""List pages ask as many queries for fifty rows as for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import User
from emails.enums import DraftState, OriginKind
from emails.models import Draft, Suppression
from tests import factories

pytestmark = pytest.mark.django_db

Fill = Callable[[User, int], object]
SIZES = (1, 3, 50)


def _draft(owner: User, number: int, **fields: object) -> Draft:
    """A letter of an account of its own, with facts of records of its own."""
    customer = factories.CustomerFactory.create(owner=owner, account_executive=factories.UserFactory.create())
    person = factories.StakeholderFactory.create(customer=customer)
    samples = [
        factories.UsageSampleFactory.create(customer=customer, at=timezone.now() - timedelta(days=days))
        for days in (90, 0)
    ]
    wanted = (("customer", customer, "name"), ("stakeholder", person, "name"), ("usage", samples[1], "value"))
    facts = [
        {"key": kind, "kind": kind, "id": str(row.pk), "field": field, "type": "text", "value": "?", "display": "?"}
        for kind, row, field in wanted
    ]
    return Draft.objects.create(
        customer=customer, stakeholder=person, to_name=person.name, to_email=person.email, sender=owner,
        origin_kind=OriginKind.ENGAGE, origin_id=uuid4(), subject=f"Letter {number}", body="Hello.", facts=facts,
        written_by=factories.UserFactory.create(), **fields,
    )  # fmt: skip


def _doubtful(owner: User, number: int) -> Draft:
    return _draft(owner, number, state=DraftState.NEEDS_REVIEW, attempted_at=timezone.now())


def _kept_back(owner: User, number: int) -> Draft:
    now = timezone.now()
    return _draft(owner, number, state=DraftState.BLOCKED, blocked_by="hold", waits_since=now, outcome="On hold.")


def _reply(owner: User, number: int) -> object:
    customer = factories.CustomerFactory.create(owner=owner)
    return factories.ReplyFactory.create(stakeholder=factories.StakeholderFactory.create(customer=customer))


def _stop(owner: User, number: int) -> Suppression:
    customer = factories.CustomerFactory.create(owner=owner)
    person = factories.StakeholderFactory.create(customer=customer, email=f"stopped{number}@acme.example")
    return Suppression.objects.create(
        address=person.email, digest=f"{number:064d}", cause="person", customer=customer, by=owner, at=timezone.now()
    )


def _colleague(owner: User, number: int) -> User:
    return factories.UserFactory.create(team=factories.TeamFactory.create())


@pytest.mark.parametrize(
    ("address", "fill"),
    [
        ("/approvals", _draft),
        ("/needs-review", _doubtful),
        ("/waiting", _kept_back),
        ("/replies", _reply),
        ("/settings/suppressed", _stop),
        ("/settings/people", _colleague),
    ],
)
def test_list_asks_as_many_queries_for_fifty_rows_as_for_one(
    client: Client, lead: User, address: str, fill: Fill
) -> None:
    client.force_login(lead)
    client.get(address)  # what a process reads once
    counts, made = {}, 0
    for size in SIZES:
        for number in range(made, size):
            fill(lead, number)
        made = size
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        assert answer.status_code == 200
        counts[size] = len(queries)

    assert counts[1] == counts[3] == counts[50] <= 12

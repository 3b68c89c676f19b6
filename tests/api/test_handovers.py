"""Handovers by API: preview first, rights, nothing of another team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from customers.models import Customer, Todo, User
from tests import factories
from tests.api.conftest import Caller, error_of


@pytest.fixture
def account(csm: User) -> Customer:
    made: Customer = factories.CustomerFactory.create(name="Acme Rail", owner=csm)
    Todo.objects.create(customer=made, title="Call", owner=csm, waits_since=timezone.now())
    return made


def body(account: Customer, new: User, **more: Any) -> dict[str, Any]:
    return {"customerIds": [str(account.pk)], "to": str(new.pk), "reason": "Dana leaves", **more}


def test_api_previews_then_hands_over_then_finds_nothing(
    call_as: Callable[..., Caller], lead: User, csm: User, other_csm: User, account: Customer
) -> None:
    call = call_as(lead)

    seen = call.post("/api/handovers?preview=true", body(account, other_csm)).json()
    done = call.post("/api/handovers", body(account, other_csm)).json()
    again = call.post("/api/handovers", body(account, other_csm)).json()

    moved = [{"kind": "todos", "count": 1, "words": "1 task"}]
    assert seen == {"isPreview": True, "accounts": 1, "kept": 0, "moved": moved}
    assert done == {"isPreview": False, "accounts": 1, "kept": 0, "moved": moved}
    assert again == {"isPreview": False, "accounts": 0, "kept": 1, "moved": []}


def test_api_takes_names_for_all_of_a_person(
    call_as: Callable[..., Caller], lead: User, csm: User, other_csm: User, account: Customer
) -> None:
    done = call_as(lead).post("/api/handovers", {"from": "dana", "to": "marco", "reason": "Dana leaves"})

    account.refresh_from_db()
    assert done.status_code == 200
    assert account.owner == other_csm


def test_api_refuses_whom_it_must(
    call_as: Callable[..., Caller], lead: User, csm: User, other_csm: User, account: Customer, foreign: Customer
) -> None:
    for by, asked, status in (
        (csm, body(account, other_csm), 403),
        (lead, body(foreign, other_csm), 404),
        (lead, body(account, other_csm, to="nobody"), 404),
        (lead, body(account, foreign.owner), 400),  # type: ignore[arg-type]
        (lead, body(account, other_csm, reason=""), 400),
        (lead, {"to": "marco", "reason": "x"}, 400),
        (lead, {"from": foreign.owner.username, "to": "marco", "reason": "x"}, 404),  # type: ignore[union-attr]
    ):
        for path in ("/api/handovers", "/api/handovers?preview=true"):
            response = call_as(by).post(path, asked)
            assert (response.status_code, bool(error_of(response))) == (status, True)
    account.refresh_from_db()
    assert account.owner == csm

"""What ops see first in the admin: the clock, the queues, and who outside is connected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.desk.machine import read_machine
from config.queues import IN_DOUBT, ON_THE_WAY, QUEUES
from customers.enums import ClaimState
from customers.models import User
from customers.models.base import ClaimedRow
from emails.enums import DraftState
from emails.models import Draft
from emails.writing import breaker
from journeys.models import ClockState
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def letter(state: str, *, minutes: int = 0) -> Draft:
    draft = Draft.objects.create(
        customer=factories.CustomerFactory.create(), to_name="A", to_email="a@b.example", subject="S", body="B"
    )
    fields: dict[str, Any] = {"state": state, "updated_at": NOW - timedelta(minutes=minutes)}
    if state == DraftState.SENT:
        fields["sent_at"] = fields["updated_at"]
    if state != "draft":
        fields |= {"approved_at": NOW, "approval_expires_at": NOW, "approval_hash": "x", "attempted_at": NOW}
    Draft.objects.filter(pk=draft.pk).update(**fields)
    return draft


def queue(user: User, label: str) -> Any:
    cache.clear()
    return next(one for one in read_machine(user, now=NOW).queues if one.label == label)


def test_letters_on_the_way_in_doubt_and_failed_are_counted(ops: User) -> None:
    for state, minutes in (("queued", 9), ("queued", 4), ("unknown", 1), ("failed", 5), ("failed", 60 * 24 * 8)):
        letter(state, minutes=minutes)
    letter("draft")

    found = queue(ops, "Letters")

    assert (found.waiting, found.in_doubt, found.failed) == (2, 1, 1)
    assert found.oldest == NOW - timedelta(minutes=9)


def test_every_table_that_leaves_by_being_claimed_is_shown() -> None:
    from django.apps import apps

    elsewhere = {"Notice", "SlackClick"}  # What is told at Slack, and what came from there.
    claimed = {model.__name__ for model in apps.get_models() if issubclass(model, ClaimedRow)}

    assert {model.__name__ for _, model, _ in QUEUES} == claimed - elsewhere
    assert set(ON_THE_WAY) | set(IN_DOUBT) <= set(ClaimState)


@pytest.mark.parametrize(("age_s", "is_ticking"), [(10, True), (181, False), (None, False)])
def test_clock_that_nobody_rings_is_said(ops: User, age_s: int | None, is_ticking: bool) -> None:
    if age_s is not None:
        ClockState.objects.update_or_create(pk=1, defaults={"last_tick_at": NOW - timedelta(seconds=age_s)})

    machine = read_machine(ops, now=NOW)

    assert (machine.is_ticking, machine.is_well) == (is_ticking, is_ticking)


def test_vendor_says_why_it_is_not_called_and_that_it_is_paused(ops: User, settings: Any) -> None:
    off = {vendor.label: vendor for vendor in read_machine(ops, now=NOW).vendors}
    settings.ANTHROPIC_API_KEY, settings.OUTBOUND = "x", "on"
    breaker.open_breaker("Claude did not answer in time.")
    on = {vendor.label: vendor for vendor in read_machine(ops, now=NOW).vendors}

    assert "ANTHROPIC_API_KEY" in off["Claude"].why_off and not off["Slack"].is_on
    assert (on["Claude"].is_on, on["Claude"].trouble) == (True, "Claude did not answer in time.")


def test_first_page_of_the_admin_shows_it_in_few_queries(client: Client, ops: User) -> None:
    letter("needs_review")
    client.force_login(ops, backend="django.contrib.auth.backends.ModelBackend")
    cache.clear()

    with CaptureQueriesContext(connection) as captured:
        words = client.get(reverse("admin:index")).content.decode()

    assert "Letters" in words and "never" in words and "needs you" in words
    assert len(captured) <= 12


@pytest.mark.parametrize("role", ["csm", "lead", "reader"])
def test_nobody_else_is_shown_the_machine(client: Client, role: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(role), backend="django.contrib.auth.backends.ModelBackend")

    assert (
        client.get(reverse("admin:index")).status_code == 302 or client.get(reverse("admin:index")).status_code == 403
    )

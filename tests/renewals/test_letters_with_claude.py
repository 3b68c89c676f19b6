"""Engage with a model at the wire: pages never ask it, the API asks for all letters at once, plans carry jobs along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_httpserver import HTTPServer
from time_machine import TimeMachineFixture
from werkzeug import Request, Response

from customers.models import Stakeholder, User
from emails.enums import PriceApproach, Writer
from emails.models import Draft, Writing
from emails.services import writings
from emails.services.editing import save_draft
from emails.services.ordering import write_and_wait
from emails.writing import breaker
from renewals.models import EngageRun, Renewal
from renewals.queries.letters import list_drafts
from renewals.services.engage import choose_price_approach, open_engage
from renewals.services.letters import refresh_letters, write_letters
from renewals.services.renewals import lock_price
from tests.emails.test_writers import message
from tests.renewals.conftest import at_day

pytestmark = pytest.mark.django_db
NOW = at_day(117)
ANY_LETTER = {
    "subject": "Acme and the year ahead",
    "paragraphs": ["You know us well.", "The proposal is attached.", "Shall we talk?"],
}


class Model:
    def __init__(self, server: HTTPServer) -> None:
        self.asked: list[dict[str, Any]] = []
        server.expect_request("/v1/messages", method="POST").respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        self.asked.append(request.get_json())
        return Response(json.dumps(message(ANY_LETTER)), content_type="application/json")


@pytest.fixture
def model(httpserver: HTTPServer, settings: Any, time_machine: TimeMachineFixture) -> Iterator[Model]:
    settings.ANTHROPIC_API_KEY = "sk-test"
    settings.ANTHROPIC_BASE_URL = httpserver.url_for("").rstrip("/")
    settings.OUTBOUND = "on"
    time_machine.move_to(NOW)
    cache.clear()
    yield Model(httpserver)
    cache.clear()


@pytest.fixture
def run(renewal: Renewal, people: dict[str, Stakeholder], csm: User, model: Model) -> EngageRun:
    lock_price(renewal, now=NOW, by=csm)
    run = open_engage(renewal.customer, now=NOW, by=csm)
    choose_price_approach(run, approach=PriceApproach.BURY_PRICE, reason="Meet first", now=NOW, by=csm)
    return run


@pytest.fixture
def page(client: Client, csm: User) -> Client:
    client.force_login(csm)
    return client


def test_opening_by_page_asks_nobody_and_leaves_three_jobs(
    model: Model, renewal: Renewal, people: dict[str, Stakeholder], page: Client
) -> None:
    page.post(f"/customers/{renewal.customer_id}/engage/open")

    assert model.asked == []
    assert list(Draft.objects.values_list("writer", flat=True)) == [Writer.BUILT_IN] * 3
    assert Writing.objects.filter(due_at__isnull=False).count() == 3
    shown = page.get(f"/customers/{renewal.customer_id}/engage/emails").content.decode()
    assert shown.count("Claude is writing a version") == 3
    assert "Claude does not answer" not in shown


def test_all_letters_of_a_plan_are_written_in_the_background(model: Model, run: EngageRun, csm: User) -> None:
    write_letters(run, now=NOW, by=csm)

    assert writings.write_due(now=NOW) == 3

    assert [draft.writer for draft in list_drafts(run)] == [Writer.CLAUDE] * 3
    assert len(model.asked) == 3


def test_waiting_pen_gives_claudes_letters(model: Model, run: EngageRun, csm: User) -> None:
    letters = write_letters(run, now=NOW, by=csm, pen=write_and_wait)

    assert [draft.writer for draft in letters.drafts] == [Writer.CLAUDE] * 3
    assert not Writing.objects.exists()


def test_other_approach_is_written_at_once_and_asked_for_again(model: Model, run: EngageRun, csm: User) -> None:
    write_letters(run, now=NOW, by=csm)
    writings.write_due(now=NOW)

    choose_price_approach(run, approach=PriceApproach.VALUE_FIRST, reason="They asked", now=NOW, by=csm)
    refresh_letters(run, now=NOW, by=csm)

    drafts = list_drafts(run)
    jobs = Writing.objects.filter(due_at__isnull=False)
    changed = [draft for draft in drafts if draft.price_approach != PriceApproach.BURY_PRICE]
    assert len(changed) == 3
    assert {draft.writer for draft in changed} == {Writer.BUILT_IN}
    assert dict(jobs.values_list("draft_id", "version")) == {draft.pk: draft.version for draft in changed}


def test_job_follows_a_letter_that_the_plan_realigned(model: Model, run: EngageRun, csm: User) -> None:
    write_letters(run, now=NOW, by=csm)
    before = list_drafts(run)[1]
    run.customer.account_executive = None
    run.customer.save()
    run.plan.touches.update(owner=None)

    refresh_letters(run, now=NOW, by=csm)

    after = list_drafts(run)[1]
    assert before.cc != after.cc, "the copy went, so the draft has another version"
    assert after.writing.version == after.version > before.version
    writings.write_due(now=NOW)
    assert list_drafts(run)[1].writer == Writer.CLAUDE


def test_edited_letter_of_a_changed_plan_keeps_its_text(model: Model, run: EngageRun, csm: User) -> None:
    first = write_letters(run, now=NOW, by=csm).drafts[0]
    save_draft(first, version=first.version, now=NOW, by=csm, body="Hi Ada,\n\nmine.\n\nDana")

    choose_price_approach(run, approach=PriceApproach.NO_PRICE, reason="Listen", now=NOW, by=csm)
    refresh_letters(run, now=NOW, by=csm)
    writings.write_due(now=NOW)

    kept = list_drafts(run)[0]
    assert (kept.writer, "mine" in kept.body) == (Writer.PERSON, True)


def test_emails_step_says_that_claude_is_away(model: Model, run: EngageRun, csm: User, page: Client) -> None:
    breaker.open_breaker("Claude could not be reached.")
    write_letters(run, now=NOW, by=csm)

    shown = page.get(f"/customers/{run.customer_id}/engage/emails").content.decode()

    assert "Claude does not answer at the moment" in shown
    assert shown.count("Claude could not be reached. The built-in writer wrote this") == 3
    assert model.asked == []

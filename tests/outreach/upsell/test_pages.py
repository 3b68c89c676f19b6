"""The pages of runs: read as keys and values, decided on by those who may, errors beside their fields."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from config.desk.panels import todo_url
from customers.models import Customer, Stakeholder, Todo, User
from outreach.enums import RunState, StepState, UpsellReply, UpsellStepName
from outreach.models import UpsellRun
from outreach.services.upsell import stepping
from outreach.services.upsell.answering import take_reply
from tests import factories
from tests.outreach.upsell.conftest import fresh, mail_of
from tests.outreach.upsell.playing import play_to_the_wait, start, state_of, step_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def dana(client: Client, csm: User) -> Client:
    client.force_login(csm)
    return client


@pytest.fixture
def run(account: Customer, csm: User, now: datetime) -> UpsellRun:
    made = start(account, csm, now=now, level="FULL_AUTOMATION")
    stepping.sweep(now)
    return fresh(made)


def at(run: UpsellRun, what: str = "") -> str:
    return f"/upsell-runs/{run.pk}{what}"


def test_run_reads_in_words_and_not_as_json(dana: Client, run: UpsellRun) -> None:
    page = dana.get(at(run)).content.decode()

    for words in (
        "Current usage", "Threshold exceeded", "Contract end date", "$48,000", "ROI analysis", "The built-in planner",
        "Problem-solving", "Waits for a person", "Somebody&#x27;s approval of the mail.", "Approve the mail",
        "Does less alone than it was meant to", "more than this workspace allows",
    ):  # fmt: skip
        assert words in page, words
    run.steps.filter(name="fetch_contract").update(output={"contractEndDate": "2027-03-26", "accountId": "12345"})
    run.steps.filter(name="ask_claude_for_plan").update(output={"estimatedValue": "2551.02", "currency": "NZD"})
    again = dana.get(at(run)).content.decode()
    assert "26 Mar 2027" in again and "NZ$2,551.02" in again
    assert "trade_volume" not in page and "Trade volume at Acme Trading" in page
    for raw in ("2027-03-26", "Account id", "Currency", "USD", " UTC:"):
        assert raw not in page + again, raw
    assert "{&#x27;" not in page and "{&quot;" not in page and str(mail_of(run).pk) in page


def test_board_shows_runs_by_state(dana: Client, run: UpsellRun) -> None:
    board = dana.get("/upsell-runs").content.decode()

    assert "Waits for a person" in board and "Acme Trading" in board and "capped" in board
    assert "None here" in dana.get("/upsell-runs?state=completed").content.decode()
    assert dana.get("/upsell-runs?state=nonsense").status_code == 200


def test_others_see_nothing_and_readers_decide_nothing(
    client: Client, run: UpsellRun, stranger: User, reader: User
) -> None:
    client.force_login(stranger)
    assert client.get(at(run)).status_code == 404
    assert client.post(at(run, "/cancel")).status_code == 404
    assert "Acme Trading" not in client.get("/upsell-runs").content.decode()

    client.force_login(reader)
    page = client.get(at(run))
    assert page.status_code == 200 and "Approve the mail" not in page.content.decode()
    for what in ("/cancel", "/reply", "/steps/send_email_draft/approve", "/steps/send_email_draft/skip"):
        assert client.post(at(run, what)).status_code == 403, what
    assert client.get("/upsell-runs/new").status_code == 403


def test_start_by_hand_keeps_what_was_typed(dana: Client, account: Customer, now: datetime) -> None:
    asked = {"account": "Nobody Ltd", "metric": "users", "event_id": "mine", "level": "HYBRID"}

    wrong = dana.post("/upsell-runs/new", asked).content.decode()
    assert "No account of yours is called so." in wrong and 'value="Nobody Ltd"' in wrong and 'value="mine"' in wrong
    factories.CustomerFactory.create(name="Acme Trading East", owner=account.owner)
    several = dana.post("/upsell-runs/new", {**asked, "account": "acme"}).content.decode()
    assert "Several accounts are called so" in several

    made = dana.post("/upsell-runs/new", {**asked, "account": "acme trading"})
    run = UpsellRun.objects.get()
    assert (made.status_code, made.headers["Location"]) == (302, at(run))
    assert (run.started_by, run.metric, run.event_id) == (account.owner, "users", "mine")
    again = dana.post("/upsell-runs/new", {**asked, "account": "12345"}, follow=True)
    assert "This event has a run already" in again.content.decode() and UpsellRun.objects.count() == 1


def test_mail_is_approved_on_the_page(dana: Client, run: UpsellRun) -> None:
    dana.post(at(run, "/steps/send_email_draft/approve"))

    assert mail_of(run).is_sent


def test_value_and_time_are_put_down_with_the_yes(dana: Client, account: Customer, csm: User, now: datetime) -> None:
    run = play_to_the_wait(account, csm, now=now)
    dana.post(at(run, "/reply"), {"reply": "yes"})
    assert fresh(run).reply == "yes"

    sunday = dana.post(at(run, "/steps/create_zoom_meeting/approve"), {"starts_at": "2026-03-08T10:00"})
    page = sunday.content.decode()
    assert sunday.status_code == 422 and "no working hour at the account" in page and "2026-03-08T10:00" in page
    dana.post(at(run, "/steps/create_zoom_meeting/approve"), {"starts_at": "2026-03-11T10:00"})
    stepping.sweep(now)
    assert step_of(run, UpsellStepName.CREATE_ZOOM_MEETING).output["startsAt"] == "2026-03-11T10:00:00+00:00"

    wrong = dana.post(at(run, "/steps/log_opportunity/approve"), {"estimated_value": "-4"})
    assert wrong.status_code == 422 and 'value="-4"' in wrong.content.decode()
    dana.post(at(run, "/steps/log_opportunity/approve"), {"estimated_value": "4000"})
    stepping.sweep(now)
    assert (fresh(run).state, str(fresh(run).opportunity.estimated_value)) == (RunState.COMPLETED, "4000.00")


def test_what_is_out_of_turn_is_said(dana: Client, run: UpsellRun) -> None:
    for what in ("/steps/log_opportunity/approve", "/steps/fetch_usage/retry", "/reply"):
        page = dana.post(at(run, what), {"reply": "yes"}, follow=True).content.decode()
        assert 'role="alert"' in page, what
    assert dana.post(at(run, "/steps/dance/approve")).status_code == 404
    assert dana.post(at(run, "/reply"), {"reply": "timeout"}).status_code == 422


def test_step_is_left_out_with_its_reason(dana: Client, run: UpsellRun, now: datetime) -> None:
    long = dana.post(at(run, "/steps/send_email_draft/skip"), {"reason": "x" * 201})
    assert long.status_code == 422 and "x" * 201 in long.content.decode()

    dana.post(at(run, "/steps/send_email_draft/skip"), {"reason": "We met them"})

    assert state_of(run, UpsellStepName.SEND_EMAIL_DRAFT) == StepState.SKIPPED
    assert mail_of_state(run) == "cancelled"
    assert "We met them" in dana.get(at(run)).content.decode()


def mail_of_state(run: UpsellRun) -> str:
    return str(run.introductions.get().draft.state)


def test_account_without_anybody_to_write_to_asks_for_a_person(
    account: Customer, csm: User, now: datetime, dana: Client
) -> None:
    Stakeholder.objects.filter(customer=account).delete()
    run = start(account, csm, now=now)
    stepping.sweep(now)

    assert fresh(run).state == RunState.NEEDS_REVIEW
    assert "Nobody at this account can be written to" in dana.get(at(run)).content.decode()
    factories.StakeholderFactory.create(customer=account, name="Jennifer Park", primary=True)
    dana.post(at(run, "/steps/send_email_draft/retry"))
    stepping.sweep(now)
    assert fresh(run).state == RunState.WAITING_PERSON


def test_owner_is_led_to_the_run(run: UpsellRun, now: datetime) -> None:
    todo = Todo.objects.get(kind="upsell_run", state="open")

    assert (todo.owner, todo_url(todo)) == (run.customer.owner, at(run))


def test_alerts_todo_leads_to_the_run_and_ends_with_it(
    account: Customer, csm: User, alert: Any, move: Any, send_mail: Any, commit: Any, now: datetime
) -> None:
    run = move(alert())
    told = Todo.objects.get(kind="usage_alert")
    assert (told.title, todo_url(told), told.state) == ("Upsell run under way: trade volume 150", at(run), "open")

    send_mail(run, csm)
    run = move(run)
    with commit(now):
        take_reply(run.pk, UpsellReply.NO, now=now, by=csm)
    move(run)
    assert Todo.objects.get(kind="usage_alert").state == "done"


def test_panel_shows_the_latest_run(dana: Client, run: UpsellRun) -> None:
    panel = dana.get(f"/customers/{run.customer_id}/panels/expansion").content.decode()

    assert at(run) in panel

"""How much a run does alone: no more than the workspace allows, and through the one gate at any level (promise 2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from customers.enums import HoldScope
from customers.models import Activity, Customer, Meeting, Stakeholder, StandInCall, User
from customers.services.holds import end_hold, hold_customer, set_brake
from emails.enums import DraftState
from emails.models import CapturedMail, Draft
from emails.services import outbox
from emails.services.replies import apply_reply
from outreach.enums import AutomationLevel, RunState, StepState, UpsellStepName
from outreach.models import Opportunity, OutreachSettings, UpsellRun
from outreach.services.upsell.steps.mail import RULE
from tests import factories
from tests.outreach.upsell.conftest import Commit, allow_full, fresh, mail_of
from tests.outreach.upsell.playing import ONCE, count_all, state_of, step_of

pytestmark = pytest.mark.django_db
MAIL = UpsellStepName.SEND_EMAIL_DRAFT


@pytest.fixture
def critical(
    account: Customer, ops: User, alert: Callable[..., UpsellRun], move: Callable[..., UpsellRun], now: datetime
) -> UpsellRun:
    """A run of a critical alert where ops have allowed full automation; its mail is approved by the rule."""
    allow_full(ops, now=now)
    return move(alert(severity="critical"))


def sweep_outbox(commit: Commit, at: datetime) -> None:
    with commit(at):
        outbox.sweep(now=at)


def test_critical_alert_under_hybrid_never_mails_by_itself(
    account: Customer, alert: Callable[..., UpsellRun], move: Callable[..., UpsellRun], commit: Commit, now: datetime
) -> None:
    run = move(alert(severity="critical"))
    for hours in (1, 20, 25, 24 * 6):
        sweep_outbox(commit, now + timedelta(hours=hours))
        move(run, now + timedelta(hours=hours))

    run = fresh(run)
    assert (run.level, run.wanted_level) == (AutomationLevel.HYBRID, AutomationLevel.FULL)
    assert "more than this workspace allows" in run.level_reason
    assert (run.state, mail_of(run).state) == (RunState.WAITING_PERSON, DraftState.DRAFT)
    assert not CapturedMail.objects.exists()


def test_full_run_mails_by_the_rule_and_through_the_gate(
    critical: UpsellRun, ops: User, commit: Commit, move: Callable[..., UpsellRun], now: datetime
) -> None:
    draft = mail_of(critical)
    assert (critical.state, draft.state) == (RunState.RUNNING, DraftState.QUEUED)
    assert (draft.approval_rule, draft.approved_by) == (RULE, ops)

    sweep_outbox(commit, now)
    run = move(critical)

    draft = mail_of(run)
    assert draft.is_sent and all(line["passed"] for line in draft.receipt) and len(draft.receipt) >= 9
    assert run.state == RunState.WAITING_REPLY
    assert "by the rule" in step_of(run, MAIL).output["approvedBy"]
    line = Activity.objects.get(verb="draft.queued")
    assert line.actor is None and RULE in line.summary


def test_full_run_goes_all_the_way_on_a_yes(
    critical: UpsellRun, commit: Commit, move: Callable[..., UpsellRun], now: datetime
) -> None:
    """The brake that this very reply sets does not keep the meeting back that it asks for."""
    sweep_outbox(commit, now)
    run = move(critical)
    letter, at = mail_of(run), now + timedelta(hours=2)
    reply = factories.ReplyFactory.create(
        customer=letter.customer, stakeholder=letter.stakeholder, draft=letter, classification="positive",
        text="Yes, please.", received_at=at,
    )  # fmt: skip
    with commit(at):
        apply_reply(reply, now=at)
    run = move(run, at)

    assert run.state == RunState.COMPLETED
    assert count_all() == ONCE


@pytest.mark.parametrize("how", ["hold", "opted out", "night"])
def test_full_run_is_kept_back_by_the_gate(
    account: Customer, ops: User, csm: User, alert: Callable[..., UpsellRun], move: Callable[..., UpsellRun],
    commit: Commit, now: datetime, how: str,
) -> None:  # fmt: skip
    allow_full(ops, now=now)
    at = now
    if how == "hold":
        hold_customer(account, scope=HoldScope.ACCOUNT, until=None, reason="A merger", now=now, by=csm)
    elif how == "opted out":
        from emails.enums import SuppressionCause
        from emails.services.suppression import suppress

        person = Stakeholder.objects.get(customer=account)
        suppress(person.email, cause=SuppressionCause.UNSUBSCRIBED, now=now, by=None)
    else:
        at = now.replace(hour=2)
    run = move(alert(at, severity="critical"), at)
    sweep_outbox(commit, at + timedelta(minutes=1))

    assert not CapturedMail.objects.exists()
    assert not fresh(run).is_ended


@pytest.mark.parametrize("why", ["ceiling lowered", "nobody on record", "ops has left", "amber fact"])
def test_full_run_waits_for_a_person_where_the_rule_may_not_speak(
    account: Customer, ops: User, alert: Callable[..., UpsellRun], move: Callable[..., UpsellRun], now: datetime,
    monkeypatch: Any, why: str,
) -> None:  # fmt: skip
    allow_full(ops, now=now)
    run = alert(severity="critical")
    assert run.level == AutomationLevel.FULL
    if why == "ceiling lowered":
        OutreachSettings.objects.update(upsell_ceiling=AutomationLevel.HYBRID)
    elif why == "nobody on record":
        monkeypatch.setattr("outreach.services.upsell.steps.mail.SWITCHED_ON", "upsell.never")
    elif why == "ops has left":
        User.objects.filter(pk=ops.pk).update(is_active=False)
    else:
        monkeypatch.setattr("emails.queries.checks.Judgement.unsupported", ("99 %",))
    run = move(run)

    draft = mail_of(run)
    assert (run.state, draft.state, draft.approved_at) == (RunState.WAITING_PERSON, DraftState.DRAFT, None)
    assert step_of(run, MAIL).note.startswith("The mail is written and waits for an approval.")


def test_meeting_waits_while_the_account_is_held(
    critical: UpsellRun, csm: User, commit: Commit, move: Callable[..., UpsellRun], now: datetime
) -> None:
    from outreach.enums import UpsellReply
    from outreach.services.upsell.answering import take_reply

    sweep_outbox(commit, now)
    run = move(critical)
    hold = hold_customer(run.customer, scope=HoldScope.ACCOUNT, until=None, reason="A merger", now=now, by=csm)
    with commit(now):
        take_reply(run.pk, UpsellReply.YES, now=now, by=csm)
    run = move(run)
    assert (run.state, state_of(run, UpsellStepName.CREATE_ZOOM_MEETING)) == (RunState.RUNNING, StepState.QUEUED)
    assert not StandInCall.objects.filter(vendor="zoom").exists()

    with commit(now):
        end_hold(hold, now=now, by=csm)
    run = move(run)
    assert (run.state, Meeting.objects.count()) == (RunState.COMPLETED, 1)


def test_meeting_waits_under_a_brake_of_something_else(
    critical: UpsellRun, csm: User, commit: Commit, move: Callable[..., UpsellRun], now: datetime
) -> None:
    from outreach.enums import UpsellReply
    from outreach.services.upsell.answering import take_reply

    sweep_outbox(commit, now)
    run = move(critical)
    set_brake(run.customer, reason="They complained", now=now, by=csm)
    with commit(now):
        take_reply(run.pk, UpsellReply.YES, now=now, by=csm)
    run = move(run)

    assert state_of(run, UpsellStepName.CREATE_ZOOM_MEETING) == StepState.QUEUED
    assert not Opportunity.objects.exclude(run=None).exists()


def test_declined_mail_waits_for_a_person_who_may_have_it_written_again(
    account: Customer, csm: User, alert: Callable[..., UpsellRun], move: Callable[..., UpsellRun], commit: Commit,
    now: datetime,
) -> None:  # fmt: skip
    from emails.services.approvals import decline_letter
    from outreach.services.upsell.deciding import retry_step

    run = move(alert())
    draft = mail_of(run)
    with commit(now):
        decline_letter(draft.pk, version=draft.version, reason="Not now", now=now, by=csm)
    run = fresh(run)
    assert (run.state, state_of(run, MAIL)) == (RunState.NEEDS_REVIEW, StepState.NEEDS_REVIEW)

    with commit(now):
        retry_step(run, MAIL, now=now, by=csm)
    run = move(run)
    assert run.state == RunState.WAITING_PERSON
    assert Draft.objects.filter(state=DraftState.DRAFT, origin_kind="upsell").count() == 1


def test_failure_to_start_leaves_the_alert_decided(
    account: Customer, commit: Commit, now: datetime, monkeypatch: Any
) -> None:
    from outreach.models import UsageAlert
    from outreach.services import alerts
    from outreach.services.upsell import starting, stepping
    from tests.outreach.alert_calls import alert_body
    from tests.outreach.alert_calls import send as call_webhook

    with monkeypatch.context() as broken:
        broken.setattr(starting, "advance", lambda *_, **__: 1 / 0)
        with time_machine.travel(now, tick=False):
            call_webhook(alert_body(), now)
        with commit(now):
            alerts.apply_due(now=now)
        assert UsageAlert.objects.get().outcome == "starts_run" and not UpsellRun.objects.exists()

    stepping.sweep(now)
    assert UpsellRun.objects.get().alert == UsageAlert.objects.get()

"""The example of the spec, from the signed webhook to the logged opportunity, whatever they answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from customers.models import Activity, Customer, Meeting, StandInCall, Todo, User
from customers.services.merging import merge_customers
from emails.enums import DraftState
from emails.models import CapturedMail, Draft
from journeys.models import AutomationSchedule
from journeys.services.clock import tick
from outreach.enums import AutomationLevel, OpportunityStage, RunState, UpsellReply, UpsellStepName
from outreach.models import Opportunity, UpsellIntroduction, UpsellRun, UpsellStep
from outreach.services.upsell.answering import NothingToAnswer, take_reply
from outreach.services.upsell.deciding import approve_step
from tests import factories
from tests.outreach.upsell.conftest import Commit, fresh, mail_of, states
from tests.outreach.upsell.playing import start

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


@pytest.fixture
def waiting(
    account: Customer, csm: User, alert: Callable[..., UpsellRun], move: Callable[..., UpsellRun],
    send_mail: Callable[..., Draft],
) -> UpsellRun:  # fmt: skip
    """A hybrid run whose mail has left, and which waits for the reply."""
    run = move(alert())
    send_mail(run, csm)
    return move(run)


def outputs(run: UpsellRun, name: UpsellStepName) -> dict[str, object]:
    return dict(UpsellStep.objects.get(run=run, name=name).output)


def count_all() -> tuple[int, int, int, int, int]:
    """Runs, mails, Slack summaries, meetings, opportunities."""
    return (
        UpsellRun.objects.count(),
        CapturedMail.objects.count(),
        StandInCall.objects.filter(vendor="slack", action="post", request__text__icontains="an expansion").count(),
        StandInCall.objects.filter(vendor="zoom").count(),
        Opportunity.objects.count(),
    )


def test_hybrid_run_takes_what_is_internal_and_waits_for_the_mails_yes(
    account: Customer, alert: Callable[..., UpsellRun], move: Callable[..., UpsellRun]
) -> None:
    run = move(alert())

    assert (run.level, run.wanted_level, run.state) == ("HYBRID", "HYBRID", RunState.WAITING_PERSON)
    assert list(states(run).values()) == ["sent", "sent", "sent", "waiting", "waiting", "waiting", "waiting", "waiting"]
    usage = outputs(run, UpsellStepName.FETCH_USAGE)
    assert (usage["accountId"], usage["currentUsage"], usage["thresholdExceeded"]) == ("12345", "150", "100")
    assert (usage["usageTrend"], usage["usagePeriod"]) == ("increasing", "daily")
    contract = outputs(run, UpsellStepName.FETCH_CONTRACT)
    assert (contract["currentPlan"], contract["currentSpend"]) == ("Professional", "60000.00")
    plan = outputs(run, UpsellStepName.ASK_CLAUDE_FOR_PLAN)
    assert (plan["recommendedPlan"], plan["estimatedValue"], plan["proposedBy"]) == (
        "Enterprise",
        "48000.00",
        "built_in",
    )
    draft = mail_of(run)
    assert (draft.state, draft.to_name) == (DraftState.DRAFT, "Jennifer Park")
    assert Todo.objects.filter(kind="upsell_run", source_id=run.pk, state="open").count() == 1
    assert not CapturedMail.objects.exists()


def test_mail_that_left_brings_slack_and_the_wait(waiting: UpsellRun, now: datetime) -> None:
    assert (waiting.state, waiting.waits_until) == (RunState.WAITING_REPLY, now + DAY)
    assert count_all() == (1, 1, 1, 0, 0)
    row = AutomationSchedule.objects.get(kind="outreach.upsell_timeout")
    assert (row.trigger_at, row.type) == (now + DAY, "WAIT_FOR_REPLY")
    assert not Todo.objects.filter(kind="upsell_run", state="open").exists()
    mail = UpsellStep.objects.get(run=waiting, name=UpsellStepName.SEND_EMAIL_DRAFT)
    assert mail.output["approvedBy"] == "Dana Whitfield" and mail.approved_by is not None


def test_yes_makes_the_meeting_and_logs_the_opportunity(
    waiting: UpsellRun, csm: User, commit: Commit, move: Callable[..., UpsellRun], now: datetime
) -> None:
    with commit(now):
        take_reply(waiting.pk, UpsellReply.YES, now=now, by=csm)
    run = move(waiting)
    assert run.state == RunState.WAITING_PERSON  # hybrid: the meeting waits for a yes
    with commit(now):
        approve_step(run, UpsellStepName.CREATE_ZOOM_MEETING, now=now, by=csm)
    run = move(run)
    assert run.state == RunState.WAITING_PERSON
    with commit(now):
        approve_step(run, UpsellStepName.LOG_OPPORTUNITY, now=now, by=csm, estimated_value=Decimal(50_000))
    run = move(run)

    assert (run.state, run.reply) == (RunState.COMPLETED, "yes")
    assert count_all() == (1, 1, 1, 1, 1)
    meeting = Meeting.objects.get()
    assert (meeting.starts_at.isoformat(), meeting.starts_at.weekday()) == ("2026-03-09T10:00:00+00:00", 0)
    assert "zoom.example" in meeting.notes and "start_url" not in str(
        StandInCall.objects.filter(vendor="zoom")[0].answer
    )
    found = Opportunity.objects.get()
    assert (found.run, found.stage, found.estimated_value) == (run, OpportunityStage.IN_TALKS, Decimal(50_000))
    assert (found.intro_response, found.intro_sent_at is not None) == ("yes", True)


def test_no_declines_and_logs_what_was_lost(
    waiting: UpsellRun, csm: User, commit: Commit, move: Callable[..., UpsellRun], now: datetime
) -> None:
    with commit(now):
        take_reply(waiting.pk, UpsellReply.NO, now=now, by=csm)
    run = move(waiting)

    assert run.state == RunState.DECLINED
    assert count_all() == (1, 1, 1, 0, 1)
    assert Opportunity.objects.get().stage == OpportunityStage.LOST


def test_maybe_makes_a_task_and_no_meeting(
    waiting: UpsellRun, csm: User, commit: Commit, move: Callable[..., UpsellRun], now: datetime
) -> None:
    with commit(now):
        take_reply(waiting.pk, UpsellReply.MAYBE, now=now, by=csm)
        take_reply(waiting.pk, UpsellReply.MAYBE, now=now, by=csm)
    with commit(now):
        approve_step(fresh(waiting), UpsellStepName.LOG_OPPORTUNITY, now=now, by=csm)
    run = move(waiting)

    assert run.state == RunState.COMPLETED
    assert Todo.objects.filter(kind="upsell_maybe").count() == 1
    assert count_all() == (1, 1, 1, 0, 1)


def test_silence_is_logged_and_a_late_yes_goes_on(
    waiting: UpsellRun, csm: User, commit: Commit, move: Callable[..., UpsellRun], now: datetime
) -> None:
    over = now + DAY
    with commit(over - timedelta(seconds=1)):
        tick(now=over - timedelta(seconds=1))
    assert fresh(waiting).reply == ""
    with commit(over):
        tick(now=over)
    run = move(waiting, over)
    assert (run.reply, run.state) == ("timeout", RunState.WAITING_PERSON)
    with commit(over):
        approve_step(run, UpsellStepName.LOG_OPPORTUNITY, now=over, by=csm)
    run = move(run, over)
    assert run.state == RunState.COMPLETED
    ladder = AutomationSchedule.objects.filter(kind__in=["outreach.remind", "outreach.other_channel"])
    assert {row.status for row in ladder} == {"SCHEDULED"} and len(ladder) == 2

    late = over + timedelta(hours=3)
    with commit(late):
        take_reply(run.pk, UpsellReply.YES, now=late, by=csm)
    run = move(run, late)
    assert (run.state, run.ended_at) == (RunState.WAITING_PERSON, None)
    with commit(late):
        approve_step(run, UpsellStepName.CREATE_ZOOM_MEETING, now=late, by=csm)
    run = move(run, late)

    assert (run.state, run.reply) == (RunState.COMPLETED, "yes")
    assert count_all() == (1, 1, 1, 1, 1)
    assert Opportunity.objects.get().stage == OpportunityStage.IN_TALKS
    assert Activity.objects.filter(verb="upsell.timed_out").count() == 1


def test_redelivered_alert_starts_nothing_more(
    waiting: UpsellRun, alert: Callable[..., UpsellRun], move: Callable[..., UpsellRun], now: datetime
) -> None:
    again = alert(now + timedelta(minutes=2))
    other_id = alert(now + timedelta(minutes=3), webhook_id="msg_2")
    move(again)

    assert again.pk == other_id.pk == waiting.pk
    assert count_all() == (1, 1, 1, 0, 0)


def test_reply_by_mail_moves_the_same_run(
    waiting: UpsellRun, commit: Commit, move: Callable[..., UpsellRun], now: datetime
) -> None:
    from emails.services.replies import apply_reply

    letter = mail_of(waiting)
    at = now + timedelta(hours=1)
    reply = factories.ReplyFactory.create(
        customer=letter.customer, stakeholder=letter.stakeholder, draft=letter, classification="positive",
        text="Yes, let us talk.", received_at=at,
    )  # fmt: skip
    with commit(at):
        apply_reply(reply, now=at)
    run = move(waiting, at)

    assert (run.reply, run.state) == ("yes", RunState.WAITING_PERSON)
    assert UpsellIntroduction.objects.get().response == "yes"
    assert AutomationSchedule.objects.get(kind="outreach.upsell_timeout").status == "CANCELLED"


def test_reply_before_the_mail_left_is_refused(
    account: Customer, csm: User, alert: Callable[..., UpsellRun], move: Callable[..., UpsellRun], now: datetime
) -> None:
    run = move(alert())

    with pytest.raises(NothingToAnswer):
        take_reply(run.pk, UpsellReply.YES, now=now, by=csm)


def test_human_run_waits_at_each_step(
    account: Customer, csm: User, commit: Commit, alert: Callable[..., UpsellRun], move: Callable[..., UpsellRun],
    send_mail: Callable[..., Draft], now: datetime,
) -> None:  # fmt: skip
    run = move(alert(severity="low"))
    assert run.level == AutomationLevel.HUMAN

    for name in UpsellStepName:
        run = move(run)
        assert run.state == RunState.WAITING_PERSON, name
        with commit(now):
            approve_step(run, name, now=now, by=csm)
        run = move(run)
        if name == UpsellStepName.SEND_EMAIL_DRAFT:
            assert not CapturedMail.objects.exists()
            send_mail(run, csm)
        if name == UpsellStepName.WAIT_FOR_REPLY:
            with commit(now):
                take_reply(run.pk, UpsellReply.YES, now=now, by=csm)

    assert run.state == RunState.COMPLETED
    assert count_all() == (1, 1, 1, 1, 1)


def test_merged_accounts_keep_both_runs_of_an_event_called_alike(account: Customer, lead: User, now: datetime) -> None:
    other = factories.CustomerFactory.create(name="Acme Trading East", owner=account.owner)
    for customer in (account, other):
        start(customer, lead, now=now, event="quarter-end")

    merge_customers(kept=account, gone=other, now=now, by=lead)

    assert UpsellRun.objects.filter(customer=account).count() == 2
    assert UpsellStep.objects.filter(customer=account).count() == 16

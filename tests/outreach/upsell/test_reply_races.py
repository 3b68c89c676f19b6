"""The reply against the end of the wait, around 24 hours: one of them is first, and no reply is lost."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.drills.threads import at_once
from customers.models import Activity, Customer, User
from outreach.enums import RunState, StepState, UpsellReply, UpsellStepName
from outreach.models import UpsellRun, UpsellStep
from outreach.services.upsell import answering
from outreach.services.upsell.answering import end_waits, take_reply
from tests.conftest import NOW
from tests.outreach.upsell.conftest import fresh, make_account
from tests.outreach.upsell.playing import play_to_the_wait

RACES = 1000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 40
OVER = NOW + timedelta(hours=24)


def copy_of(run: UpsellRun, number: int) -> UpsellRun:
    """Another run that waits as this one does, without playing it anew."""
    steps = list(UpsellStep.objects.filter(run=run))
    copied = UpsellRun.objects.get(pk=run.pk)
    copied.pk, copied.event_id, copied.alert = None, f"race-{number}", None
    copied.id = UpsellRun._meta.pk.get_default()
    copied.save(force_insert=True)
    for step in steps:
        step.pk = step.id = UpsellStep._meta.pk.get_default()
        step.run = copied
    UpsellStep.objects.bulk_create(steps)
    return copied


def judge(run: UpsellRun, reply: UpsellReply) -> str:
    """Say who was first; the reply is there whoever was."""
    run = fresh(run)
    assert run.reply == reply
    lines = list(Activity.objects.filter(subject_id=run.pk, verb__startswith="upsell.").values_list("verb", flat=True))
    wait = UpsellStep.objects.get(run=run, name=UpsellStepName.WAIT_FOR_REPLY)
    assert wait.state == StepState.SENT
    assert lines.count("upsell.replied") == 1 and lines.count("upsell.timed_out") <= 1
    was_late = "upsell.timed_out" in lines
    told = {key: wait.output[key] for key in ("reply", "laterReply") if key in wait.output}
    assert told == ({"reply": "timeout", "laterReply": reply} if was_late else {"reply": reply})
    meeting = UpsellStep.objects.get(run=run, name=UpsellStepName.CREATE_ZOOM_MEETING)
    assert meeting.state == (StepState.WAITING if reply == UpsellReply.YES else StepState.SKIPPED)
    assert run.state == (RunState.RUNNING if reply == UpsellReply.NO else RunState.WAITING_PERSON)
    return "timeout" if was_late else "reply"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_reply_and_timeout_at_the_same_moment_have_one_winner(csm: User) -> None:
    first = play_to_the_wait(make_account(csm, now=NOW), csm, now=NOW)
    winners = {"timeout": 0, "reply": 0}

    for number in range(RACES):
        run = copy_of(first, number)
        reply = answering.ANSWERS[number % 3]
        at = OVER + timedelta(milliseconds=number % 3 - 1)

        def act(hand: int, run: UpsellRun = run, reply: UpsellReply = reply, at: datetime = at) -> Any:
            if hand:
                return end_waits([run.pk], at)
            return take_reply(run.pk, reply, now=at, by=None)

        outcomes = at_once(2, act)
        assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
        winners[judge(run, reply)] += 1

    assert sum(winners.values()) == RACES


@pytest.mark.django_db
@pytest.mark.parametrize("reply", answering.ANSWERS)
@pytest.mark.parametrize("first", ["reply", "timeout"])
def test_either_order_keeps_the_reply(account: Customer, csm: User, reply: UpsellReply, first: str) -> None:
    run = play_to_the_wait(account, csm, now=NOW)
    acts = [lambda: take_reply(run.pk, reply, now=OVER, by=None), lambda: end_waits([run.pk], OVER)]
    for act in acts if first == "reply" else reversed(acts):
        act()

    assert judge(run, reply) == first


@pytest.mark.django_db
def test_what_was_read_before_the_reply_came_changes_nothing(account: Customer, csm: User, monkeypatch: Any) -> None:
    """The clock has read the run as unanswered, then the reply comes: the clock's UPDATE finds no row."""
    run = play_to_the_wait(account, csm, now=NOW)
    stale = fresh(run)
    take_reply(run.pk, UpsellReply.YES, now=OVER, by=csm)

    monkeypatch.setattr(answering, "lock_run", lambda _: stale)
    end_waits([run.pk], OVER)

    assert fresh(run).reply == "yes"
    assert not Activity.objects.filter(verb="upsell.timed_out").exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_replies_and_timeouts_at_once_settle_on_one_reply(csm: User) -> None:
    run = play_to_the_wait(make_account(csm, now=NOW), csm, now=NOW)

    def act(hand: int) -> Any:
        return take_reply(run.pk, UpsellReply.YES, now=OVER, by=None) if hand % 2 else end_waits([run.pk], OVER)

    at_once(6, act)

    judge(run, UpsellReply.YES)

"""A worker killed in every step, before and after its work: each thing that leaves or is logged is there once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from customers.base import LEASE
from customers.models import Customer, Meeting, User
from outreach.enums import RunState, StepState, UpsellReply, UpsellStepName
from outreach.models import UpsellIntroduction, UpsellRun
from outreach.rules.upsell.running import AT_VENDORS, MOST_ATTEMPTS
from outreach.services.upsell import deciding, stepping
from outreach.services.upsell.answering import take_reply
from outreach.services.upsell.outcomes import Outcome, Work
from tests.outreach.upsell.conftest import fresh
from tests.outreach.upsell.playing import ONCE, approve, count_all, leave, start, state_of, step_of

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process is gone: nothing after this line is run."""


class Killer:
    """Kills the worker the first times that it takes a step, before or after its work is done."""

    def __init__(self, name: UpsellStepName, *, after: bool, times: int = 1) -> None:
        self.name, self.after, self.left = name, after, times

    def wrap(self, name: UpsellStepName, execute: Callable[[Work], Outcome]) -> Callable[[Work], Outcome]:
        def executed(work: Work) -> Outcome:
            dies = name is self.name and self.left > 0
            if dies and not self.after:
                self.left -= 1
                raise Killed
            outcome = execute(work)
            if dies:
                self.left -= 1
                raise Killed
            return outcome

        return executed


def arm(monkeypatch: Any, killer: Killer) -> None:
    executors = {name: killer.wrap(name, execute) for name, execute in stepping.EXECUTORS.items()}
    monkeypatch.setattr(stepping, "EXECUTORS", executors)


class Clock:
    """Moves on with each ring; a lease that a dead worker left is over with the next but one."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def ring(self) -> None:
        self.now += timedelta(seconds=40)
        with time_machine.travel(self.now, tick=False):
            try:
                stepping.sweep(self.now)
            except Killed:
                self.now += LEASE


def play(run: UpsellRun, by: User, clock: Clock) -> UpsellRun:
    """Ring, say yes wherever a yes is waited for, answer yes, and look at what is in doubt as a person would."""
    for _ in range(60):
        run = fresh(run)
        if run.is_ended:
            return run
        clock.ring()
        with time_machine.travel(clock.now, tick=False):
            _act(fresh(run), by, clock.now)
    raise AssertionError(f"The run does not end: {run.state}")


def _act(run: UpsellRun, by: User, now: datetime) -> None:
    if run.state == RunState.WAITING_REPLY:
        take_reply(run.pk, UpsellReply.YES, now=now, by=by)
    elif run.state == RunState.WAITING_PERSON:
        if state_of(run, UpsellStepName.SEND_EMAIL_DRAFT) == StepState.WAITING:
            leave(run, by, now=now)
        for name in (UpsellStepName.CREATE_ZOOM_MEETING, UpsellStepName.LOG_OPPORTUNITY):
            if fresh(run).state == RunState.WAITING_PERSON and _is_next(run, name):
                approve(run, name, by, now=now)
    elif run.state == RunState.NEEDS_REVIEW:
        _look(run, by, now)


def _is_next(run: UpsellRun, name: UpsellStepName) -> bool:
    earlier = run.steps.filter(position__lt=step_of(run, name).position)
    return not earlier.exclude(state__in=[StepState.SENT, StepState.SKIPPED]).exists()


def _look(run: UpsellRun, by: User, now: datetime) -> None:
    """A person sees at Slack whether the message stands there; a meeting is looked for by the client itself."""
    step = run.steps.get(state=StepState.UNKNOWN)
    if step.name == UpsellStepName.POST_SLACK_SUMMARY and count_all()["slack"]:
        deciding.skip_step(run, UpsellStepName.POST_SLACK_SUMMARY, now=now, by=by, reason="It stands there")
    else:
        deciding.retry_step(run, UpsellStepName(step.name), now=now, by=by)


@pytest.mark.parametrize("after", [False, True], ids=["before its work", "after its work"])
@pytest.mark.parametrize("name", list(UpsellStepName))
def test_worker_killed_in_a_step_leaves_everything_done_once(
    account: Customer, csm: User, now: datetime, monkeypatch: Any, name: UpsellStepName, after: bool
) -> None:
    arm(monkeypatch, Killer(name, after=after))
    clock = Clock(now)
    run = start(account, csm, now=now)

    ended = play(run, csm, clock)

    assert (ended.state, ended.reply) == (RunState.COMPLETED, "yes")
    assert count_all() == ONCE
    assert (UpsellIntroduction.objects.count(), Meeting.objects.count()) == (1, 1)
    tries = step_of(run, name).receipt
    assert len(tries) >= 1 and "The worker stopped" in tries[0]["outcome"]


@pytest.mark.parametrize("name", sorted(AT_VENDORS))
def test_vendor_step_whose_worker_died_is_never_taken_again_by_itself(
    account: Customer, csm: User, now: datetime, monkeypatch: Any, name: UpsellStepName
) -> None:
    killer = Killer(UpsellStepName(name), after=True)
    arm(monkeypatch, killer)
    clock = Clock(now)
    run = start(account, csm, now=now)
    monkeypatch.setattr(f"{__name__}._look", lambda *_: None)

    with pytest.raises(AssertionError, match="needs_review"):
        play(run, csm, clock)

    assert state_of(run, UpsellStepName(name)) == StepState.UNKNOWN
    assert "may have been accepted" in step_of(run, UpsellStepName(name)).outcome
    assert count_all()["slack"] == 1 and count_all()["zoom"] <= 1


def test_step_that_kills_every_worker_waits_for_a_person(
    account: Customer, csm: User, now: datetime, monkeypatch: Any
) -> None:
    arm(monkeypatch, Killer(UpsellStepName.FETCH_USAGE, after=True, times=99))
    clock = Clock(now)
    run = start(account, csm, now=now)

    for _ in range(MOST_ATTEMPTS + 4):
        clock.ring()

    step = step_of(run, UpsellStepName.FETCH_USAGE)
    assert (step.state, step.attempts) == (StepState.NEEDS_REVIEW, MOST_ATTEMPTS)
    assert fresh(run).state == RunState.NEEDS_REVIEW

"""How a run goes on: which step is next, what is left out, and where the run stands.

Source: upsell-workflow, "Workflow Steps" and "Error Handling", read as DESIGN, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.enums import AutomationLevel, RunState, StepState, UpsellReply, UpsellStepName
from outreach.rules.upsell.levels import may_do_alone

MOST_ATTEMPTS = 4
"""The first and three retries, as the clock's rows have them; the spec names no number of its own."""

TIME_LIMIT = timedelta(minutes=10)
"""The spec's "Activity Timeouts: 5-10 minutes per activity": so long a step is tried by itself."""

FIRST_BACKOFF = timedelta(seconds=30)
"""Doubled with each attempt. Source: "Automatic retries with exponential backoff"."""

DONE = frozenset({StepState.SENT, StepState.SKIPPED, StepState.CANCELLED})
IN_TROUBLE = frozenset({StepState.FAILED, StepState.UNKNOWN, StepState.NEEDS_REVIEW})
UNDER_WAY = frozenset({StepState.QUEUED, StepState.SENDING})

AT_VENDORS = frozenset({UpsellStepName.POST_SLACK_SUMMARY, UpsellStepName.CREATE_ZOOM_MEETING})
"""What may have been taken there when a worker dies: never done again blindly (promise 3)."""

NO_MEETING: Mapping[str, str] = {
    "": "Nobody said yes, so no meeting is made.",
    UpsellReply.NO: "They said no.",
    UpsellReply.MAYBE: "They are not sure: a task was made instead of a meeting.",
    UpsellReply.TIMEOUT: "No reply came in time: the follow-ups after 3 and 7 days go on.",
}
ENDS: Mapping[str, str] = {
    "": "All steps are done.",
    UpsellReply.YES: "They said yes, and all steps are done.",
    UpsellReply.NO: "They said no.",
    UpsellReply.MAYBE: "They are not sure; a task follows it up.",
    UpsellReply.TIMEOUT: "No reply came in time. One that comes later goes on from here.",
}


@dataclass(frozen=True)
class StepFacts:
    """One step as it stands. waits: it was begun and waits for somebody else: the mail to leave, the reply to come.

    for_person: what it waits for is a person of ours. by_rule: it was left out by a rule here, not by a person.
    """

    name: UpsellStepName
    state: StepState
    needs_person: bool = False
    is_approved: bool = False
    waits: bool = False
    for_person: bool = False
    by_rule: bool = False


@dataclass(frozen=True)
class Move:
    """What becomes of a run. queue: the step to take now. leave_out: with the reason. bring_back: left out before."""

    state: RunState
    queue: UpsellStepName | None = None
    leave_out: tuple[tuple[UpsellStepName, str], ...] = ()
    bring_back: tuple[UpsellStepName, ...] = ()
    end_reason: str = ""


def asks_first(name: UpsellStepName, level: AutomationLevel) -> bool:
    """Say whether the step itself waits for a yes. Of the mail the yes is its own approval, once it is written."""
    if name is UpsellStepName.SEND_EMAIL_DRAFT and level is not AutomationLevel.HUMAN:
        return False
    return not may_do_alone(name, level)


def decide_move(steps: Sequence[StepFacts], *, reply: str, level: AutomationLevel) -> Move:
    """Decide how a run goes on. steps: in their order. reply: what was answered, "" while nothing was."""
    left_out: list[tuple[UpsellStepName, str]] = []
    brought_back: list[UpsellStepName] = []
    for step in steps:
        state = step.state
        is_meeting = step.name is UpsellStepName.CREATE_ZOOM_MEETING
        if is_meeting and state is StepState.SKIPPED and step.by_rule and reply == UpsellReply.YES:
            brought_back.append(step.name)
            state = StepState.WAITING
        if state in DONE:
            continue
        if is_meeting and reply != UpsellReply.YES and state in (StepState.WAITING, StepState.QUEUED):
            left_out.append((step.name, NO_MEETING[reply]))
            continue
        where, queue = _stand(step, state, reply=reply, level=level)
        return Move(where, queue, tuple(left_out), tuple(brought_back))
    is_declined = reply == UpsellReply.NO
    ended = RunState.DECLINED if is_declined else RunState.COMPLETED
    return Move(ended, None, tuple(left_out), tuple(brought_back), ENDS[reply])


def _stand(
    step: StepFacts, state: StepState, *, reply: str, level: AutomationLevel
) -> tuple[RunState, UpsellStepName | None]:
    if state in IN_TROUBLE:
        return RunState.NEEDS_REVIEW, None
    if state in UNDER_WAY:
        return RunState.RUNNING, None
    if step.waits and step.name is UpsellStepName.WAIT_FOR_REPLY:
        return RunState.WAITING_REPLY, None
    if step.waits:
        return RunState.WAITING_PERSON if step.for_person else RunState.RUNNING, None
    if step.needs_person and not step.is_approved and not _decides_itself(step.name, reply, level):
        return RunState.WAITING_PERSON, None
    return RunState.RUNNING, step.name


def _decides_itself(name: UpsellStepName, reply: str, level: AutomationLevel) -> bool:
    """A no leaves no value for a person to decide on."""
    return name is UpsellStepName.LOG_OPPORTUNITY and reply == UpsellReply.NO and level is not AutomationLevel.HUMAN


@dataclass(frozen=True)
class Again:
    """Try the step again at this moment."""

    at: datetime


@dataclass(frozen=True)
class Stop:
    """A person must look at it."""

    reason: str


def after_failure(
    *, attempt: int, first_at: datetime, now: datetime, reason: str, can_retry: bool, after_s: int | None = None
) -> Again | Stop:
    """Choose between another attempt and a person. attempt: 1 is the first. after_s: as the vendor says."""
    if not can_retry:
        return Stop(reason)
    if attempt >= MOST_ATTEMPTS:
        return Stop(f"{reason} It was tried {attempt} times.")
    wait = max(timedelta(seconds=after_s or 0), FIRST_BACKOFF * 2 ** (attempt - 1))
    if now + wait - first_at > TIME_LIMIT:
        return Stop(f"{reason} It may work again after {now + wait:%d %b %H:%M} UTC.")
    return Again(now + wait)


def is_late_reply(old: str, new: str) -> bool:
    """Whether a reply changes what was answered before; a timeout never does."""
    return new != UpsellReply.TIMEOUT and old != new

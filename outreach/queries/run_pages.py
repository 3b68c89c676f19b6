"""A run in words, for its page: what it waits for, each step's keys and values, and what may be done."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from customers.models import Activity
from customers.queries.calendars import zone
from customers.rules.metrics import metric_name
from customers.rules.money import say_money
from customers.rules.windows import say_moment
from emails.enums import DraftState
from outreach.enums import Framing, OpportunityStage, RunState, StepState, UpsellReply, UpsellStepName
from outreach.models import UpsellRun, UpsellStep
from outreach.queries.upsell_runs import find_introduction, why_stopped
from outreach.rules.upsell.running import IN_TROUBLE

MOST_LINES = 40
HIDDEN = frozenset({"accountId", "currency", "draftId", "meetingId", "opportunityId", "channel", "ts"})
"""Ids that a page shows as links, what stands with the amounts, and what tells a person nothing."""

BADGES = {
    StepState.SENT: "good",
    StepState.SENDING: "info",
    StepState.QUEUED: "info",
    StepState.FAILED: "bad",
    StepState.UNKNOWN: "bad",
    StepState.NEEDS_REVIEW: "bad",
}
RUN_BADGES = {
    RunState.RUNNING: "info",
    RunState.WAITING_PERSON: "warn",
    RunState.WAITING_REPLY: "info",
    RunState.NEEDS_REVIEW: "bad",
    RunState.COMPLETED: "good",
}
MOMENTS = frozenset({"startsAt", "waitsUntil", "sentAt"})
DATES = frozenset({"contractEndDate", "renewalDate", "startDate"})
METRICS = frozenset({"metricType", "Metric"})
AMOUNTS = frozenset({"currentSpend", "estimatedValue"})
CODES = frozenset({"proposedBy", "framing", "stage", "reply", "laterReply"})
WORDS = {
    "built_in": "The built-in planner",
    "claude": "Claude",
    **{one.value: str(one.label) for choices in (Framing, OpportunityStage, UpsellReply) for one in choices},
}
_AMOUNT = re.compile(r"\d+(?:\.\d+)?")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Try:
    """One attempt at a step. at: None where no moment was noted; outcome: "" while it is under way."""

    at: datetime | None
    outcome: str


@dataclass(frozen=True)
class StepView:
    """One step as the page shows it. words: what it waits for. may_…: which buttons it has."""

    step: Any
    badge: str
    label: str
    words: str
    asked: list[tuple[str, str]]
    told: list[tuple[str, str]]
    tries: list[Try]
    draft_id: str = ""
    meeting_id: str = ""
    opportunity_id: str = ""
    is_current: bool = False
    may_approve: bool = False
    may_retry: bool = False
    may_skip: bool = False

    @property
    def asks_value(self) -> bool:
        return self.may_approve and self.step.name == UpsellStepName.LOG_OPPORTUNITY

    @property
    def asks_time(self) -> bool:
        return (self.may_approve or self.may_retry) and self.step.name == UpsellStepName.CREATE_ZOOM_MEETING


@dataclass(frozen=True)
class RunView:
    """A run as its page shows it. waits_for: in one sentence, "" where nothing is waited for."""

    run: Any
    badge: str
    steps: list[StepView]
    waits_for: str
    is_capped: bool
    may_reply: bool
    lines: list[Activity]


def badge_of(run: UpsellRun) -> str:
    return RUN_BADGES.get(RunState(run.state), "")


def show_run(run: UpsellRun, *, now: datetime) -> RunView:
    """run: with its steps loaded."""
    steps = list(run.steps.all())
    current = next((one for one in steps if one.state not in (StepState.SENT, StepState.SKIPPED)), None)
    stopped = "" if run.is_ended else why_stopped(run)
    introduction = find_introduction(run)
    draft = introduction.draft if introduction else None
    views = [_show(run, one, is_current=one is current and not run.is_ended, draft=draft) for one in steps]
    waits = next((one.words for one in views if one.is_current), "")
    if current is not None and current.name == UpsellStepName.CREATE_ZOOM_MEETING and stopped:
        waits = stopped
    if run.state == RunState.WAITING_REPLY and run.waits_until:
        waits = f"A reply, until {say_moment(run.waits_until, zone(run.customer.timezone), seen_at=now)} there."
    mail = next(one for one in steps if one.name == UpsellStepName.SEND_EMAIL_DRAFT)
    return RunView(
        run,
        badge_of(run),
        views,
        waits,
        is_capped=run.level != run.wanted_level,
        may_reply=mail.state in (StepState.SENT, StepState.SKIPPED) and run.state != RunState.CANCELLED,
        lines=list_record(run),
    )


def list_record(run: UpsellRun) -> list[Activity]:
    rows = Activity.objects.filter(subject_kind="upsellrun", subject_id=run.pk)
    return list(rows.order_by("-at", "-created_at")[:MOST_LINES])


def in_words(data: dict[str, Any], *, currency: str = "") -> list[tuple[str, str]]:
    """Write an object of JSON as keys and values for people; objects within it are told in one line.

    currency: of its amounts, where it names none itself.
    """
    currency = str(data.get("currency") or currency)
    told = [(key, _value(key, value, currency)) for key, value in data.items() if key not in HIDDEN]
    return [(_label(key), value) for key, value in told if value]


def _show(run: UpsellRun, step: UpsellStep, *, is_current: bool, draft: Any) -> StepView:
    state = StepState(step.state)
    in_trouble = state in IN_TROUBLE and not run.is_ended
    mail_waits = (
        is_current
        and step.name == UpsellStepName.SEND_EMAIL_DRAFT
        and bool(step.output)
        and draft is not None
        and draft.state in (DraftState.DRAFT, DraftState.BLOCKED, DraftState.FAILED)
    )
    asks = is_current and step.waits_for_yes
    return StepView(
        step,
        BADGES.get(state, "warn" if asks or mail_waits else ""),
        _state_words(step, asks=asks, is_current=is_current),
        _waits_for(step, state, asks=asks, mail_waits=mail_waits, draft=draft),
        in_words(step.input, currency=run.customer.currency),
        in_words(step.output, currency=run.customer.currency),
        [Try(_moment(str(one.get("at", ""))), str(one.get("outcome") or "")) for one in step.receipt],
        draft_id=str(step.output.get("draftId", "")),
        meeting_id=str(step.output.get("meetingId", "")),
        opportunity_id=str(step.output.get("opportunityId", "")),
        is_current=is_current,
        may_approve=asks or mail_waits,
        may_retry=in_trouble,
        may_skip=not run.is_ended and state in (StepState.WAITING, StepState.QUEUED, *IN_TROUBLE),
    )


def _state_words(step: UpsellStep, *, asks: bool, is_current: bool) -> str:
    if asks:
        return "Waits for a yes"
    if step.state == StepState.WAITING and not is_current:
        return "To come"
    return str(step.get_state_display())


def _waits_for(step: UpsellStep, state: StepState, *, asks: bool, mail_waits: bool, draft: Any) -> str:
    if state in IN_TROUBLE:
        return step.outcome or "It needs a person's look."
    if asks:
        return f"A person's yes to “{step.get_name_display().lower()}”."
    if mail_waits:
        return "Somebody's approval of the mail."
    if step.name == UpsellStepName.SEND_EMAIL_DRAFT and step.output and state is StepState.WAITING and draft:
        return draft.outcome or "The mail is approved; it leaves as soon as the gate lets it."
    if state is StepState.QUEUED and step.outcome:
        return f"{step.outcome} It is tried again."
    return ""


def _label(key: str) -> str:
    words = _CAPITAL.sub(" ", key).replace("_", " ").lower().replace("roi", "ROI")
    return words[:1].upper() + words[1:]


def _value(key: str, value: Any, currency: str = "") -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, dict):
        parts = ((str(one), _value(str(one), inner, currency)) for one, inner in value.items())
        return _join(f"{_label(one)}: {words}" for one, words in parts if words)
    if isinstance(value, list):
        return _join(_value("", one, currency) for one in value)
    text = str(value)
    if key in MOMENTS and (moment := _moment(text)):
        return f"{timezone.localtime(moment):%-d %b %Y, %H:%M}"
    if key in DATES and (moment := _moment(text)):
        return f"{moment:%-d %b %Y}"
    if key in AMOUNTS and _AMOUNT.fullmatch(text):
        return say_money(Decimal(text), currency)
    if key in METRICS:
        return metric_name(text)
    return WORDS.get(text, text) if key in CODES else text


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _join(parts: Iterable[str]) -> str:
    return "; ".join(part for part in parts if part)

"""How a run goes on, when it meets, and what is taken of a model's answer: facts in, decision out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from customers.rules.windows import Window
from customers.rules.workdays import Calendar
from outreach.enums import AutomationLevel, RunState, StepState, UpsellReply, UpsellStepName
from outreach.rules.upsell.facts import AccountFacts, Offer, UsageLine
from outreach.rules.upsell.meeting_times import propose_time, suits_all
from outreach.rules.upsell.plan_asking import BadPlan, build_schema, list_options, read_plan
from outreach.rules.upsell.planning import propose_plan
from outreach.rules.upsell.running import (
    MOST_ATTEMPTS,
    NO_MEETING,
    Again,
    StepFacts,
    Stop,
    after_failure,
    asks_first,
    decide_move,
    is_late_reply,
)

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)  # a Wednesday
NAMES = list(UpsellStepName)
MEETING, LOG, MAIL = NAMES[6], NAMES[7], NAMES[3]
LETTERS = {
    "s": StepState.SENT,
    "w": StepState.WAITING,
    "q": StepState.QUEUED,
    "k": StepState.SKIPPED,
    "u": StepState.UNKNOWN,
    "r": StepState.NEEDS_REVIEW,
    "f": StepState.FAILED,
    "g": StepState.SENDING,
}


def steps(pattern: str, **changes: Any) -> list[StepFacts]:
    """A letter for each step's state; changes: of the first one that is not done."""
    facts = [StepFacts(name, LETTERS[letter]) for name, letter in zip(NAMES, pattern, strict=True)]
    place = next((i for i, one in enumerate(facts) if one.state not in (StepState.SENT, StepState.SKIPPED)), -1)
    facts[place] = StepFacts(facts[place].name, facts[place].state, **changes)
    return facts


@pytest.mark.parametrize(
    ("pattern", "reply", "changes", "state", "queued"),
    [
        ("wwwwwwww", "", {}, RunState.RUNNING, NAMES[0]),
        ("wwwwwwww", "", {"needs_person": True}, RunState.WAITING_PERSON, None),
        ("wwwwwwww", "", {"needs_person": True, "is_approved": True}, RunState.RUNNING, NAMES[0]),
        ("sqwwwwww", "", {}, RunState.RUNNING, None),
        ("sgwwwwww", "", {}, RunState.RUNNING, None),
        ("sswwwwww", "", {}, RunState.RUNNING, NAMES[2]),
        ("srwwwwww", "", {}, RunState.NEEDS_REVIEW, None),
        ("ssssuwww", "", {}, RunState.NEEDS_REVIEW, None),
        ("ssssfwww", "yes", {}, RunState.NEEDS_REVIEW, None),
        ("ssswwwww", "", {"waits": True, "for_person": True}, RunState.WAITING_PERSON, None),
        ("ssswwwww", "", {"waits": True}, RunState.RUNNING, None),
        ("ssskwwww", "", {}, RunState.RUNNING, NAMES[4]),
        ("ssssswww", "", {"waits": True}, RunState.WAITING_REPLY, None),
        ("ssssssww", "yes", {}, RunState.RUNNING, MEETING),
        ("ssssssww", "yes", {"needs_person": True}, RunState.WAITING_PERSON, None),
        ("ssssssww", "no", {}, RunState.RUNNING, LOG),
        ("ssssssww", "maybe", {}, RunState.RUNNING, LOG),
        ("ssssssww", "timeout", {}, RunState.RUNNING, LOG),
        ("ssssssww", "", {}, RunState.RUNNING, LOG),
        ("ssssssks", "no", {}, RunState.DECLINED, None),
        ("ssssssks", "maybe", {}, RunState.COMPLETED, None),
        ("ssssssks", "timeout", {}, RunState.COMPLETED, None),
        ("ssssssss", "yes", {}, RunState.COMPLETED, None),
        ("kkkkkkkk", "", {}, RunState.COMPLETED, None),
    ],
)
def test_run_goes_on(
    pattern: str, reply: str, changes: dict[str, Any], state: RunState, queued: UpsellStepName | None
) -> None:
    move = decide_move(steps(pattern, **changes), reply=reply, level=AutomationLevel.HYBRID)

    assert (move.state, move.queue) == (state, queued)


@pytest.mark.parametrize("reply", ["", "no", "maybe", "timeout"])
def test_meeting_is_left_out_without_a_yes(reply: str) -> None:
    move = decide_move(steps("ssssssww"), reply=reply, level=AutomationLevel.FULL)

    assert move.leave_out == ((MEETING, NO_MEETING[reply]),)


@pytest.mark.parametrize(("by_rule", "brought_back"), [(True, (MEETING,)), (False, ())])
def test_late_yes_brings_the_meeting_back_unless_a_person_left_it_out(by_rule: bool, brought_back: Any) -> None:
    facts = [StepFacts(name, StepState.SENT) for name in NAMES]
    facts[6] = StepFacts(MEETING, StepState.SKIPPED, by_rule=by_rule)

    move = decide_move(facts, reply="yes", level=AutomationLevel.FULL)

    assert move.bring_back == brought_back
    assert move.state == (RunState.RUNNING if by_rule else RunState.COMPLETED)


@pytest.mark.parametrize(
    ("level", "reply", "state"),
    [
        (AutomationLevel.HYBRID, "no", RunState.RUNNING),
        (AutomationLevel.HYBRID, "maybe", RunState.WAITING_PERSON),
        (AutomationLevel.HYBRID, "timeout", RunState.WAITING_PERSON),
        (AutomationLevel.HUMAN, "no", RunState.WAITING_PERSON),
    ],
)
def test_value_waits_for_a_person_but_of_a_no(level: AutomationLevel, reply: str, state: RunState) -> None:
    facts = [StepFacts(name, StepState.SENT) for name in NAMES[:6]]
    facts += [StepFacts(MEETING, StepState.SKIPPED), StepFacts(LOG, StepState.WAITING, needs_person=True)]

    assert decide_move(facts, reply=reply, level=level).state == state


@pytest.mark.parametrize(
    ("level", "asking"),
    [
        (AutomationLevel.FULL, []),
        (AutomationLevel.HYBRID, [MEETING, LOG]),
        (AutomationLevel.HUMAN, NAMES),
    ],
)
def test_steps_that_wait_for_a_yes(level: AutomationLevel, asking: list[UpsellStepName]) -> None:
    assert [name for name in NAMES if asks_first(name, level)] == asking


@pytest.mark.parametrize(
    ("attempt", "since_s", "can_retry", "after_s", "wait_s"),
    [
        (1, 0, True, None, 30),
        (2, 31, True, None, 60),
        (3, 92, True, None, 120),
        (MOST_ATTEMPTS, 213, True, None, None),
        (1, 0, False, None, None),
        (1, 0, True, 90, 90),
        (1, 0, True, 5, 30),
        (1, 0, True, 600, 600),
        (1, 0, True, 601, None),
        (2, 541, True, None, None),
        (2, 540, True, None, 60),
    ],
)
def test_failure_is_tried_again_within_ten_minutes(
    attempt: int, since_s: int, can_retry: bool, after_s: int | None, wait_s: int | None
) -> None:
    first_at = NOW - timedelta(seconds=since_s)

    found = after_failure(
        attempt=attempt, first_at=first_at, now=NOW, reason="Busy.", can_retry=can_retry, after_s=after_s
    )

    assert isinstance(found, Stop) if wait_s is None else found == Again(NOW + timedelta(seconds=wait_s))


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [("", "yes", True), ("timeout", "no", True), ("yes", "yes", False), ("yes", "no", True), ("yes", "timeout", False)],
)
def test_reply_counts(old: str, new: str, counts: bool) -> None:
    assert is_late_reply(old, UpsellReply(new)) is counts


def window(zone: str, **more: Any) -> Window:
    return Window(zone=ZoneInfo(zone), **more)


@pytest.mark.parametrize(
    ("theirs", "ours", "found"),
    [
        ("UTC", "UTC", "2026-03-09T10:00"),
        ("Europe/Berlin", "America/New_York", "2026-03-09T14:00"),
        ("America/New_York", "Europe/Berlin", "2026-03-09T14:00"),
        ("America/Los_Angeles", "Europe/Berlin", None),
        ("UTC", "Pacific/Auckland", None),
        ("Asia/Tokyo", "UTC", None),
    ],
)
def test_meeting_is_proposed_where_both_work(theirs: str, ours: str, found: str | None) -> None:
    windows = (window(theirs), window(ours))

    at = propose_time(windows, now=NOW)

    assert (at and at.strftime("%Y-%m-%dT%H:%M")) == found
    assert at is None or suits_all(at, windows)


def test_meeting_avoids_holidays_and_what_is_taken() -> None:
    monday, tuesday = datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
    theirs = window("UTC", calendar=Calendar(closed={monday.date(): "A holiday"}))

    assert propose_time((theirs,), now=NOW) == tuesday
    taken = [tuesday, tuesday + timedelta(minutes=45)]
    assert propose_time((theirs,), now=NOW, taken=taken) == tuesday + timedelta(minutes=90)


def test_week_without_a_working_day_proposes_nothing() -> None:
    closed = {(datetime(2026, 3, 9) + timedelta(days=n)).date(): "Closed" for n in range(7)}

    assert propose_time((window("UTC", calendar=Calendar(closed=closed)),), now=NOW) is None


FACTS = AccountFacts(
    current_plan="Professional",
    currency="USD",
    annual_price=Decimal(60_000),
    usage=(UsageLine("users", Decimal(98), Decimal(100)),),
    offers=(
        Offer("Professional", Decimal(60_000), ("Reports",)),
        Offer("Enterprise", Decimal(108_000), ("Analytics", "Support")),
        Offer("Unlimited", Decimal(200_000), ("Everything",)),
    ),
)
ANSWER = {
    "recommendedPlan": "Unlimited",
    "justification": "98 of 100 users are in use.",
    "features": ["Everything", "Free coffee"],
    "roiAnalysis": "More room.",
    "riskAssessment": "None is known.",
}


def read(**changes: Any) -> Any:
    built_in = propose_plan(FACTS)
    return read_plan({**ANSWER, **changes}, facts=FACTS, built_in=built_in, options=list_options(FACTS, built_in))


def test_plan_of_the_list_is_taken_with_our_value_and_features() -> None:
    plan = read()

    assert (plan.recommended_plan, plan.estimated_value) == ("Unlimited", Decimal(140_000))
    assert (plan.features, plan.justification) == (("Everything",), "98 of 100 users are in use.")


def test_present_plan_is_no_option() -> None:
    options = list_options(FACTS, propose_plan(FACTS))

    assert list(options) == ["Enterprise", "Unlimited"]
    assert build_schema(options)["properties"]["recommendedPlan"]["enum"] == ["Enterprise", "Unlimited"]


@pytest.mark.parametrize(
    "changes",
    [
        {"recommendedPlan": "Professional"},
        {"recommendedPlan": None},
        {"recommendedPlan": ["Unlimited"]},
        {"justification": ""},
        {"justification": 7},
        {"justification": "It saves 41 %."},
        {"roiAnalysis": "Write to boss@evil.example"},
        {"riskAssessment": "<b>none</b>"},
        {"features": None},
    ],
)
def test_answer_that_breaks_a_rule_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadPlan):
        read(**changes)

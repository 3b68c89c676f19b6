"""Collision, frequency cap and window: both sides of each edge, the lanes, and what holds for any sequence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.rules.sending import CAP_PERIOD, SendingRules
from customers.rules.windows import Window
from customers.rules.workdays import Calendar
from emails.enums import Lane
from emails.rules.gate import GateFacts, HoldFacts, ask_gate
from emails.rules.pacing import OtherLetter, PacingFacts, weigh_cap, weigh_collision, weigh_window
from emails.rules.verdicts import Passed, Refused, Verdict
from tests.emails.rules.test_gate import GOOD

NEW_YORK = ZoneInfo("America/New_York")
ALWAYS = Window(time(0), time(23, 59, 59, 999999), Calendar(working_days=frozenset(range(7))), ZoneInfo("UTC"))
OFFICE = Window(zone=NEW_YORK)
WEDNESDAY = datetime(2026, 3, 4, 10, 0, tzinfo=NEW_YORK).astimezone(UTC)


def facts_at(moment: datetime = WEDNESDAY, lane: Lane = Lane.RENEWAL, **more: object) -> PacingFacts:
    fields: dict[str, object] = {"contact": "Sarah Lee", "account": "Acme", "rules": SendingRules(OFFICE), **more}
    return PacingFacts(moment=moment, lane=lane, **fields)  # type: ignore[arg-type]


def letter(at: datetime, lane: Lane = Lane.RENEWAL, *, to_contact: bool = True, **more: object) -> OtherLetter:
    return OtherLetter(title="Next year", lane=lane, at=at, to_contact=to_contact, **more)  # type: ignore[arg-type]


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def next_try(verdict: Verdict) -> datetime | None:
    assert isinstance(verdict, Refused)
    return verdict.next_try_at


# -- collision


@pytest.mark.parametrize(
    ("left_at", "next_try_at"),
    [
        ("2026-03-04T09:05", "2026-03-06T09:00"),
        ("2026-03-03T16:00", "2026-03-05T09:00"),
        ("2026-03-02T16:00", None),  # the second working day after it is today
        ("2026-02-27T09:00", None),  # a Friday
    ],
)
def test_other_part_waits_two_working_days(left_at: str, next_try_at: str | None) -> None:
    verdict = weigh_collision(facts_at(left=(letter(ny(left_at), Lane.JOURNEY),)))

    if next_try_at is None:
        assert isinstance(verdict, Passed)
        return
    assert next_try(verdict) == ny(next_try_at)
    assert isinstance(verdict, Refused)
    assert verdict.code == "collision"
    assert "Sarah Lee had “Next year” (Journey) on" in verdict.reason


@pytest.mark.parametrize(
    "change",
    [
        {"left": (letter(WEDNESDAY, Lane.RENEWAL),)},  # the same part
        {"left": (letter(WEDNESDAY, Lane.JOURNEY, to_contact=False),)},  # somebody else there
        {"rules": SendingRules(OFFICE, collision_days=0)},
        {"lane": Lane.NOTICE},
        {"is_awaited": True},
    ],
)
def test_no_collision_within_a_part_with_others_or_where_exempt(change: dict[str, object]) -> None:
    fields: dict[str, object] = {"left": (letter(WEDNESDAY, Lane.JOURNEY),), **change}

    assert isinstance(weigh_collision(facts_at(**fields)), Passed)  # type: ignore[arg-type]


def test_collision_over_a_holiday_and_a_weekend_counts_working_days() -> None:
    calendar = Calendar(closed={date(2026, 3, 5): "Town day"})
    rules = SendingRules(Window(calendar=calendar, zone=NEW_YORK))

    verdict = weigh_collision(facts_at(rules=rules, left=(letter(WEDNESDAY, Lane.UPSELL),)))

    assert next_try(verdict) == ny("2026-03-09T09:00")


def test_lower_lane_lets_a_higher_one_in_line_go_first() -> None:
    ahead = letter(ny("2026-03-05T09:00"), Lane.RENEWAL)

    verdict = weigh_collision(facts_at(lane=Lane.JOURNEY, ahead=(ahead,)))

    assert next_try(verdict) == ny("2026-03-09T09:00")
    assert isinstance(verdict, Refused)
    assert verdict.reason.startswith("It waits for “Next year” (Renewal) to Sarah Lee, which goes first")


@pytest.mark.parametrize("more", [{"is_in_line": False}, {"to_contact": False}])
def test_letter_that_nobody_sends_off_or_to_others_is_not_let_first(more: dict[str, bool]) -> None:
    ahead = letter(WEDNESDAY, Lane.RENEWAL, **more)

    assert isinstance(weigh_collision(facts_at(lane=Lane.JOURNEY, ahead=(ahead,))), Passed)


def test_letter_ahead_that_leaves_after_the_days_is_no_collision() -> None:
    ahead = letter(ny("2026-03-06T09:00"), Lane.RENEWAL)

    assert isinstance(weigh_collision(facts_at(lane=Lane.JOURNEY, ahead=(ahead,))), Passed)


# -- cap


@pytest.mark.parametrize(
    ("left_at", "next_try_at"),
    [
        (["2026-03-03T10:00"], None),
        (["2026-03-03T10:00", "2026-03-04T09:30"], "2026-03-10T11:00"),  # summer time has begun between
        (["2026-02-25T10:00", "2026-03-04T09:30"], None),  # to the minute seven days ago
        (["2026-02-25T10:01", "2026-03-04T09:30"], "2026-03-04T10:01"),
        (["2026-02-27T20:00", "2026-02-28T12:00"], "2026-03-09T09:00"),  # free on Friday night: on Monday
        (["2026-03-02T10:00", "2026-03-03T10:00", "2026-03-04T09:30"], "2026-03-10T11:00"),
    ],
)
def test_contact_gets_two_in_seven_days(left_at: list[str], next_try_at: str | None) -> None:
    verdict = weigh_cap(facts_at(left=tuple(letter(ny(at)) for at in left_at)))

    if next_try_at is None:
        assert isinstance(verdict, Passed)
        return
    assert next_try(verdict) == ny(next_try_at)
    assert isinstance(verdict, Refused)
    assert (verdict.code, verdict.reason) == (
        "capped",
        f"Sarah Lee has had {len(left_at)} of at most 2 mails in 7 days.",
    )


def test_account_gets_four_in_seven_days_whoever_they_went_to() -> None:
    days = [ny(f"2026-03-0{day}T10:00") for day in (1, 2, 3)]
    three = tuple(letter(at, to_contact=False) for at in days)

    fourth = weigh_cap(facts_at(left=three))
    fifth = weigh_cap(facts_at(left=(*three, letter(WEDNESDAY, to_contact=False))))

    assert fourth == Passed("Sarah Lee has had 0 of 2 in 7 days. Acme has had 3 of 4 in 7 days.")
    assert next_try(fifth) == ny("2026-03-09T09:00")
    assert isinstance(fifth, Refused)
    assert fifth.reason == "Acme has had 4 of at most 4 mails in 7 days."


@pytest.mark.parametrize("change", [{"lane": Lane.NOTICE}, {"is_awaited": True}])
def test_notice_and_what_is_awaited_are_never_capped(change: dict[str, object]) -> None:
    left = tuple(letter(WEDNESDAY) for _ in range(9))

    assert isinstance(weigh_cap(facts_at(left=left, **change)), Passed)  # type: ignore[arg-type]


@pytest.mark.parametrize("lane", [Lane.UPSELL, Lane.JOURNEY])
def test_last_slot_is_the_higher_lanes_and_the_lower_names_for_what_it_waits(lane: Lane) -> None:
    left = (letter(ny("2026-03-03T10:00")),)
    ahead = (letter(ny("2026-03-05T09:00"), Lane.RENEWAL),)

    verdict = weigh_cap(facts_at(lane=lane, left=left, ahead=ahead))

    assert isinstance(verdict, Refused)
    assert verdict.reason == (
        "It waits for “Next year” (Renewal), which goes first: Sarah Lee has had 1 of at most 2 mails in 7 days."
    )
    assert verdict.next_try_at == ny("2026-03-10T11:00")


def test_two_slots_are_enough_for_both_lanes() -> None:
    ahead = (letter(ny("2026-03-05T09:00"), Lane.RENEWAL),)

    assert isinstance(weigh_cap(facts_at(lane=Lane.JOURNEY, ahead=ahead)), Passed)


def test_letter_ahead_that_leaves_after_the_period_takes_no_slot() -> None:
    left = (letter(ny("2026-03-03T10:00")),)
    ahead = (letter(WEDNESDAY + CAP_PERIOD, Lane.RENEWAL),)

    assert isinstance(weigh_cap(facts_at(lane=Lane.JOURNEY, left=left, ahead=ahead)), Passed)


# -- window


@pytest.mark.parametrize(
    ("moment", "next_try_at", "words"),
    [
        ("2026-03-04T09:00", None, ""),
        ("2026-03-04T16:59:59", None, ""),
        ("2026-03-04T22:00", "2026-03-05T09:00", "At Acme mails leave from 09:00 to 17:00."),
        ("2026-03-07T10:00", "2026-03-09T09:00", "At Acme Saturday is no working day."),
    ],
)
def test_letter_waits_for_the_window(moment: str, next_try_at: str | None, words: str) -> None:
    verdict = weigh_window(facts_at(ny(moment)))

    if next_try_at is None:
        assert isinstance(verdict, Passed)
        return
    assert verdict == Refused(words, "outside_window", ny(next_try_at).astimezone(UTC))


@pytest.mark.parametrize(
    ("deadline", "waits"),
    [
        (None, True),
        (date(2026, 3, 9), True),  # the window opens on the last day
        (date(2026, 3, 8), False),
        (date(2026, 3, 1), False),  # it is late already
    ],
)
def test_notice_waits_for_the_window_unless_its_deadline_passes(deadline: date | None, waits: bool) -> None:
    saturday = ny("2026-03-07T10:00")

    verdict = weigh_window(facts_at(saturday, Lane.NOTICE, notice_deadline=deadline))

    assert isinstance(verdict, Refused) is waits
    assert isinstance(weigh_window(facts_at(saturday, notice_deadline=deadline)), Refused)


def test_answer_keeps_to_the_hours_too() -> None:
    assert isinstance(weigh_window(facts_at(ny("2026-03-04T22:00"), is_awaited=True)), Refused)


# -- the receipt


def paced(**more: object) -> GateFacts:
    return replace(GOOD, pacing=facts_at(**more))  # type: ignore[arg-type]


def test_hold_ends_with_the_day_it_has_there() -> None:
    until = datetime(2026, 3, 11, 23, 0, tzinfo=UTC)
    berlin = SendingRules(Window(zone=ZoneInfo("Europe/Berlin")))

    receipt = ask_gate(replace(paced(rules=berlin), hold=HoldFacts(until)))

    assert receipt.stop is not None
    assert receipt.stop.reason == "The account is on hold until 12 Mar 2026."


def test_receipt_waits_for_the_last_of_what_passes_by_itself() -> None:
    night = ny("2026-03-04T22:00")
    left = (letter(ny("2026-03-03T10:00")), letter(ny("2026-03-04T10:00")))

    receipt = ask_gate(paced(moment=night, left=left))

    assert receipt.stop is None
    assert receipt.wait is not None
    assert (receipt.wait.check, receipt.wait.next_try_at) == ("cap", ny("2026-03-10T11:00"))
    assert [line.check for line in receipt.lines if line.waits] == ["cap", "window"]


def test_what_needs_a_person_goes_before_what_passes_by_itself() -> None:
    receipt = ask_gate(replace(paced(moment=ny("2026-03-04T22:00")), unsupported=("41%",)))

    assert receipt.wait is None
    assert receipt.stop is not None
    assert receipt.refusal is receipt.stop
    assert receipt.stop.check == "facts"


# -- whatever comes


LANES = st.sampled_from(list(Lane))
ARRIVALS = st.lists(
    st.tuples(
        st.integers(0, 30 * 24 * 4), st.sampled_from([Lane.RENEWAL, Lane.UPSELL, Lane.JOURNEY]), st.integers(0, 2)
    ),
    max_size=25,
)


@settings(deadline=None)
@given(arrivals=ARRIVALS, contact_cap=st.integers(1, 3), account_cap=st.integers(1, 5), days=st.integers(0, 3))
def test_no_sequence_breaks_cap_collision_or_window(
    arrivals: list[tuple[int, Lane, int]], contact_cap: int, account_cap: int, days: int
) -> None:
    """Play letters through the three checks, each tried again when it is told to be: nothing is lost or too early."""
    rules = SendingRules(OFFICE, contact_cap, account_cap, days)
    begin = ny("2026-02-23T00:00").astimezone(UTC)
    queue = [(begin + timedelta(minutes=15 * quarter), lane, person) for quarter, lane, person in arrivals]
    gone: list[tuple[datetime, Lane, int]] = []

    for _ in range(200 * len(queue)):
        if not queue:
            break
        moment, lane, person = queue.pop(queue.index(min(queue, key=lambda one: one[0])))
        left = tuple(letter(at, part, to_contact=who == person) for at, part, who in gone)
        facts = facts_at(moment, lane, rules=rules, left=left)
        refusals = [
            one for weigh in (weigh_collision, weigh_cap, weigh_window) if isinstance(one := weigh(facts), Refused)
        ]
        if not refusals:
            gone.append((moment, lane, person))
            continue
        later = max(one.next_try_at for one in refusals if one.next_try_at)
        assert later > moment and rules.window.is_open(later)
        queue.append((later, lane, person))

    assert not queue and len(gone) == len(arrivals)
    for at, lane, person in gone:
        period = [one for one in gone if at <= one[0] < at + CAP_PERIOD]
        assert len(period) <= account_cap
        assert sum(one[2] == person for one in period) <= contact_cap
        assert rules.window.is_open(at)
        for other_at, part, who in gone:
            if who == person and part != lane and at <= other_at and (at, lane, person) != (other_at, part, who):
                calendar, local = rules.window.calendar, rules.window.local_date
                assert local(other_at) >= calendar.shift(local(at), working_days=days)


@settings(deadline=None)
@given(
    left=st.lists(st.tuples(st.integers(0, 200), LANES), max_size=6),
    ahead=st.lists(st.tuples(st.integers(-10, 200), LANES), max_size=4),
    lane=LANES,
    cap=st.integers(1, 4),
)
def test_next_try_of_a_capped_letter_passes_once_those_ahead_have_left(
    left: list[tuple[int, Lane]], ahead: list[tuple[int, Lane]], lane: Lane, cap: int
) -> None:
    rules = SendingRules(ALWAYS, cap, cap, 0)
    gone = tuple(letter(WEDNESDAY - timedelta(hours=hours), part) for hours, part in left)
    first = tuple(letter(WEDNESDAY + timedelta(hours=hours), part) for hours, part in ahead)
    verdict = weigh_cap(facts_at(lane=lane, rules=rules, left=gone, ahead=first))
    if isinstance(verdict, Passed):
        return

    later = next_try(verdict)

    assert later is not None and later > WEDNESDAY
    left_by_then = tuple(letter(max(one.at, WEDNESDAY), one.lane) for one in first if one.at <= later)
    still_ahead = tuple(one for one in first if one.at > later)
    then = facts_at(later, lane, rules=rules, left=(*gone, *left_by_then), ahead=still_ahead)
    assert isinstance(weigh_cap(then), Passed)

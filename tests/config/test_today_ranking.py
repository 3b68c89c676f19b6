"""The order of Today, and who carries too much: the rule's own table, both sides of each edge, what always holds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.desk.today_ranking import TurnFacts, Urgency, rank_turn, sort_key, time_words, urgency_of, weigh_load

TODAY = date(2026, 3, 4)
DAYS = st.integers(-400, 400)
MONEY = st.decimals(0, 10_000_000, places=2)


@pytest.mark.parametrize(
    ("days_left", "urgency"),
    [
        (-1, Urgency.OVERDUE),
        (0, Urgency.TODAY),
        (1, Urgency.SOON),
        (2, Urgency.SOON),
        (3, Urgency.WEEK),
        (7, Urgency.WEEK),
        (8, Urgency.LATER),
    ],
)
def test_urgency_follows_days_left(days_left: int, urgency: Urgency) -> None:
    assert urgency_of(days_left) == urgency


@pytest.mark.parametrize(
    ("days_left", "words"),
    [(-2, "2 days over"), (-1, "1 day over"), (0, "due today"), (1, "1 day left"), (5, "5 days left")],
)
def test_time_words_say_what_is_left(days_left: int, words: str) -> None:
    assert time_words(days_left) == words


def test_rank_weighs_money_by_time() -> None:
    large_later = rank_turn(_facts(30, "90000"), today=TODAY)
    small_over = rank_turn(_facts(-3, "2000"), today=TODAY)
    small_later = rank_turn(_facts(30, "2000"), today=TODAY)

    assert (large_later.weight, small_over.weight, small_later.weight) == (91_000, 24_000, 3_000)


def test_rank_of_unknown_money_goes_by_time_alone() -> None:
    unknown = rank_turn(TurnFacts(TODAY, TODAY, None), today=TODAY)

    assert (unknown.weight, unknown.reasons) == (Decimal(5_000), ("due today",))


@pytest.mark.parametrize(("notice", "deadline"), [(1, 1), (0, 0), (-1, 5), (6, 5)])
def test_notice_deadline_counts_where_it_comes_first_and_is_not_over(notice: int, deadline: int) -> None:
    facts = TurnFacts(TODAY, TODAY + timedelta(5), Decimal(0), TODAY + timedelta(notice))

    rank = rank_turn(facts, today=TODAY)

    assert rank.deadline == TODAY + timedelta(deadline)
    assert ("the notice deadline comes first" in rank.reasons) == (deadline == notice)


@given(MONEY, MONEY, DAYS)
def test_more_money_never_falls(one: Decimal, more: Decimal, days: int) -> None:
    low, high = sorted((one, more))

    assert _key(days, low) >= _key(days, high)


@given(MONEY, DAYS, DAYS)
def test_less_time_never_falls(money: Decimal, one: int, other: int) -> None:
    less, more = sorted((one, other))

    assert _key(less, money) <= _key(more, money)


@pytest.mark.parametrize(
    ("open_items", "team", "is_overloaded"),
    [
        (15, (10, 10, 15), True),
        (14, (10, 10, 14), False),
        (7, (3, 3, 7), False),
        (8, (3, 3, 8), True),
        (40, (40,), False),
        (9, (0, 0, 9), True),
        (0, (0, 0, 0), False),
    ],
)
def test_overload_is_measured_by_the_median(open_items: int, team: tuple[int, ...], is_overloaded: bool) -> None:
    assert weigh_load(open_items, team=team).is_overloaded == is_overloaded


def test_overload_is_said_in_words() -> None:
    burden = weigh_load(15, team=(10, 10, 15))

    assert burden.words == "Overloaded: 15 open, 1.5 times the team's median of 10."


def _facts(days: int, money: str) -> TurnFacts:
    return TurnFacts(TODAY, TODAY + timedelta(days), Decimal(money))


def _key(days: int, money: Decimal) -> object:
    rank = rank_turn(TurnFacts(TODAY, TODAY + timedelta(days), money), today=TODAY)
    return sort_key(rank, since=TODAY, name="")

"""Whom to contact, in what order, by whom and when: every strategy and both sides of each edge."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.enums import OwnerKind, SequencingApproach
from renewals.rules.positions import Person, spread_days, week_of
from renewals.rules.prepared import read_approach
from renewals.rules.sequencing import SequenceAdvice, SequenceFacts, build_sequence, choose_approach

CHAMPION_FIRST = SequencingApproach.CHAMPION_FIRST
BUYER_FIRST = SequencingApproach.ECONOMIC_BUYER_FIRST
PARALLEL = SequencingApproach.PARALLEL

ADA = Person("ada", "Ada Byrne", ("champion",))
BOB = Person("bob", "Bob Marsh", ("decision_maker",))
EVE = Person("eve", "Eve Stone", ("economic_buyer",))
PEOPLE = (ADA, BOB, EVE)


def facts(**changes: object) -> SequenceFacts:
    given_facts = {
        "days_to_renewal": 117,
        "increase_pct": Decimal("4.9"),
        "churn_risk": 30,
        "relationship": 9,
        "people": PEOPLE,
        **changes,
    }
    return SequenceFacts(**given_facts)  # type: ignore[arg-type]


def days_of(advice: SequenceAdvice) -> list[tuple[str, int, int]]:
    return [(position.name, position.day, position.week) for position in advice.positions]


@pytest.mark.parametrize(
    ("text", "approach"),
    [
        ("Champion first", CHAMPION_FIRST),
        ("champion_first", CHAMPION_FIRST),
        ("Champion → Decision Maker → Economic Buyer", CHAMPION_FIRST),
        ("Economic Buyer, Decision Maker, Champion", BUYER_FIRST),
        ("Parallel", PARALLEL),
        ("Champion + Decision Maker, then Economic Buyer", PARALLEL),
        ("decision maker and champion, then CFO", PARALLEL),
        ("Decision Maker first", None),
        ("Ada Byrne, then Eve Stone", None),
        ("", None),
    ],
)
def test_order_that_prepare_proposed_is_read(text: str, approach: SequencingApproach | None) -> None:
    assert read_approach(text) == approach


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("Economic buyer first", "Prepare proposed “Economic buyer first”, and today's figures agree."),
        ("Champion first", "Prepare proposed “Champion first”; today's figures call for economic buyer first."),
        ("Eve Stone, then Ada Byrne", "Prepare noted for the order: “Eve Stone, then Ada Byrne”."),
    ],
)
def test_rationale_says_what_prepare_proposed(text: str, words: str) -> None:
    plain = build_sequence(facts()).rationale

    assert build_sequence(facts(prepared=text)).rationale == f"{plain} {words}".strip()


def test_person_whom_prepare_named_is_the_one_of_several_in_a_role() -> None:
    primary = Person("dan", "Dan Lowe", ("champion",), primary=True, relationship=9)
    people = (primary, *PEOPLE)

    unnamed = build_sequence(facts(people=people))
    named = build_sequence(facts(people=people, prepared="ADA BYRNE, Bob Marsh, then Eve Stone"))
    half = build_sequence(facts(people=people, prepared="Adalbert Ada Byrnes"))

    assert [p.name for p in unnamed.positions] == ["Eve Stone", "Bob Marsh", "Dan Lowe"]
    assert [p.name for p in named.positions] == ["Eve Stone", "Bob Marsh", "Ada Byrne"]
    assert [p.name for p in half.positions] == ["Eve Stone", "Bob Marsh", "Dan Lowe"]


@pytest.mark.parametrize(
    ("changes", "approach"),
    [
        ({}, BUYER_FIRST),
        ({"days_to_renewal": 100}, BUYER_FIRST),
        ({"days_to_renewal": 99}, PARALLEL),
        ({"days_to_renewal": 99, "churn_risk": 90, "relationship": 2}, PARALLEL),
        ({"relationship": 8}, CHAMPION_FIRST),
        ({"relationship": Decimal("8.1")}, BUYER_FIRST),
        ({"increase_pct": Decimal("4.99")}, BUYER_FIRST),
        ({"increase_pct": Decimal(5)}, CHAMPION_FIRST),
        ({"increase_pct": Decimal(-3)}, BUYER_FIRST),
        ({"churn_risk": 50}, BUYER_FIRST),
        ({"churn_risk": 51}, CHAMPION_FIRST),
        ({"increase_pct": Decimal("7.2"), "churn_risk": 35, "relationship": 7}, CHAMPION_FIRST),
        ({"relationship": None}, CHAMPION_FIRST),
        ({"increase_pct": None}, CHAMPION_FIRST),
        ({"churn_risk": None}, CHAMPION_FIRST),
    ],
)
def test_choose_approach_at_each_edge(changes: dict[str, object], approach: SequencingApproach) -> None:
    assert choose_approach(facts(**changes)) == approach


@pytest.mark.parametrize(
    ("approach", "order"),
    [
        (CHAMPION_FIRST, [("Ada Byrne", 115, 1), ("Bob Marsh", 110, 2), ("Eve Stone", 105, 3)]),
        (BUYER_FIRST, [("Eve Stone", 115, 1), ("Bob Marsh", 110, 2), ("Ada Byrne", 105, 3)]),
        (PARALLEL, [("Ada Byrne", 115, 1), ("Bob Marsh", 115, 1), ("Eve Stone", 105, 3)]),
    ],
)
def test_positions_start_on_115_110_105(approach: SequencingApproach, order: list[tuple[str, int, int]]) -> None:
    advice = build_sequence(facts(), approach=approach)

    assert days_of(advice) == order
    assert [position.order for position in advice.positions] == [1, 2, 3]


@pytest.mark.parametrize(
    ("days", "notice", "approach", "expected"),
    [
        (200, 90, CHAMPION_FIRST, [(115, 1), (110, 2), (105, 3)]),
        (115, 90, CHAMPION_FIRST, [(115, 1), (110, 2), (105, 3)]),
        (114, 90, CHAMPION_FIRST, [(114, 1), (109, 2), (104, 3)]),
        (100, 90, CHAMPION_FIRST, [(100, 1), (95, 2), (90, 3)]),
        (99, 90, CHAMPION_FIRST, [(99, 1), (95, 1), (90, 2)]),
        (98, 90, PARALLEL, [(98, 1), (98, 1), (93, 2)]),
        (94, 90, PARALLEL, [(94, 1), (94, 1), (90, 1)]),
        (90, 90, PARALLEL, [(90, 1), (90, 1), (90, 1)]),
        (98, 60, CHAMPION_FIRST, [(98, 1), (93, 2), (88, 3)]),
        (80, 90, PARALLEL, [(80, 1), (80, 1), (80, 1)]),
        (149, 120, CHAMPION_FIRST, [(145, 1), (140, 2), (135, 3)]),
        (130, 120, CHAMPION_FIRST, [(130, 1), (125, 2), (120, 3)]),
    ],
)
def test_late_start_follows_five_days_apart_and_closer_before_the_deadline(
    days: int, notice: int, approach: SequencingApproach, expected: list[tuple[int, int]]
) -> None:
    advice = build_sequence(facts(days_to_renewal=days, notice_days=notice), approach=approach)

    assert [(position.day, position.week) for position in advice.positions] == expected


@pytest.mark.parametrize(
    ("day", "first", "week"),
    [
        (115, 115, 1),
        (111, 115, 1),
        (110, 115, 2),
        (106, 115, 2),
        (105, 115, 3),
        (100, 115, 4),
        (90, 115, 4),
        (93, 98, 2),
    ],
)
def test_week_of_counts_from_the_first_position(day: int, first: int, week: int) -> None:
    assert week_of(day, first=first) == week


@given(
    st.integers(1, 8).flatmap(lambda n: st.just(tuple(range(n)))),
    st.integers(-30, 200),
    st.integers(0, 200),
)
@settings(deadline=None)
def test_spread_days_keeps_order_and_deadline(steps: tuple[int, ...], first: int, notice: int) -> None:
    days = spread_days(steps, first=first, notice_days=notice)

    assert list(days) == sorted(days, reverse=True)
    assert days[0] == first
    assert days[-1] >= min(first, notice)


@pytest.mark.parametrize(
    ("risk", "owners"),
    [
        (50, {"ada": OwnerKind.CSM, "bob": OwnerKind.AE, "eve": OwnerKind.AE}),
        (51, {"ada": OwnerKind.CSM, "bob": OwnerKind.AE, "eve": OwnerKind.EXECUTIVE}),
    ],
)
def test_risk_above_50_adds_an_executive_owner(risk: int, owners: dict[str, OwnerKind]) -> None:
    advice = build_sequence(facts(churn_risk=risk))

    assert {position.key: position.owner for position in advice.positions} == owners


def test_executive_takes_the_decision_maker_when_there_is_no_buyer() -> None:
    advice = build_sequence(facts(churn_risk=80, people=(ADA, BOB)))

    assert [position.owner for position in advice.positions] == [OwnerKind.CSM, OwnerKind.EXECUTIVE]
    assert "one of our executives speaks with Bob Marsh" in advice.risk_mitigation


def test_missing_role_is_skipped_with_a_warning() -> None:
    advice = build_sequence(facts(people=(ADA, EVE)), approach=CHAMPION_FIRST)

    assert days_of(advice) == [("Ada Byrne", 115, 1), ("Eve Stone", 110, 2)]
    assert advice.warnings == ("No decision maker is on record: that step is skipped.",)


def test_parallel_without_decision_maker_keeps_the_buyer_after_the_champion() -> None:
    advice = build_sequence(facts(days_to_renewal=98, people=(ADA, EVE)))

    assert days_of(advice) == [("Ada Byrne", 98, 1), ("Eve Stone", 93, 2)]


def test_nobody_on_record_names_all_three_roles() -> None:
    advice = build_sequence(facts(people=()))

    assert advice.positions == ()
    assert len(advice.warnings) == 3


def test_one_person_with_two_roles_is_contacted_once() -> None:
    both = Person("ada", "Ada Byrne", ("champion", "economic_buyer"))

    advice = build_sequence(facts(people=(both, BOB)), approach=CHAMPION_FIRST)

    assert [(position.key, position.role) for position in advice.positions] == [
        ("ada", "champion"),
        ("bob", "decision_maker"),
    ]
    assert advice.warnings == ("Ada Byrne is champion and economic buyer: contacted once, as champion.",)


def test_second_person_of_a_role_takes_the_place_of_one_contacted_already() -> None:
    both = Person("ada", "Ada Byrne", ("champion", "decision_maker"), primary=True)

    advice = build_sequence(facts(people=(both, BOB, EVE)), approach=CHAMPION_FIRST)

    assert [position.key for position in advice.positions] == ["ada", "bob", "eve"]


def test_of_two_champions_the_primary_then_the_closest_is_contacted() -> None:
    near = Person("cleo", "Cleo Hart", ("champion",), relationship=9)
    primary = Person("dan", "Dan Lowe", ("champion",), primary=True, relationship=3)

    advice = build_sequence(facts(people=(ADA, near, primary)))

    assert [position.name for position in advice.positions] == ["Dan Lowe"]
    assert "Dan Lowe is contacted as champion; also on record in this role: Cleo Hart and Ada Byrne." in advice.warnings


def test_person_may_choose_another_strategy_and_the_record_shows_the_recommended() -> None:
    advice = build_sequence(facts(), approach=PARALLEL)

    assert (advice.approach, advice.recommended) == (PARALLEL, BUYER_FIRST)
    assert advice.rationale.startswith("Parallel was chosen by a person. Recommended was economic buyer first")
    assert [strategy.approach for strategy in advice.strategies if strategy.recommended] == [BUYER_FIRST]


def test_person_may_reorder_and_add_somebody_outside_the_three_roles() -> None:
    sponsor = Person("sue", "Sue Field", ("executive_sponsor",))

    advice = build_sequence(
        facts(people=(*PEOPLE, sponsor)),
        order=("eve", "ada", "sue", "bob"),
        owners={"ada": OwnerKind.EXECUTIVE},
    )

    assert [(p.key, p.day, p.week, p.owner) for p in advice.positions] == [
        ("eve", 115, 1, OwnerKind.AE),
        ("ada", 110, 2, OwnerKind.EXECUTIVE),
        ("sue", 105, 3, OwnerKind.EXECUTIVE),
        ("bob", 100, 4, OwnerKind.AE),
    ]


def test_order_that_leaves_a_role_out_warns() -> None:
    advice = build_sequence(facts(), order=("ada", "bob"))

    assert advice.warnings == ("Nobody in this order is an economic buyer.",)


def test_order_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody-here"):
        build_sequence(facts(), order=("ada", "nobody-here"))


@pytest.mark.parametrize("changes", [{"churn_risk": 101}, {"churn_risk": -1}, {"relationship": 11}])
def test_value_outside_its_scale_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="lies between"):
        build_sequence(facts(**changes))


def test_conditions_show_value_threshold_and_whether_they_held() -> None:
    advice = build_sequence(facts(relationship=8))

    buyer = next(s for s in advice.strategies if s.approach == BUYER_FIRST)
    assert [(c.name, c.value, c.threshold, c.held) for c in buyer.conditions] == [
        ("Relationship", "8/10", "above 8/10", False),
        ("Price increase", "4.9%", "under 5%", True),
        ("Churn risk", "30/100", "at most 50/100", True),
    ]
    assert not buyer.fits


def test_deadline_that_has_passed_is_said() -> None:
    assert any("deadline, day 90, has passed" in w for w in build_sequence(facts(days_to_renewal=80)).warnings)

"""How openly the price is stated: every row of the table, both sides of each edge, and why."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.enums import Pressure
from emails.enums import PriceApproach
from renewals.rules.counterfactuals import what_would_change
from renewals.rules.pricing import CAUTION, PriceFacts, advise_on_price, choose_approach

LEAD, VALUE, BURY, NO_PRICE = PriceApproach


@pytest.mark.parametrize(
    ("increase", "relationship", "pressure", "approach"),
    [
        ("4", 9, "low", LEAD),
        ("7", 7, "medium", VALUE),
        ("9", 7, "high", BURY),
        ("4.99", 9, "low", LEAD),
        ("5", 9, "low", VALUE),
        ("8", 9, "low", VALUE),
        ("8.01", 9, "low", BURY),
        ("15", 9, "low", BURY),
        ("15.01", 9, "low", NO_PRICE),
        ("0", 9, "low", LEAD),
        ("-0.01", 9, "low", NO_PRICE),
        ("3", 10, "low", LEAD),
        ("3", 8, "low", VALUE),
        ("3", "8.5", "low", LEAD),
        ("3", 6, "low", VALUE),
        ("3", 5, "low", BURY),
        ("3", 9, "medium", VALUE),
        ("3", 9, "high", BURY),
        ("3", 6, "high", BURY),
        ("3", 5, "medium", BURY),
        ("3", 5, "high", NO_PRICE),
    ],
)
def test_most_cautious_vote_wins_at_each_edge(
    increase: str, relationship: int | str, pressure: str, approach: PriceApproach
) -> None:
    chosen = choose_approach(
        increase_pct=Decimal(increase), relationship=Decimal(relationship), pressure=Pressure(pressure)
    )

    assert chosen == approach


def test_votes_are_shown_in_the_order_of_the_table() -> None:
    advice = advise_on_price(PriceFacts(Decimal("7.2"), 9, Pressure.HIGH))

    assert [(v.factor, v.value, v.vote) for v in advice.votes] == [
        ("price_increase", "7.2%", VALUE),
        ("relationship", "9/10", LEAD),
        ("competitive_pressure", "high", BURY),
    ]
    assert "competitive pressure (high) calls for the price in the attachment only" in advice.rationale


def test_table_marks_the_cells_that_match_and_the_row_that_decided() -> None:
    advice = advise_on_price(PriceFacts(Decimal("7.2"), 9, Pressure.HIGH))

    assert [
        (row.increase_matches, row.relationship_matches, row.pressure_matches, row.decisive) for row in advice.table
    ] == [(False, True, False, False), (True, False, False, False), (False, False, True, True)]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (PriceFacts(Decimal(-3), 9, Pressure.LOW), "the price goes down"),
        (PriceFacts(Decimal(16), 9, Pressure.LOW), "the increase is above 15%"),
        (PriceFacts(Decimal(4), 5, Pressure.HIGH), "below 6/10 while competitive pressure is high"),
        (PriceFacts(None, 9, Pressure.LOW), "no target price yet"),
    ],
)
def test_no_price_says_why(facts: PriceFacts, said: str) -> None:
    advice = advise_on_price(facts)

    assert advice.approach == NO_PRICE
    assert said in advice.rationale
    assert sum(condition.held for condition in advice.no_price_conditions) == 1


def test_what_is_not_known_does_not_vote_and_never_leads() -> None:
    advice = advise_on_price(PriceFacts(Decimal(3), None, None))

    assert advice.approach == VALUE
    assert [vote.vote for vote in advice.votes] == [LEAD, None, None]
    assert "Not known, so without a vote: relationship and competitive pressure." in advice.rationale


@pytest.mark.parametrize("relationship", [-1, 11])
def test_relationship_outside_its_scale_is_refused(relationship: int) -> None:
    with pytest.raises(ValueError, match="relationship"):
        choose_approach(increase_pct=Decimal(4), relationship=relationship, pressure=Pressure.LOW)


@pytest.mark.parametrize(
    ("facts", "champion", "decision_maker", "buyer"),
    [
        (PriceFacts(Decimal(7), 9, Pressure.MEDIUM), VALUE, VALUE, LEAD),
        (PriceFacts(Decimal(7), 9, Pressure.MEDIUM, Pressure.HIGH), VALUE, VALUE, VALUE),
        (PriceFacts(Decimal(3), 9, Pressure.LOW), LEAD, LEAD, LEAD),
        (PriceFacts(Decimal(3), 9, Pressure.LOW, Pressure.HIGH), LEAD, LEAD, VALUE),
        (PriceFacts(Decimal(9), 9, Pressure.MEDIUM), VALUE, BURY, BURY),
        (PriceFacts(Decimal(9), 8, Pressure.MEDIUM), BURY, BURY, BURY),
        (PriceFacts(Decimal(9), 9, Pressure.HIGH), BURY, BURY, BURY),
        (PriceFacts(Decimal(20), 9, Pressure.LOW), NO_PRICE, NO_PRICE, NO_PRICE),
    ],
)
def test_variations_per_role(
    facts: PriceFacts, champion: PriceApproach, decision_maker: PriceApproach, buyer: PriceApproach
) -> None:
    variations = advise_on_price(facts).stakeholder_variations

    assert {v.role: v.approach for v in variations} == {
        "champion": champion,
        "decision_maker": decision_maker,
        "economic_buyer": buyer,
    }
    assert all(v.rationale for v in variations)


def test_variations_speak_only_of_roles_on_record() -> None:
    advice = advise_on_price(PriceFacts(Decimal(7), 7, Pressure.LOW, roles=("economic_buyer", "user")))

    assert [variation.role for variation in advice.stakeholder_variations] == ["economic_buyer"]


def test_every_approach_has_its_own_fallback() -> None:
    plans = {advise_on_price(PriceFacts(Decimal(pct), 9, Pressure.LOW)).fallback_plan for pct in (3, 7, 9, 20)}

    assert len(plans) == 4


increases = st.one_of(st.none(), st.decimals(-20, 30, places=2))
relationships = st.one_of(st.none(), st.integers(0, 10))
pressures = st.one_of(st.none(), st.sampled_from(Pressure))


@given(increases, relationships, pressures)
@settings(deadline=None)
def test_no_vote_is_more_cautious_than_the_advice(
    increase: Decimal | None, relationship: int | None, pressure: Pressure | None
) -> None:
    advice = advise_on_price(PriceFacts(increase, relationship, pressure))

    assert all(vote.vote is None or CAUTION[vote.vote] <= CAUTION[advice.approach] for vote in advice.votes)


@given(increases, relationships, pressures)
@settings(deadline=None)
def test_counterfactuals_name_every_other_approach(
    increase: Decimal | None, relationship: int | None, pressure: Pressure | None
) -> None:
    facts = PriceFacts(increase, relationship, pressure)

    others = what_would_change(facts)

    assert {other.approach for other in others} == set(PriceApproach) - {advise_on_price(facts).approach}
    assert all(changes for other in others for changes in other.alternatives)


@pytest.mark.parametrize(
    ("facts", "approach", "alternatives"),
    [
        (
            PriceFacts(Decimal("7.2"), 7, Pressure.MEDIUM),
            LEAD,
            (("an increase under 5%", "a relationship above 8/10", "low competitive pressure"),),
        ),
        (PriceFacts(Decimal(9), 9, Pressure.LOW), LEAD, (("an increase under 5%",),)),
        (
            PriceFacts(Decimal(3), 9, Pressure.LOW),
            NO_PRICE,
            (("a decrease",), ("an increase above 15%",)),
        ),
        (PriceFacts(Decimal(-3), 9, Pressure.LOW), VALUE, (("an increase of 5 to 8%",),)),
    ],
)
def test_counterfactuals_are_the_smallest_changes(
    facts: PriceFacts, approach: PriceApproach, alternatives: tuple[tuple[str, ...], ...]
) -> None:
    found = next(other for other in what_would_change(facts) if other.approach == approach)

    assert found.alternatives == alternatives


def test_counterfactual_reads_as_a_sentence() -> None:
    found = what_would_change(PriceFacts(Decimal(3), 9, Pressure.LOW))[-1]

    assert found.sentence == "No price: a decrease; or an increase above 15%."

"""Which objections to rehearse, and that the answers say nothing that is not on record."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.enums import Pressure
from renewals.rules.proofs import ProofFacts
from renewals.rules.rehearsal import RehearsalFacts, Scenario, choose_scenarios

CALM = {
    "increase_pct": Decimal(5),
    "churn_risk": 20,
    "relationship": 8,
    "budget_pressure": Pressure.LOW,
    "competitive_pressure": Pressure.LOW,
}


def scenarios(**changes: object) -> list[tuple[str, str]]:
    found = choose_scenarios(RehearsalFacts(**{**CALM, **changes}))  # type: ignore[arg-type]
    return [(scenario.key, scenario.likelihood.value) for scenario in found]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [("hesitation", "low")]),
        ({"churn_risk": 50}, [("hesitation", "low")]),
        ({"churn_risk": 51}, [("price", "high")]),
        ({"increase_pct": Decimal(7)}, [("hesitation", "low")]),
        ({"increase_pct": Decimal("7.01")}, [("price", "high")]),
        ({"budget_pressure": Pressure.MEDIUM}, [("hesitation", "low")]),
        ({"budget_pressure": Pressure.HIGH}, [("budget", "high")]),
        ({"competitive_pressure": Pressure.MEDIUM}, [("hesitation", "low")]),
        ({"competitive_pressure": Pressure.HIGH}, [("competition", "high")]),
        ({"relationship": 6}, [("hesitation", "low")]),
        ({"relationship": 5}, [("hesitation", "high")]),
        (
            {"relationship": 5, "competitive_pressure": Pressure.HIGH},
            [("competition", "high"), ("hesitation", "medium")],
        ),
        (
            {
                "churn_risk": 60,
                "budget_pressure": Pressure.HIGH,
                "competitive_pressure": Pressure.HIGH,
                "relationship": 2,
            },
            [("price", "high"), ("budget", "medium")],
        ),
        (
            {"churn_risk": None, "increase_pct": None, "relationship": None, "budget_pressure": None},
            [("hesitation", "low")],
        ),
    ],
)
def test_two_of_the_conditions_that_hold_are_taken_in_order(
    changes: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert scenarios(**changes) == expected


def test_conditions_behind_a_scenario_are_those_that_held() -> None:
    scenario = choose_scenarios(RehearsalFacts(**{**CALM, "increase_pct": Decimal("7.2")}))[0]  # type: ignore[arg-type]

    assert [(c.name, c.value, c.threshold) for c in scenario.because] == [("Price increase", "7.2%", "above 7%")]
    assert scenario.customer_response.startswith("That's a significant price increase. 7.2%")


def test_risk_without_an_increase_is_about_value_not_price() -> None:
    scenario = choose_scenarios(RehearsalFacts(increase_pct=Decimal(-2), churn_risk=70))[0]

    assert scenario.scenario == "Value objection"
    assert "%" not in scenario.customer_response


def test_answer_uses_what_is_on_record() -> None:
    proofs = ProofFacts(
        quantified_value=Decimal(52000),
        usage_growth_pct=Decimal(35),
        usage_metric="seats",
        peer_price_pct=Decimal(-8),
        stickiness=85,
        value_leverage=Decimal("2.08"),
        wins=("Onboarding in 9 days instead of 20.",),
    )

    scenario = choose_scenarios(RehearsalFacts(increase_pct=Decimal("7.2"), proofs=proofs))[0]

    assert scenario.answer.value_anchor == (
        "You have realised $52,000 in measured value and got 2.08x what you pay back in value."
    )
    assert scenario.supporting_data == (
        "$52,000 quantified value",
        "2.08x value for price",
        "35% usage growth",
        "8% below peer average pricing",
        "Stickiness 85/100",
        "Win: Onboarding in 9 days instead of 20",
    )


@pytest.mark.parametrize(
    "proofs",
    [
        ProofFacts(),
        ProofFacts(usage_growth_pct=Decimal(-4), peer_price_pct=Decimal(12), stickiness=40, value_leverage=Decimal(1)),
        ProofFacts(quantified_value=Decimal(0)),
    ],
)
def test_nothing_that_speaks_for_us_is_asked_not_claimed(proofs: ProofFacts) -> None:
    scenario = choose_scenarios(RehearsalFacts(increase_pct=Decimal(9), proofs=proofs))[0]

    assert scenario.supporting_data == ()
    assert scenario.answer.value_anchor.endswith("?")


def spoken(scenario: Scenario) -> str:
    answer = scenario.answer
    steps = (answer.acknowledge, answer.reframe, answer.value_anchor, answer.bridge)
    return " ".join((*steps, scenario.customer_response, *scenario.supporting_data, scenario.next_step))


facts = st.builds(
    RehearsalFacts,
    increase_pct=st.none() | st.decimals(-10, 30, places=1),
    churn_risk=st.none() | st.integers(0, 100),
    relationship=st.none() | st.integers(0, 10),
    budget_pressure=st.none() | st.sampled_from(Pressure),
    competitive_pressure=st.none() | st.sampled_from(Pressure),
    proofs=st.builds(
        ProofFacts,
        quantified_value=st.none() | st.integers(-5, 900000).map(Decimal),
        usage_growth_pct=st.none() | st.integers(-50, 200).map(Decimal),
        peer_price_pct=st.none() | st.integers(-30, 30).map(Decimal),
        stickiness=st.none() | st.integers(0, 100),
        value_leverage=st.none() | st.decimals(0, 9, places=2),
        wins=st.sampled_from([(), ("Saved 12 hours a week",)]),
    ),
)


@given(facts)
@settings(deadline=None)
def test_one_or_two_scenarios_without_an_invented_figure(given_facts: RehearsalFacts) -> None:
    found = choose_scenarios(given_facts)

    proofs = given_facts.proofs
    known = {
        given_facts.increase_pct,
        proofs.quantified_value,
        proofs.usage_growth_pct,
        -proofs.peer_price_pct if proofs.peer_price_pct is not None else None,
        Decimal(proofs.stickiness) if proofs.stickiness is not None else None,
        Decimal(100),  # the scale of stickiness
        proofs.value_leverage,
        Decimal(12) if proofs.wins else None,
    }
    assert 1 <= len(found) <= 2
    for scenario in found:
        figures = {Decimal(text.replace(",", "")) for text in re.findall(r"-?\d[\d,]*(?:\.\d+)?", spoken(scenario))}
        assert figures <= known
        assert scenario.next_step_soft and scenario.next_step_hard

"""What speaks for an expansion, how it is framed, what is proposed: the spec's example, both sides of each edge."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from outreach.enums import Framing, LedBy, SignalKind, Trend
from outreach.rules.upsell.facts import AccountFacts, Offer, UsageLine, measure_change, percent_words, plain
from outreach.rules.upsell.framing import choose_framing
from outreach.rules.upsell.planning import estimate_value, missing_room_pct, next_offer, propose_plan
from outreach.rules.upsell.signals import choose_lead, find_expansion, is_ripe, list_unused

OFFERS = (
    Offer("Starter", Decimal(10_000)),
    Offer("Professional", Decimal(60_000)),
    Offer("Enterprise", Decimal(108_000), ("Unlimited users", "Priority support", "Advanced analytics")),
)
ACME = AccountFacts(
    current_plan="Professional",
    currency="USD",
    annual_price=Decimal(60_000),
    usage=(
        UsageLine("users", Decimal(98), Decimal(100)),
        UsageLine("API calls", Decimal(85_000), Decimal(100_000)),
    ),
    feature_requests=("Advanced analytics", "API priority"),
    health_score=87,
    offers=OFFERS,
)
NOTHING = AccountFacts(current_plan="Professional", currency="USD", annual_price=Decimal(60_000))


def line(percent: str, *, change: str | None = None) -> UsageLine:
    return UsageLine("users", Decimal(percent), Decimal(100), None if change is None else Decimal(change))


def test_example_of_the_spec_is_problem_solving_toward_enterprise() -> None:
    expansion = find_expansion(ACME)

    assert expansion is not None
    assert choose_framing(ACME).framing is Framing.PROBLEM_SOLVING
    assert (expansion.plan.recommended_plan, expansion.plan.estimated_value) == ("Enterprise", Decimal(48_000))
    assert expansion.plan.features[0] == "Advanced analytics"
    assert [signal.words for signal in expansion.signals] == [
        "98 % of users is used.",
        "85 % of API calls is used.",
        "They have asked for Advanced analytics.",
        "They have asked for API priority.",
        "Their health score is 87.",
    ]
    assert expansion.signals[0].data == (("used", "98"), ("limit", "100"))
    assert expansion.led_by is LedBy.CSM_AND_AE


@pytest.mark.parametrize(
    ("facts", "framing"),
    [
        (replace(NOTHING, usage=(line("84.99"),)), Framing.EDUCATIONAL),
        (replace(NOTHING, usage=(line("85"),)), Framing.PROBLEM_SOLVING),
        (replace(NOTHING, usage=(line("150"),)), Framing.PROBLEM_SOLVING),
        (replace(NOTHING, usage=(line("85", change="40"),), wins=("x",)), Framing.PROBLEM_SOLVING),
        (replace(NOTHING, usage=(line("50", change="4.99"),)), Framing.EDUCATIONAL),
        (replace(NOTHING, usage=(line("50", change="5"),)), Framing.PROACTIVE),
        (replace(NOTHING, usage=(line("50", change="5"),), wins=("x",)), Framing.PROACTIVE),
        (replace(NOTHING, usage=(line("50", change="-40"),)), Framing.EDUCATIONAL),
        (replace(NOTHING, wins=("Halved the time to close",)), Framing.VALUE_ADD),
        (replace(NOTHING, health_score=79), Framing.EDUCATIONAL),
        (replace(NOTHING, health_score=80), Framing.VALUE_ADD),
        (replace(NOTHING, feature_requests=("SSO",)), Framing.EDUCATIONAL),
        (NOTHING, Framing.EDUCATIONAL),
    ],
)
def test_framing_takes_the_first_ground_that_holds(facts: AccountFacts, framing: Framing) -> None:
    choice = choose_framing(facts)

    assert choice.framing is framing
    assert choice.reasons


def test_framing_names_the_deciding_ground_first_and_all_others() -> None:
    facts = replace(NOTHING, usage=(line("98", change="12.34"),), wins=("Live in ten days",))

    assert choose_framing(facts).reasons == (
        "98 % of users is used.",
        "Use of users has grown by 12.3 %.",
        "They have achieved: Live in ten days",
    )


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        (NOTHING, None),
        (replace(NOTHING, health_score=100, days_to_renewal=10), None),
        (replace(NOTHING, usage=(line("84.9"),)), None),
        (replace(NOTHING, usage=(line("85"),)), [SignalKind.LIMIT]),
        (replace(NOTHING, usage=(line("10", change="5"),)), [SignalKind.TREND]),
        (replace(NOTHING, feature_requests=("SSO",)), [SignalKind.FEATURE_REQUEST]),
        (replace(NOTHING, wins=("x",)), [SignalKind.SUCCESS]),
        (replace(NOTHING, wins=("x",), health_score=79, days_to_renewal=121), [SignalKind.SUCCESS]),
        (
            replace(NOTHING, wins=("x",), health_score=80, days_to_renewal=120),
            [SignalKind.SUCCESS, SignalKind.HEALTH, SignalKind.RENEWAL],
        ),
        (replace(NOTHING, wins=("x",), days_to_renewal=0), [SignalKind.SUCCESS, SignalKind.RENEWAL]),
        (replace(NOTHING, wins=("x",), days_to_renewal=-1), [SignalKind.SUCCESS]),
    ],
)
def test_signals_that_are_found(facts: AccountFacts, kinds: list[SignalKind] | None) -> None:
    expansion = find_expansion(facts)

    assert (None if expansion is None else [signal.kind for signal in expansion.signals]) == kinds


@pytest.mark.parametrize(
    ("facts", "is_found"),
    [
        (replace(NOTHING, usage=(line("85"),)), True),
        (replace(NOTHING, usage=(line("84"),), wins=("Faster",)), False),
        (replace(NOTHING, feature_requests=("Analytics",)), True),
        (replace(NOTHING, usage=(line("40", change="20"),)), False),
        (replace(NOTHING, usage=(line("40", change="20"),), health_score=79), False),
        (replace(NOTHING, usage=(line("40", change="20"),), health_score=80), True),
        (replace(NOTHING, wins=("Faster",), health_score=90), False),
        (replace(NOTHING, wins=("Faster",), health_score=90, days_to_renewal=120), True),
        (replace(NOTHING, wins=("Faster",), health_score=90, days_to_renewal=121), False),
        (replace(NOTHING, usage=(line("98"),), health_score=59), False),
    ],
)
def test_clock_takes_up_what_is_needed_or_what_a_healthy_account_is_ready_for(
    facts: AccountFacts, is_found: bool
) -> None:
    expansion = find_expansion(facts)

    assert expansion is not None
    assert is_ripe(expansion) is is_found


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"health_score": 60, "churn_risk": 50}, 0),
        ({"health_score": 59}, 1),
        ({"churn_risk": 51}, 1),
        ({"health_score": 59, "churn_risk": 51}, 2),
    ],
)
def test_wrong_moment_is_named(change: dict[str, int], reasons: int) -> None:
    expansion = find_expansion(replace(ACME, **change))  # type: ignore[arg-type]

    assert expansion is not None and len(expansion.holds_back) == reasons


@pytest.mark.parametrize(
    ("price", "next_price", "days", "led_by"),
    [
        (200_000, 224_999, None, LedBy.CSM),
        (200_000, 225_000, None, LedBy.CSM_AND_AE),
        (20_000, 24_999, None, LedBy.CSM),
        (20_000, 25_000, None, LedBy.CSM_AND_AE),
        (20_000, 20_500, 121, LedBy.CSM),
        (20_000, 20_500, 120, LedBy.CSM_AND_AE),
    ],
)
def test_account_executive_joins_for_value_share_or_renewal(
    price: int, next_price: int, days: int | None, led_by: LedBy
) -> None:
    offers = (Offer("Professional", Decimal(price)), Offer("Enterprise", Decimal(next_price)))
    facts = replace(ACME, annual_price=Decimal(price), offers=offers, days_to_renewal=days)

    chosen, why = choose_lead(facts, propose_plan(facts))

    assert chosen is led_by and why


@pytest.mark.parametrize(
    ("current", "price", "offer"),
    [
        ("Professional", 1, "Enterprise"),
        ("professional", None, "Enterprise"),
        ("Enterprise", 108_000, None),
        ("Legacy", 9_999, "Starter"),
        ("Legacy", 10_000, "Professional"),
        ("Legacy", 108_000, None),
        ("Legacy", None, None),
    ],
)
def test_next_offer_comes_after_the_present_one(current: str, price: int | None, offer: str | None) -> None:
    facts = replace(ACME, current_plan=current, annual_price=None if price is None else Decimal(price))

    found = next_offer(facts)

    assert (found.name if found else None) == offer


@pytest.mark.parametrize(
    ("used", "missing"), [("79", "0"), ("80", "0"), ("88", "10"), ("98", "22.5"), ("150", "87.5"), ("160", "100")]
)
def test_missing_room_is_measured_at_a_comfortable_fill(used: str, missing: str) -> None:
    assert missing_room_pct(line(used)) == Decimal(missing)


@pytest.mark.parametrize(
    ("used", "value"),
    [
        # At least 10 %, at most 100 % of 60,000; else the room that is missing, to the next hundred.
        ("50", 6_000),
        ("88", 6_000),
        ("98", 13_500),
        ("150", 52_500),
        ("160", 60_000),
        ("500", 60_000),
    ],
)
def test_estimate_without_a_price_list_follows_the_missing_room(used: str, value: int) -> None:
    assert estimate_value(NOTHING, None, line(used)) == Decimal(value)


def test_estimate_knows_nothing_without_a_price() -> None:
    assert estimate_value(replace(ACME, annual_price=None), OFFERS[2], ACME.usage[0]) is None


def test_estimate_is_never_below_nothing() -> None:
    assert estimate_value(replace(ACME, annual_price=Decimal(200_000)), OFFERS[2], None) == 0


def test_plan_says_why_from_the_accounts_own_records() -> None:
    facts = replace(
        ACME,
        usage=(line("98", change="12.34"), UsageLine("logins", Decimal(5), None, Decimal(-20))),
        wins=("Live in ten days",),
        churn_risk=20,
        days_to_renewal=200,
    )

    plan = propose_plan(facts)

    assert plan.justification == (
        "98 of 100 users are used, 98 %. Use of users has grown by 12.3 %. "
        "They have asked for Advanced analytics, API priority."
    )
    assert plan.roi_analysis == "Today each of 98 users costs $612.24 a year. They have achieved: Live in ten days"
    assert plan.risk_assessment == "Health score 87. Churn risk 20 %. Use of logins falls. 200 days to renewal."


def test_plan_of_an_account_that_nothing_is_known_of_makes_nothing_up() -> None:
    plan = propose_plan(AccountFacts(current_plan="", currency="USD"))

    assert (plan.recommended_plan, plan.estimated_value, plan.features) == ("the plan after the current plan", None, ())
    assert plan.roi_analysis == "Not enough is known to compare cost and use."
    assert plan.risk_assessment == "Nothing is known that speaks against it."


def test_unused_limits_are_what_can_be_optimised() -> None:
    facts = replace(
        NOTHING,
        usage=(
            line("98"),
            UsageLine("seats", Decimal(50), Decimal(100)),
            UsageLine("exports", Decimal("49.9"), Decimal(100)),
            UsageLine("reports", Decimal(0), Decimal(10)),
            UsageLine("free", Decimal(3)),
        ),
    )

    assert [one.metric for one in list_unused(facts)] == ["reports", "exports"]


@pytest.mark.parametrize(
    ("values", "change"),
    [
        ([], None),
        ([10], None),
        ([10, 12], "20"),
        ([10, 99, 12], "20"),
        ([10, 10, 12, 12], "20"),
        ([12, 12, 6, 6], "-50"),
        ([0, 10], None),
    ],
)
def test_change_compares_halves(values: list[int], change: str | None) -> None:
    measured = measure_change([Decimal(value) for value in values])

    assert measured == (None if change is None else Decimal(change))


@pytest.mark.parametrize(
    ("change", "trend"),
    [
        (None, Trend.STABLE),
        ("4.99", Trend.STABLE),
        ("5", Trend.INCREASING),
        ("-4.99", Trend.STABLE),
        ("-5", Trend.DECREASING),
    ],
)
def test_trend_needs_five_percent(change: str | None, trend: Trend) -> None:
    assert line("1", change=change).trend is trend


@pytest.mark.parametrize(
    ("number", "words"), [("1200", "1,200"), ("12.50", "12.5"), ("0", "0"), ("100000", "100,000"), ("1E+3", "1,000")]
)
def test_number_is_written_without_trailing_zeros(number: str, words: str) -> None:
    assert plain(Decimal(number)) == words


def test_percent_has_one_decimal() -> None:
    assert (percent_words(Decimal("98.04")), percent_words(Decimal("98.05001"))) == ("98 %", "98.1 %")

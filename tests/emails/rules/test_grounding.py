"""The fact check against a corpus: what is supported, what is not, and what is no claim at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emails.rules.annotation import annotate
from emails.rules.facts import canonical, fact_from_json
from emails.rules.grounding import SpanState, ground
from tests.emails.rules.facts import ALL, NAMES, PRICES


def judge(text: str) -> list[tuple[str, str]]:
    return [(span.text, span.state.value) for span in ground(subject="", body=text, facts=ALL)]


SUPPORTED = [
    *("$268,000", "$268,000.00", "US$268,000", "USD 268,000", "268,000 USD", "268000 USD", "$268k", "268K USD"),
    *("$0.268m", "$268.000,00", "268 000 USD", "268,000 dollars", "two hundred and sixty-eight thousand dollars"),
    *("$250,000", "$250k", "$0.25 million", "$52,000", "$52k"),
    *("7.2%", "7.2 %", "7%", "7 percent", "7.2 per cent", "seven percent", "35%", "thirty-five percent"),
    *("2.08x", "2.08×", "2.08 times", "2.1x", "2x", "85/100", "85 out of 100"),
    *("1 March 2027", "March 1, 2027", "March 1st, 2027", "1st of March 2027", "2027-03-01", "1 Mar 2027"),
    *("01.03.2027", "3/1/2027", "1/3/2027", "March 2027", "Q1 2027", "first quarter of 2027", "1 March"),
    *("Monday, 1 March 2027", "Sarah", "Sarah Lee", "Ms Lee", "Dana Whitfield", "Acme Corporation", "Acme"),
    *("Jürgen van der Berg", "Jürgen"),
]  # fmt: skip


@pytest.mark.parametrize("words", SUPPORTED)
def test_claim_on_record_is_supported(words: str) -> None:
    assert judge(f"As for {words}, let us talk.") == [(words, "supported")]


UNSUPPORTED = [
    *("$268,900", "$269k", "$267,999", "€268,000", "£268k", "$286,000", "268,000 EUR", "two million dollars"),
    *("7.3%", "8%", "7.24%", "-7.2%", "eight percent", "36%", "3x", "2.5 times", "tripled", "85/10", "8/10"),
    *("2 March 2027", "March 2026", "1 April 2027", "Tuesday, 1 March 2027", "2027-03-02", "Q2 2027", "2028"),
    *("13.03.2027", "Robert Miller", "Sarah Miller", "Mr Miller", "Globex Inc", "1,300", "41", "a third", "FY26"),
]  # fmt: skip


@pytest.mark.parametrize("words", UNSUPPORTED)
def test_claim_without_record_is_unsupported(words: str) -> None:
    assert judge(f"As for {words}, let us talk.") == [(words, "unsupported")]


COUNTS = [
    ("1,240 active users", "supported"),
    ("1240 people", "supported"),
    ("1.2k users", "supported"),
    ("1,241 users", "unsupported"),
    ("12 months", "supported"),
    ("12-month term", "supported"),
    ("1 year", "supported"),
    ("2 years", "unsupported"),
    ("12 weeks", "unsupported"),
    ("12 users", "unsupported"),
    ("90 days", "unsupported"),
    ("300users", "unsupported"),
]


@pytest.mark.parametrize(("words", "state"), COUNTS)
def test_count_needs_a_fact_with_its_unit(words: str, state: str) -> None:
    assert judge(f"That is {words} in all.")[0][1] == state


NO_CLAIMS = [
    "Could we take 30 minutes next Tuesday at 10:30 or 3pm?",
    "A 45-minute call, an hour at most, tomorrow or next week.",
    "You can reach me at +1 (415) 555-0100. Tel. 0171 2345678.",
    "We run it 24/7, ISO 27001 and SOC 2 included, for B2B teams.",
    "1. Look at the plan\n2. Tell me what is missing",
    "There are 2 options and one question; the first is simple.",
    "Best regards,\nCustomer Success Manager",
    "Our Quarterly Business Review with the Vice President of Global Operations went well.",
    "May I ask you for a favour? I may call. This march was long.",
    "Thank you. Looking forward to it. Happy Friday!",
    "Hi team,\nHello everyone,\nDear all,",
    "See https://evergreen.example/plans/2029?x=17 or write to team42@evergreen.example.",
    "Our CFO, your CTO and the EMEA team agree on ROI.",
]


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_ordinary_words_are_no_claims(text: str) -> None:
    assert judge(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi Robert,\nhow are you?", "Robert"),
        ("Dear Ms Miller,", "Ms Miller"),
        ("Hello 田中,", "田中"),
        ("I spoke with Robert last week.", "Robert"),
        ("Customers like Initech use it.", "Initech"),
        ("Priya Raman from your side asked.", "Priya Raman"),
        ("Talk to Ludwig van Aken.", "Ludwig van Aken"),
    ],
)  # fmt: skip
def test_name_of_nobody_on_record_is_found(text: str, name: str) -> None:
    assert judge(text) == [(name, "unsupported")]


def test_quoted_win_counts_as_one_claim_and_its_figures_may_be_used_alone() -> None:
    assert judge("Your team cut reporting effort by 40% in June.") == [
        ("cut reporting effort by 40% in June", "supported")
    ]
    assert judge("That 40% is remarkable.") == [("40%", "supported")]
    assert judge("That 45% is remarkable.") == [("45%", "unsupported")]


def test_title_case_subject_raises_no_false_alarm() -> None:
    spans = ground(subject="Your Success Story And The Road Ahead", body="", facts=ALL)

    assert spans == []


def test_changed_record_makes_its_claim_stale_with_old_and_new() -> None:
    current = {fact.key: fact.value for fact in ALL} | {PRICES[0].key: "270000"}

    spans = ground(subject="", body="It is $268,000, now $250,000.", facts=ALL, current=current)

    assert [(s.text, s.state, s.now) for s in spans] == [
        ("$268,000", SpanState.STALE, "270000"),
        ("$250,000", SpanState.SUPPORTED, None),
    ]


def test_confirmed_words_stay_confirmed_where_they_move() -> None:
    spans = ground(subject="", body="New start. You saved 41 %.", facts=NAMES, confirmed={"41 %"})

    assert [(s.text, s.state) for s in spans] == [("41 %", SpanState.CONFIRMED)]


def test_confirming_does_not_hide_a_changed_record() -> None:
    current = {fact.key: fact.value for fact in ALL} | {PRICES[0].key: "270000"}

    spans = ground(subject="", body="$268,000", facts=ALL, current=current, confirmed={"$268,000"})

    assert [span.state for span in spans] == [SpanState.STALE]


@pytest.mark.parametrize("value", ["268000", "268000.00", "268000.0"])
def test_canonical_values_do_not_depend_on_stored_precision(value: str) -> None:
    from decimal import Decimal

    assert canonical(Decimal(value)) == "268000"


def test_fact_survives_json() -> None:
    assert [fact_from_json(fact.as_json()) for fact in ALL] == list(ALL)


def test_rounding_that_flatters_is_not_accepted() -> None:
    facts = [replace(PRICES[0], value="1600", display="$1,600")]

    assert ground(subject="", body="$2k", facts=facts)[0].state == SpanState.UNSUPPORTED


@given(st.text(max_size=300))
def test_any_text_is_judged_and_cut_without_loss(text: str) -> None:
    spans = ground(subject="", body=text, facts=ALL)

    assert "".join(segment.text for segment in annotate(text, spans)) == text
    assert all(text[span.start : span.end] == span.text for span in spans)

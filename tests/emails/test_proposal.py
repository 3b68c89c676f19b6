"""The proposal as a PDF, who approves a letter, and how an account is called in it."""

from __future__ import annotations

import io
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from pypdf import PdfReader

from emails.enums import PriceApproach, Tone
from emails.rules import letters as keys
from emails.rules.approvals import needs_lead
from emails.rules.companies import short_name
from emails.rules.facts import facts_by_key, name_fact, percent_fact
from emails.rules.grounding import ground
from emails.rules.letters import tone_for
from emails.writing.builtin import write_letter
from emails.writing.proposal import NoLockedPrice, ProposalBrief, make_proposal
from tests.emails.letter_ground import FACT_SETS, ROLES, brief
from tests.emails.rules.facts import NAMES, PRICES, VALUE


def proposal(**change: Any) -> ProposalBrief:
    fields: dict[str, Any] = {
        "company": "Evergreen",
        "customer": "Acme <Corporation> & Sons",
        "prepared_for": "Sarah Lee",
        "prepared_for_title": "CFO",
        "prepared_by": "Dana Whitfield",
        "prepared_by_title": "CSM",
        "prepared_by_email": "dana@evergreen.example",
        "facts": facts_by_key(FACT_SETS["everything"]),
        "is_price_locked": True,
    }
    return ProposalBrief(**(fields | change))


def test_proposal_states_price_term_dates_and_parties() -> None:
    pdf = PdfReader(io.BytesIO(make_proposal(proposal())))
    text = "\n".join(page.extract_text() for page in pdf.pages)

    assert len(pdf.pages) <= 2
    for words in ("$268,000", "$250,000", "7.2% more", "12 months", "1 March 2027", "Acme <Corporation> & Sons"):
        assert words in text
    # What they pay now is what the return was reckoned on.
    for words in (
        "Evergreen",
        "Dana Whitfield",
        "Sarah Lee",
        "Cut onboarding time by half",
        "2.08x on the current price",
    ):
        assert words in text


def test_proposal_has_the_same_bytes_each_time() -> None:
    assert make_proposal(proposal()) == make_proposal(proposal())


def test_proposal_needs_a_locked_price() -> None:
    with pytest.raises(NoLockedPrice):
        make_proposal(proposal(is_price_locked=False))
    with pytest.raises(NoLockedPrice):
        make_proposal(proposal(facts={}))


@pytest.mark.parametrize(
    ("percent", "states", "count"),
    [("15", True, 0), ("15.01", True, 1), ("15.01", False, 0), ("-0.1", True, 1), ("0", True, 0)],
)
def test_lead_is_needed_above_15_percent_or_for_a_discount(percent: str, states: bool, count: int) -> None:
    fact = percent_fact(
        keys.PRICE_INCREASE_PCT, Decimal(percent), kind="renewal", id="1", field="increase", label="Increase"
    )

    assert len(needs_lead(subject="", body="", facts=[fact], states_price=states)) == count


def test_tone_is_formal_for_who_pays() -> None:
    assert [tone_for(role) for role in ROLES] == [
        Tone.CASUAL,
        Tone.PROFESSIONAL,
        Tone.FORMAL,
        Tone.CASUAL,
        Tone.FORMAL,
    ]


@pytest.mark.parametrize(
    "name", ["Łukasz Wójcik", "Škoda Auto", "Çağla Şahin", "Đorđe Čović", "Žofia", "Renée Müller-Özdemir"]
)
def test_names_beyond_the_western_letters_are_printed_as_they_are(name: str) -> None:
    pdf = PdfReader(io.BytesIO(make_proposal(proposal(prepared_for=name, customer=f"{name} Logistics"))))

    text = pdf.pages[0].extract_text()
    assert f"Prepared for {name}" in text
    assert f"Confidential, for {name}" in text


@pytest.mark.parametrize(
    ("name", "printed"),
    [("Jiří Dvořák", "Jirí Dvorák"), ("Ольга Чехова", "Olga Chekhova"), ("Γιώργος", "Giorgos"), ("Đặng", "Đang")],
)
def test_letters_that_no_font_has_are_written_by_the_nearest(name: str, printed: str) -> None:
    pdf = PdfReader(io.BytesIO(make_proposal(proposal(prepared_for=name))))

    assert f"Prepared for {printed}" in pdf.pages[0].extract_text()


SHORT_NAMES = {
    "Brightwater Logistics, Inc.": "Brightwater Logistics",
    "Müller GmbH & Co. KG": "Müller",
    "Banco Norte S.A.": "Banco Norte",
    "Škoda Auto a.s.": "Škoda Auto",
    "Siemens AG": "Siemens",
    "Philips B.V.": "Philips",
    "Kone Oy": "Kone",
    "Volvo AB": "Volvo",
    "Foo Pty Ltd": "Foo",
    "Orlen Sp. z o.o.": "Orlen",
    "Tiffany & Co.": "Tiffany & Co.",
    "The Limited": "The Limited",
    "Northwind Traders": "Northwind Traders",
    "SAS": "SAS",
    "": "",
}


@pytest.mark.parametrize(("full", "short"), SHORT_NAMES.items())
def test_running_text_leaves_the_legal_form_off(full: str, short: str) -> None:
    assert short_name(full) == short


def test_short_name_counts_as_the_accounts_name() -> None:
    account = name_fact("customer.name", "Škoda Auto a.s.", kind="customer", id="1", field="name", label="Account")

    spans = ground(subject="Škoda Auto and the year ahead", body="It is about Škoda Auto's plans.", facts=[account])

    assert [(span.text, span.fact == account) for span in spans] == [("Škoda Auto", True), ("Škoda Auto", True)]


def test_leverage_without_a_sum_stands_on_its_own() -> None:
    facts = (*NAMES, *PRICES, *(fact for fact in VALUE if fact.key == keys.VALUE_LEVERAGE))

    for role in ROLES:
        body = write_letter(brief(role, PriceApproach.VALUE_FIRST), facts).body
        assert "that is a return" not in body
        assert "invests with us." in body


@pytest.mark.parametrize(("role", "approach", "known"), list(product(ROLES, PriceApproach, FACT_SETS)))
def test_no_letter_asks_for_their_view_twice(role: str, approach: PriceApproach, known: str) -> None:
    body = write_letter(brief(role, approach, confidence=40), (*NAMES, *FACT_SETS[known])).body

    asks = ("value your view", "your honest view", "rather listen", "your goals", "your plans", "welcome your view")
    assert sum(words in body for words in asks) <= 2
    assert not ("rather listen" in body and "value your" in body)

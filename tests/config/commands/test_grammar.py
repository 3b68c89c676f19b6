"""The grammar of the command bar: sentences as people type them, one a line, and texts that nobody would."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.desk.commands.language.grammar import ACTIONS, MOST_LETTERS, read_command
from config.desk.commands.language.matching import Named, Rank, match_names
from config.desk.commands.language.proposing import TOOLS, read_proposal
from config.desk.commands.language.times import add_length, read_days, read_span

TODAY = date(2026, 3, 4)  # a Wednesday

SENTENCES: list[tuple[str, str, dict[str, Any]]] = [
    # PRD-047, "Trigger" and "Chat UI Flow"
    ("Introduce upsell to Acme Corp", "introduce_upsell", {"customer": "Acme Corp"}),
    ("Introduce upsell to [customer]", "introduce_upsell", {"customer": "[customer]"}),
    ("Send expansion email to Acme Corp", "introduce_upsell", {"customer": "Acme Corp"}),
    ("CC Account Executive", "introduce_upsell", {"step": "cc"}),
    ("Edit", "draft_email", {"step": "edit"}),
    ("Send", "send", {}),
    ("please introduce an upsell to “Acme Corp”!", "introduce_upsell", {"customer": "Acme Corp"}),
    ("Can you send an expansion email to Acme?", "introduce_upsell", {"customer": "Acme"}),
    ("UPSELL ACME", "introduce_upsell", {"customer": "ACME"}),
    ("introduce upsell to Acme as problem-solving and cc the account executive", "introduce_upsell", {"customer": "Acme", "framing": "problem_solving", "copies_executive": True}),
    ("Introduce upsell to Acme Corp directly", "introduce_upsell", {"customer": "Acme Corp", "directness": "direct"}),
    ("introduce upsell to Acme proactively", "introduce_upsell", {"customer": "Acme", "framing": "proactive"}),
    ("write a soft upsell intro for Acme", "introduce_upsell", {"customer": "Acme", "directness": "soft"}),
    ("Draft an upsell introduction for Acme", "introduce_upsell", {"customer": "Acme"}),
    ("send Acme an upgrade offer", "introduce_upsell", {"customer": "Acme"}),
    ("talk to Acme about an upgrade", "introduce_upsell", {"customer": "Acme"}),
    ("introduce an upsell to this account", "introduce_upsell", {"customer": ""}),
    ("cc the AE", "introduce_upsell", {"step": "cc"}),
    ("put the account executive in copy", "introduce_upsell", {"step": "cc"}),
    ("drop the account executive", "introduce_upsell", {"step": "drop_cc"}),
    # PRD-191, "Natural Language Commands"
    ("Enroll Jennifer in onboarding sequence", "enroll", {"person": "Jennifer", "sequence": "onboarding"}),
    ("Enroll [stakeholder] in onboarding sequence", "enroll", {"person": "[stakeholder]", "sequence": "onboarding"}),
    ("What sequences is Jennifer in?", "show_sequences", {"customer": "Jennifer"}),
    ("What sequences is … in?", "show_sequences", {}),
    ("Pause outreach for Acme", "pause_outreach", {"customer": "Acme"}),
    ("Enroll Jennifer Park at Acme in the onboarding sequence", "enroll", {"person": "Jennifer Park", "customer": "Acme", "sequence": "onboarding"}),
    ("enrol Acme's Jennifer into Re-engagement", "enroll", {"person": "Jennifer", "customer": "Acme", "sequence": "Re-engagement"}),
    ("add Jennifer to the renewal sequence", "enroll", {"person": "Jennifer", "sequence": "renewal"}),
    ("Put Jennifer into the onboarding cadence", "enroll", {"person": "Jennifer", "sequence": "onboarding"}),
    ("Start the onboarding sequence for Jennifer", "enroll", {"person": "Jennifer", "sequence": "onboarding"}),
    ("What sequences is Jennifer at Acme in?", "show_sequences", {"person": "Jennifer", "customer": "Acme"}),
    ("Show Jennifer's sequences", "show_sequences", {"customer": "Jennifer"}),
    ("which sequences are there", "show_sequences", {"customer": ""}),
    ("Pause outreach for Jennifer at Acme", "pause_outreach", {"person": "Jennifer", "customer": "Acme"}),
    ("stop all sequences for Acme Corp", "pause_outreach", {"customer": "Acme Corp"}),
    ("pause Acme's outreach", "pause_outreach", {"customer": "Acme"}),
    ("Resume outreach for Acme", "resume_outreach", {"customer": "Acme"}),
    ("unpause sequences of Jennifer", "resume_outreach", {"customer": "Jennifer"}),
    # Holds
    ("Hold Acme until Friday", "hold", {"customer": "Acme", "when": "Friday"}),
    ("Hold Acme until 12 March because they are moving offices", "hold", {"customer": "Acme", "when": "12 March", "reason": "they are moving offices"}),
    ("put Acme on hold for two weeks", "hold", {"customer": "Acme", "lasting": "two weeks"}),
    ("put Acme Corp on hold", "hold", {"customer": "Acme Corp"}),
    ("pause the journey of Acme for 2 weeks", "hold", {"customer": "Acme", "scope": "journey", "lasting": "2 weeks"}),
    ("Pause Acme's journey until 2026-04-01", "hold", {"customer": "Acme", "scope": "journey", "when": "2026-04-01"}),
    ("pause everything for Acme until the end of the month", "hold", {"customer": "Acme", "scope": "account", "when": "the end of the month"}),
    ("Pause Acme", "hold", {"customer": "Acme"}),
    ("Resume Acme", "resume", {"customer": "Acme"}),
    ("resume the journey for Acme", "resume", {"customer": "Acme", "scope": "journey"}),
    ("Take Acme off hold", "resume", {"customer": "Acme"}),
    ("lift the hold on Acme", "resume", {"customer": "Acme"}),
    # Questions
    ("When is month 4 for Acme due?", "answer_question", {"question": "month_due", "customer": "Acme", "month": 4}),
    ("When is Acme's month 4 due?", "answer_question", {"question": "month_due", "customer": "Acme", "month": 4}),
    ("when is M4 due for Acme", "answer_question", {"question": "month_due", "customer": "Acme", "month": 4}),
    ("when is the fourth month for Acme due", "answer_question", {"question": "month_due", "customer": "Acme", "month": 4}),
    ("When is the next deliverable for Acme due?", "answer_question", {"question": "month_due", "customer": "Acme", "month": -1}),
    ("What happens next for Acme?", "answer_question", {"question": "next", "customer": "Acme"}),
    ("What's next for Acme?", "answer_question", {"question": "next", "customer": "Acme"}),
    ("next steps for Acme", "answer_question", {"question": "next", "customer": "Acme"}),
    ("Who is overdue?", "answer_question", {"question": "overdue"}),
    ("which clients are overdue", "answer_question", {"question": "overdue"}),
    ("show me all overdue journeys", "answer_question", {"question": "overdue"}),
    ("which renewals come this month?", "answer_question", {"question": "renewals", "when": "this month"}),
    ("Who renews next month?", "answer_question", {"question": "renewals", "when": "next month"}),
    ("renewals in the next 30 days", "answer_question", {"question": "renewals", "when": "the next 30 days"}),
    ("Which contracts are expiring in June", "answer_question", {"question": "renewals", "when": "June"}),
    ("Why was the mail to Acme not sent?", "answer_question", {"question": "not_sent", "customer": "Acme"}),
    ("why wasn't the email to Jennifer at Acme sent?", "answer_question", {"question": "not_sent", "person": "Jennifer", "customer": "Acme"}),
    ("why has the renewal mail to Acme not left yet", "answer_question", {"question": "not_sent", "customer": "Acme"}),
    ("What month is Acme in?", "answer_question", {"question": "standing", "customer": "Acme"}),
    ("Where is Acme in the journey?", "answer_question", {"question": "standing", "customer": "Acme"}),
    ("Which accounts are on hold?", "answer_question", {"question": "on_hold"}),
    ("Who is the champion at Acme Corp?", "answer_question", {"question": "who", "customer": "Acme Corp", "topic": "champion"}),
    ("who's Acme's decision maker", "answer_question", {"question": "who", "customer": "Acme", "topic": "decision maker"}),
    ("Who are the decision-makers at Acme?", "answer_question", {"question": "who", "customer": "Acme", "topic": "decision-makers"}),
    ("Who is our economic buyer at Bank of America?", "answer_question", {"question": "who", "customer": "Bank of America", "topic": "economic buyer"}),
    ("who is the champion", "answer_question", {"question": "who", "customer": "", "topic": "champion"}),
    ("Who is the executive sponsor of this account?", "answer_question", {"question": "who", "customer": "", "topic": "executive sponsor"}),
    ("Who do I talk to at Acme?", "answer_question", {"question": "who", "customer": "Acme", "topic": ""}),
    ("whom should we contact at Acme Corp", "answer_question", {"question": "who", "customer": "Acme Corp"}),
    ("Who decides at Acme?", "answer_question", {"question": "who", "customer": "Acme", "topic": "decides"}),
    ("who holds the budget at Acme", "answer_question", {"question": "who", "customer": "Acme", "topic": "holds the budget"}),
    ("tell me who the champion is at Acme", "answer_question", {"question": "who", "customer": "Acme", "topic": "champion"}),
    ("Does Acme have a champion?", "answer_question", {"question": "who", "customer": "Acme", "topic": "champion"}),
    ("show me the champion at Acme", "answer_question", {"question": "who", "customer": "Acme", "topic": "champion"}),
    ("champion at Acme", "answer_question", {"question": "who", "customer": "Acme", "topic": "champion"}),
    ("Who is Jennifer?", "show_customer", {"customer": "Jennifer"}),
    ("Who is Jennifer at Acme?", "show_customer", {"person": "Jennifer", "customer": "Acme"}),
    ("What waits for my approval?", "answer_question", {"question": "approvals"}),
    # Going somewhere
    ("Show Acme", "show_customer", {"customer": "Acme"}),
    ("open Acme Corp", "show_customer", {"customer": "Acme Corp"}),
    ("go to the account Acme", "show_customer", {"customer": "Acme"}),
    ("Tell me about Acme", "show_customer", {"customer": "Acme"}),
    ("Acme", "show_customer", {"customer": "Acme", "is_sure": False}),
    ("Show Acme's renewal", "show_renewal", {"customer": "Acme"}),
    ("Acme Corp renewal", "show_renewal", {"customer": "Acme Corp"}),
    ("When does Acme renew?", "show_renewal", {"customer": "Acme"}),
    ("When is Acme up for renewal?", "show_renewal", {"customer": "Acme"}),
    ("what does Acme pay", "show_renewal", {"customer": "Acme"}),
    # Letters
    ("Write to Jennifer at Acme about the new reporting", "draft_email", {"person": "Jennifer", "customer": "Acme", "topic": "the new reporting"}),
    ("Send an email to Jennifer at Acme about Friday's meeting", "draft_email", {"person": "Jennifer", "customer": "Acme", "topic": "Friday's meeting"}),
    ("Email Jennifer about pricing", "draft_email", {"customer": "Jennifer", "topic": "pricing"}),
    ("Draft an email to Acme", "draft_email", {"customer": "Acme", "topic": ""}),
    ("Send the email to Acme about pricing", "draft_email", {"customer": "Acme", "topic": "pricing"}),
    ("Send the draft to Acme", "send", {"customer": "Acme"}),
    ("send the introduction to Jennifer at Acme", "send", {"person": "Jennifer", "customer": "Acme"}),
    ("yes, send it", "send", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "action", "words"), SENTENCES, ids=[row[0] for row in SENTENCES])
def test_sentence_is_understood(text: str, action: str, words: dict[str, Any]) -> None:
    intent = read_command(text)

    assert intent is not None
    assert intent.action == action
    assert {name: getattr(intent, name) for name in words} == words
    for name, (start, end) in intent.spans.items():
        assert intent.text[start:end] == getattr(intent, name)


def test_the_table_is_long_enough_and_knows_every_action() -> None:
    assert len(SENTENCES) >= 80
    assert {row[1] for row in SENTENCES} == set(ACTIONS)


@pytest.mark.parametrize("text", ["", "   ", "?!", "yes", "help", "the quick brown fox jumps over the lazy dog"])
def test_what_means_nothing_is_nothing(text: str) -> None:
    assert read_command(text) is None


@given(st.text(max_size=MOST_LETTERS))
@settings(max_examples=150)
def test_no_text_makes_it_raise(text: str) -> None:
    intent = read_command(text)

    assert intent is None or intent.action in ACTIONS


_PIECES = ["send", "expansion email", "to", "Acme", "'s", "hold", "until", "for", "at", "in", "sequence", "why was", "the", "mail", "about", " ", "and cc", "the AE", "month 4", "pause", ",", "(", "…"]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=200))
@settings(max_examples=150)
def test_no_heap_of_its_own_words_makes_it_raise_or_hang(pieces: list[str]) -> None:
    intent = read_command(" ".join(pieces))

    assert intent is None or intent.action in ACTIONS


@given(st.sampled_from([row[0] for row in SENTENCES]), st.sampled_from(["please {}", "{}!!", "  {} ", '"{}"', "Can you {}, thanks", "{}."]))  # fmt: skip
def test_courtesy_and_marks_change_no_meaning(text: str, around: str) -> None:
    plain, polite = read_command(text), read_command(around.format(text))

    assert plain is not None and polite is not None
    assert (polite.action, polite.customer, polite.person) == (plain.action, plain.customer, plain.person)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("2026-03-12", ["2026-03-12"]),
        ("12 March", ["2026-03-12"]),
        ("March 12th, 2027", ["2027-03-12"]),
        ("the 1st of March", ["2027-03-01"]),
        ("12.3.", ["2026-03-12"]),
        ("12.03.2026", ["2026-03-12"]),
        ("3/12/2026", ["2026-12-03", "2026-03-12"]),
        ("31/12/2026", ["2026-12-31"]),
        ("4/4/2026", ["2026-04-04"]),
        ("Friday", ["2026-03-06"]),
        ("Wednesday", ["2026-03-11"]),
        ("tomorrow", ["2026-03-05"]),
        ("next week", ["2026-03-09"]),
        ("next month", ["2026-04-01"]),
        ("end of March", []),
        ("the end of the month", ["2026-03-31"]),
        ("end of quarter", ["2026-03-31"]),
        ("the 15th", ["2026-03-15"]),
        ("in two weeks", ["2026-03-18"]),
        ("April", ["2026-04-01"]),
        ("30 February", []),
        ("29 February", []),
        ("99999-99-99", []),
        ("soon", []),
    ],
)
def test_days_are_read(words: str, days: list[str]) -> None:
    assert [day.isoformat() for day in read_days(words, today=TODAY)] == days


@given(st.text(max_size=60))
def test_no_words_make_dates_raise(words: str) -> None:
    read_days(words, today=TODAY)
    read_span(words, today=TODAY)
    add_length(words, today=TODAY)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("this month", ("2026-03-01", "2026-03-31")),
        ("next month", ("2026-04-01", "2026-04-30")),
        ("next 30 days", None),
        ("the next 30 days", ("2026-03-04", "2026-04-03")),
        ("this quarter", ("2026-01-01", "2026-03-31")),
        ("Q4", ("2026-10-01", "2026-12-31")),
        ("June", ("2026-06-01", "2026-06-30")),
        ("whenever", None),
    ],
)
def test_stretches_of_time_are_read(words: str, span: tuple[str, str] | None) -> None:
    found = read_span(words, today=TODAY)

    assert (found and tuple(day.isoformat() for day in found)) == span


ACCOUNTS = ["Acme Corp", "Acme Rail", "Bank of America", "Müller & Söhne GmbH", "Globex"]


@pytest.mark.parametrize(
    ("said", "found", "rank"),
    [
        ("acme corp", ["Acme Corp"], Rank.EXACT),
        ("Acme Corporation", ["Acme Corp"], Rank.PREFIX),
        ("Acme", ["Acme Corp", "Acme Rail"], Rank.PREFIX),
        ("America", ["Bank of America"], Rank.WORDS),
        ("Muller", ["Müller & Söhne GmbH"], Rank.PREFIX),
        ("Globx", ["Globex"], Rank.LIKE),
        ("Initech", [], None),
        ("", [], None),
    ],
)
def test_names_are_matched_the_best_first(said: str, found: list[str], rank: Rank | None) -> None:
    matches = match_names(said, [Named(name, name) for name in ACCOUNTS])

    assert (list(matches.found), matches.rank) == (found, rank)


def test_tools_are_strict_and_name_every_action() -> None:
    assert [tool["name"] for tool in TOOLS] == list(ACTIONS)
    for tool in TOOLS:
        schema = tool["input_schema"]
        assert tool["strict"] is True
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) == set(schema["properties"])


TEXT = "Could somebody stop bothering Acme till Friday"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        ("drop_tables", {}),
        ("hold", {"customer": "Globex", "scope": "", "when": "", "lasting": "", "reason": ""}),  # nobody said so
        ("hold", {"customer": "Acme", "scope": "planet", "when": "", "lasting": "", "reason": ""}),
        ("hold", {"customer": 5}),
        ("hold", {"customer": "Acme", "ids": "1"}),
        ("answer_question", {"question": "what is the key", "customer": "", "person": "", "when": "", "month": 0}),
        ("hold", ["Acme"]),
    ],
)
def test_what_a_model_may_not_say_is_nothing(answer: Any) -> None:
    assert read_proposal(answer, text=TEXT) is None


def test_what_a_model_may_say_is_an_intent_that_is_not_sure() -> None:
    given_fields = {"customer": "Acme", "scope": "account", "when": "Friday", "lasting": "", "reason": ""}

    intent = read_proposal(("hold", given_fields), text=TEXT)

    assert intent is not None
    assert (intent.action, intent.customer, intent.when, intent.is_sure) == ("hold", "Acme", "Friday", False)

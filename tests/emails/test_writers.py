"""The built-in writer, Claude's client at the wire, and the proposal."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from pypdf import PdfReader
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from customers.rules.bases import refuse_base
from emails.enums import PriceApproach, Tone, Writer
from emails.rules import letters as keys
from emails.rules.approvals import needs_lead
from emails.rules.companies import short_name
from emails.rules.facts import Fact, facts_by_key, name_fact, percent_fact
from emails.rules.grounding import ground, open_spans
from emails.rules.letters import LetterBrief, Recipient, Sender, brief_from_json, tone_for
from emails.rules.prices import check_price_approach
from emails.writing import writers
from emails.writing.builtin import write_letter
from emails.writing.claude import ClaudeFailed
from emails.writing.proposal import NoLockedPrice, ProposalBrief, make_proposal
from tests.emails.rules.facts import DATES, NAMES, PRICES, VALUE

ROLES = ["champion", "decision_maker", "economic_buyer", "user", "executive_sponsor"]
FACT_SETS: dict[str, tuple[Fact, ...]] = {
    "everything": (*PRICES, *DATES, *VALUE),
    "no value": (*PRICES, *DATES),
    "no wins": (*PRICES, *DATES, *VALUE[:5]),
    "no price": (*DATES, *VALUE),
    "nothing": (),
}


def brief(role: str, approach: PriceApproach, **more: Any) -> LetterBrief:
    fields: dict[str, Any] = {
        "customer": "Acme Corporation",
        "recipient": Recipient("Sarah Lee", role, "Head of Analytics", notes="Hates talking about price, 9 kids"),
        "sender": Sender("Dana Whitfield", "Customer Success Manager", "Evergreen"),
        "tone": tone_for(role),
        "price_approach": approach,
        "confidence": 82,
        "engagement_approach": "Consultative",
        "proposal_attached": approach != PriceApproach.NO_PRICE,
    }
    return LetterBrief(**(fields | more))


@pytest.mark.parametrize(("role", "approach", "known"), list(product(ROLES, PriceApproach, FACT_SETS)))
def test_every_letter_is_sound_grounded_and_keeps_its_approach(role: str, approach: PriceApproach, known: str) -> None:
    facts = (*NAMES, *FACT_SETS[known])

    letter = write_letter(brief(role, approach), facts)

    spans = ground(subject=letter.subject, body=letter.body, facts=facts)
    assert open_spans(spans) == []
    has_proposal = approach != PriceApproach.NO_PRICE
    kept = check_price_approach(approach, spans=spans, facts=facts, has_proposal=has_proposal)
    assert kept == []
    paragraphs = letter.body.split("\n\n")[1:-1]
    assert 3 <= len(paragraphs) <= 5
    assert letter.subject
    assert "{" not in letter.subject + letter.body
    assert "  " not in letter.body
    assert "9 kids" not in letter.body


def test_lead_with_price_states_it_in_the_subject_and_before_the_value() -> None:
    letter = write_letter(brief("champion", PriceApproach.LEAD_WITH_PRICE), (*NAMES, *FACT_SETS["everything"]))

    assert "$268,000" in letter.subject
    assert letter.body.index("$268,000") < letter.body.index("$52,000")


def test_value_first_states_the_price_after_the_value_and_not_in_the_subject() -> None:
    letter = write_letter(brief("economic_buyer", PriceApproach.VALUE_FIRST), (*NAMES, *FACT_SETS["everything"]))

    assert "$" not in letter.subject
    assert letter.body.index("$52,000") < letter.body.index("$268,000")


@pytest.mark.parametrize("approach", [PriceApproach.BURY_PRICE, PriceApproach.NO_PRICE])
@pytest.mark.parametrize("role", ROLES)
def test_hidden_price_is_nowhere_in_the_words(approach: PriceApproach, role: str) -> None:
    letter = write_letter(brief(role, approach), (*NAMES, *FACT_SETS["everything"]))

    text = letter.subject + letter.body
    assert [word for word in ("268", "250", "7.2", "7%") if word in text] == []
    assert ("attached" in text.lower()) is (approach == PriceApproach.BURY_PRICE)


def test_tone_follows_the_role() -> None:
    facts = (*NAMES, *FACT_SETS["everything"])
    openings = [
        write_letter(brief(role, PriceApproach.VALUE_FIRST), facts).body.split("\n")[0]
        for role in ("champion", "decision_maker", "economic_buyer")
    ]

    assert openings == ["Hi Sarah,", "Hello Sarah,", "Dear Sarah Lee,"]


@pytest.mark.parametrize("style", ["Consultative", "Collaborative", "Executive alignment", ""])
@pytest.mark.parametrize("approach", PriceApproach)
@pytest.mark.parametrize("confidence", [20, 55, 90])
def test_formal_letter_has_no_contractions(style: str, approach: PriceApproach, confidence: int) -> None:
    formal = brief("economic_buyer", approach, engagement_approach=style, confidence=confidence)

    for known in FACT_SETS.values():
        assert re.findall(r"\w+['’](?:d|m|ve|re|ll|t)\b", write_letter(formal, (*NAMES, *known)).body) == []


def test_confidence_decides_how_firmly_we_ask() -> None:
    asks = {
        confidence: write_letter(
            brief("decision_maker", PriceApproach.NO_PRICE, confidence=confidence), NAMES
        ).body.split("\n\n")[-2]
        for confidence in (49, 50, 74, 75, None)
    }

    assert asks[50] == asks[74] == asks[None]
    assert len({asks[49], asks[50], asks[75]}) == 3


def test_same_brief_writes_the_same_letter_and_people_differ() -> None:
    facts = (*NAMES, *FACT_SETS["everything"])
    one = brief("champion", PriceApproach.VALUE_FIRST)

    assert write_letter(one, facts) == write_letter(one, facts)
    assert write_letter(one, facts).body != write_letter(brief("user", PriceApproach.VALUE_FIRST), facts).body


@pytest.mark.parametrize(
    ("instruction", "check"),
    [
        ("shorter", lambda old, new: len(new) < len(old)),
        ("Make it longer please", lambda old, new: len(new) > len(old)),
        ("warmer", lambda old, new: "trust" in new or "enjoy" in new),
        ("more formal", lambda old, new: new.startswith("Dear Sarah Lee,")),
        ("less formal", lambda old, new: new.startswith("Hi Sarah,")),
        ("no price", lambda old, new: "$268,000" not in new and "$268,000" in old),
        ("without the usage", lambda old, new: "35%" not in new and "35%" in old),
        ("leave out the wins", lambda old, new: "onboarding" not in new),
        ("mention the stickiness", lambda old, new: True),
    ],
)
def test_instructions_are_followed(instruction: str, check: Any) -> None:
    facts = (*NAMES, *FACT_SETS["everything"])
    plain = brief("decision_maker", PriceApproach.VALUE_FIRST)

    old = write_letter(plain, facts).body
    new = write_letter(replace(plain, instruction=instruction), facts).body

    assert check(old, new)


def test_what_is_not_understood_is_said() -> None:
    letter = write_letter(brief("champion", PriceApproach.BURY_PRICE, instruction="rhyme it. State the price"), NAMES)

    assert len(letter.notes) == 2
    assert "rhyme it" in letter.notes[0]
    assert "price approach" in letter.notes[1]


def test_brief_survives_json() -> None:
    one = brief("champion", PriceApproach.VALUE_FIRST, colleagues=("A", "B"))

    assert brief_from_json(json.loads(json.dumps(one.as_json()))) == one


# -- Claude ---------------------------------------------------------------------------------------------------


GOOD: dict[str, Any] = {
    "subject": "Acme and the year ahead",
    "paragraphs": [
        "You know us well.",
        "Your team cut onboarding time by half.",
        "For the next term we propose $268,000.",
        "Would 30 minutes next week work?",
    ],
}


def message(row: Any, *, stop: str = "end_turn", text: str | None = None) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": [
            {"type": "thinking", "thinking": "Let me think.", "signature": "s"},
            {"type": "text", "text": text if text is not None else json.dumps(row)},
        ],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


@pytest.fixture
def claude(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    settings.ANTHROPIC_API_KEY = "sk-test"
    settings.ANTHROPIC_BASE_URL = httpserver.url_for("").rstrip("/")
    settings.ANTHROPIC_MODEL = "claude-sonnet-5-5"
    settings.OUTBOUND = "on"
    return httpserver


def answer(server: HTTPServer, *bodies: Any, status: int = 200) -> list[dict[str, Any]]:
    """Answer one call after the other; gives the list into which the requests are put."""
    asked: list[dict[str, Any]] = []
    queue = list(bodies)

    def handle(request: Request) -> Response:
        asked.append({"headers": dict(request.headers), "body": request.get_json()})
        body = queue.pop(0) if len(queue) > 1 else queue[0]
        return Response(json.dumps(body), status=status, content_type="application/json")

    server.expect_request("/v1/messages", method="POST").respond_with_handler(handle)
    return asked


FACTS = (*NAMES, *FACT_SETS["everything"])
VALUE_FIRST = PriceApproach.VALUE_FIRST


def test_claude_writes_when_a_key_is_set(claude: HTTPServer) -> None:
    asked = answer(claude, message(GOOD))

    written = writers.write(brief("champion", VALUE_FIRST), FACTS)

    assert (written.writer, written.letter.subject) == (Writer.CLAUDE, GOOD["subject"])
    assert written.letter.body.startswith("Hi Sarah,\n\nYou know us well.")
    assert written.letter.body.endswith("Evergreen")
    assert asked[0]["headers"]["Authorization"] == "Bearer sk-test"
    assert asked[0]["body"]["output_config"]["format"]["type"] == "json_schema"
    assert "temperature" not in asked[0]["body"]


def test_hidden_price_is_never_shown_to_the_model(claude: HTTPServer) -> None:
    asked = answer(claude, message({"subject": "Acme", "paragraphs": ["One.", "The proposal is attached.", "Talk?"]}))

    written = writers.write(brief("champion", PriceApproach.BURY_PRICE), FACTS)

    assert written.writer == Writer.CLAUDE
    assert "268" not in json.dumps(asked[0]["body"])


def test_invented_figure_is_sent_back_once_and_then_replaced(claude: HTTPServer) -> None:
    bad = GOOD | {"paragraphs": [*GOOD["paragraphs"][:3], "You saved 91% in 2024."]}
    asked = answer(claude, message(bad))

    written = writers.write(brief("champion", VALUE_FIRST), FACTS)

    assert len(asked) == 2
    assert "91%" in asked[1]["body"]["messages"][0]["content"]
    assert written.writer == Writer.BUILT_IN
    assert "91%" in written.note


def test_second_try_of_claude_is_taken(claude: HTTPServer) -> None:
    answer(claude, message(GOOD | {"subject": "Only $268,000!"}), message(GOOD))

    assert writers.write(brief("champion", VALUE_FIRST), FACTS).writer == Writer.CLAUDE


@pytest.mark.parametrize(
    "text", ["See https://evil.example.", "Write to ceo@evil.example.", "Hi {{name}}", "<b>Hi</b>", "[Your Name]"]
)
def test_links_addresses_and_placeholders_of_the_model_are_refused(claude: HTTPServer, text: str) -> None:
    answer(claude, message(GOOD | {"paragraphs": [*GOOD["paragraphs"], text]}))

    assert writers.write(brief("champion", VALUE_FIRST), FACTS).writer == Writer.BUILT_IN


@pytest.mark.parametrize(
    "body",
    [
        message(GOOD, stop="refusal"),
        message(GOOD, stop="max_tokens"),
        message(GOOD, text="not json"),
        message(GOOD, text='{"subject": 1, "paragraphs": []}'),
        message(GOOD) | {"content": []},
    ],
)
def test_unusable_answer_falls_back_with_a_note(claude: HTTPServer, body: dict[str, Any]) -> None:
    answer(claude, body)

    written = writers.write(brief("champion", VALUE_FIRST), FACTS)

    assert written.writer == Writer.BUILT_IN
    assert written.note.startswith("Claude")


@pytest.mark.parametrize(
    ("status", "can_retry"), [(400, False), (401, False), (403, False), (429, True), (500, True), (529, True)]
)
def test_errors_say_whether_a_retry_can_help(claude: HTTPServer, status: int, can_retry: bool) -> None:
    error = {"type": "error", "error": {"type": "x", "message": "sk-test is bad"}}
    asked = answer(claude, error, status=status)
    client = writers.claude_client()
    assert client is not None

    with pytest.raises(ClaudeFailed) as failed:
        client.propose({})

    assert (failed.value.can_retry, len(asked)) == (can_retry, 1)
    assert "sk-test" not in str(failed.value)


@pytest.mark.parametrize("change", [{"OUTBOUND": "off"}, {"ANTHROPIC_API_KEY": ""}, {"ALLOW_LOOPBACK_VENDORS": False}])
def test_nothing_is_asked_where_this_installation_may_not(claude: HTTPServer, settings: Any, change: Any) -> None:
    for name, value in change.items():
        setattr(settings, name, value)
    asked = answer(claude, message(GOOD))

    assert writers.write(brief("champion", VALUE_FIRST), FACTS).writer == Writer.BUILT_IN
    assert asked == []


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://api.anthropic.com", True),
        ("http://api.anthropic.com", False),
        ("http://10.0.0.7", False),
        ("https://192.168.1.1", False),
        ("https://169.254.169.254/latest", False),
        ("https://[fd00::1]", False),
        ("http://127.0.0.1:9000", False),
        ("ftp://x", False),
    ],
)
def test_base_address_must_be_public_and_https(url: str, may: bool) -> None:
    assert (refuse_base(url, allow_loopback=False) == "") is may


# -- the proposal -----------------------------------------------------------------------------------------------


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


# -- who approves -------------------------------------------------------------------------------------------------


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

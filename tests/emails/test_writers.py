"""Claude as a writer, at the wire: what it is told, and what of its answers is taken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from customers.rules.bases import refuse_base
from emails.enums import PriceApproach, Writer
from emails.writing import writers
from emails.writing.claude import ClaudeFailed
from tests.emails.letter_ground import FACT_SETS, brief
from tests.emails.rules.facts import NAMES

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

"""Claude asked over the wire: where the grammar is unsure, with strict tools, and never more than words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from config.desk.commands import model
from config.desk.commands.answers import Caller
from config.desk.commands.running import run_command
from customers.models import Customer, Hold, User
from emails.writing import breaker
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]
SENTENCE = "Could somebody stop bothering Acme Corp till Friday"


@pytest.fixture(autouse=True)
def _wired(httpserver: HTTPServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    import anthropic  # noqa: F401  # a second or more, which is not to count

    monkeypatch.setattr(model, "ANSWER_WITHIN_S", 30.0)
    settings.ANTHROPIC_API_KEY = "sk-test"
    settings.ANTHROPIC_BASE_URL = httpserver.url_for("").rstrip("/")
    settings.OUTBOUND = "on"
    settings.ALLOW_LOOPBACK_VENDORS = True
    breaker.close_breaker()
    yield
    breaker.close_breaker()


@pytest.fixture
def caller(csm: User, now: datetime) -> Caller:
    return Caller(csm, now, lambda draft_id: None)


@pytest.fixture
def acme(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme Corp")


def uses(tool: str, **given: Any) -> dict[str, Any]:
    block = {"type": "tool_use", "id": "toolu_1", "name": tool, "input": given}
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [block],
        "stop_reason": "tool_use", "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip


HOLD = {"customer": "Acme Corp", "scope": "", "when": "Friday", "lasting": "", "reason": ""}


def test_what_claude_understood_is_confirmed_by_the_person(
    httpserver: HTTPServer, caller: Caller, acme: Customer
) -> None:
    httpserver.expect_request("/v1/messages").respond_with_json(uses("hold", **HOLD))

    body = run_command(SENTENCE, caller)

    assert body["state"] == "needs_confirmation"
    assert body["understood"]["arguments"]["until"] == "2026-03-06"
    assert not Hold.objects.exists()
    sent = httpserver.log[0][0].get_json()
    assert all(tool["strict"] for tool in sent["tools"])
    assert sent["messages"] == [{"role": "user", "content": SENTENCE}]


def test_sentence_that_the_grammar_knows_is_not_asked_about(
    httpserver: HTTPServer, caller: Caller, acme: Customer
) -> None:
    run_command("Hold Acme Corp until Friday", caller)

    assert httpserver.log == []


def test_name_that_nobody_typed_is_nothing(httpserver: HTTPServer, caller: Caller, acme: Customer) -> None:
    factories.CustomerFactory.create(owner=caller.by, name="Globex")
    httpserver.expect_request("/v1/messages").respond_with_json(uses("hold", **{**HOLD, "customer": "Globex"}))

    assert run_command(SENTENCE, caller)["state"] == "unknown"


@pytest.mark.parametrize("status", [500, 529, 401, 429])
def test_model_that_is_down_leaves_suggestions(
    httpserver: HTTPServer, caller: Caller, acme: Customer, status: int
) -> None:
    httpserver.expect_request("/v1/messages").respond_with_json({"type": "error"}, status=status)

    body = run_command(SENTENCE, caller)

    assert body["state"] == "unknown"
    assert body["choices"]


def test_slow_model_is_not_waited_for(
    httpserver: HTTPServer, caller: Caller, acme: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from time import monotonic, sleep

    monkeypatch.setattr(model, "ANSWER_WITHIN_S", 0.3)

    def slow(request: Any) -> Response:
        sleep(1.0)
        return Response("{}")

    httpserver.expect_request("/v1/messages").respond_with_handler(slow)
    begun = monotonic()

    assert run_command(SENTENCE, caller)["state"] == "unknown"
    assert monotonic() - begun < 10
    assert breaker.pause_reason()

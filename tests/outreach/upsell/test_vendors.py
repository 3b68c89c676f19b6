"""Slack, Zoom and Claude at the wire, as a run sees them: tried again where that is safe, else left for a person."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from customers.clients.tokens import forget_tokens
from customers.models import Customer, Meeting, User
from outreach.enums import RunState, StepState, UpsellReply, UpsellStepName
from outreach.models import OutreachSettings, UpsellRun
from outreach.rules.upsell.running import MOST_ATTEMPTS
from outreach.services.upsell import deciding, stepping
from outreach.services.upsell.answering import take_reply
from tests.emails.test_writers import message
from tests.outreach.upsell.conftest import fresh
from tests.outreach.upsell.playing import leave, play_to_the_wait, start, state_of, step_of
from tests.vendors import connect

pytestmark = pytest.mark.django_db
SLACK, ZOOM, PLAN = (
    UpsellStepName.POST_SLACK_SUMMARY,
    UpsellStepName.CREATE_ZOOM_MEETING,
    UpsellStepName.ASK_CLAUDE_FOR_PLAN,
)
POSTED = {"ok": True, "channel": "C1", "ts": "1772636400.000100"}
MADE = {"id": 85746065432, "join_url": "https://us02web.zoom.us/j/85746065432", "start_url": "https://zoom.us/s/1"}
MEETINGS = "/v2/users/dana@evergreen.example/meetings"


class Vendor:
    """One address at the wire: what it answers in turn, the last for good, and what it was asked."""

    def __init__(self, server: HTTPServer, path: str, *answers: tuple[int, Any], **headers: str) -> None:
        self.asked: list[Any] = []
        self.answers, self.headers = list(answers), headers
        server.expect_request(path, method="POST").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        self.asked.append(request.get_json())
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return Response(json.dumps(body), status=status, content_type="application/json", headers=self.headers)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    forget_tokens()
    cache.clear()
    yield
    forget_tokens()
    cache.clear()


@pytest.fixture
def slack(httpserver: HTTPServer, settings: Any) -> Callable[..., Vendor]:
    # The question whether a mail may go is another message; it is none of ours here.
    OutreachSettings.objects.update_or_create(pk=1, defaults={"slack_approvals": False})
    base = httpserver.url_for("/api")
    connect(settings, SLACK_BOT_TOKEN="xoxb-token", SLACK_CHANNEL="C1", SLACK_API_BASE=base)
    return lambda *answers, **headers: Vendor(httpserver, "/api/chat.postMessage", *answers, **headers)


@pytest.fixture
def zoom(httpserver: HTTPServer, settings: Any) -> Callable[..., Vendor]:
    connect(
        settings,
        ZOOM_ACCOUNT_ID="account",
        ZOOM_CLIENT_ID="client",
        ZOOM_CLIENT_SECRET="client-secret",
        ZOOM_HOST="dana@evergreen.example",
        ZOOM_API_BASE=httpserver.url_for("/v2"),
        ZOOM_OAUTH_BASE=httpserver.url_for("").rstrip("/"),
    )
    httpserver.expect_request("/oauth/token", method="POST").respond_with_json(
        {"access_token": "t", "token_type": "bearer", "expires_in": 3599}
    )
    httpserver.expect_request(MEETINGS, method="GET").respond_with_json({"meetings": []})
    return lambda *answers, **headers: Vendor(httpserver, MEETINGS, *answers, **headers)


def play_to_slack(account: Customer, by: User, *, now: datetime) -> UpsellRun:
    run = start(account, by, now=now)
    stepping.sweep(now)
    leave(run, by, now=now)
    stepping.sweep(now)
    return fresh(run)


def play_to_zoom(account: Customer, by: User, *, now: datetime) -> UpsellRun:
    run = play_to_the_wait(account, by, now=now)
    take_reply(run.pk, UpsellReply.YES, now=now, by=by)
    deciding.approve_step(run, ZOOM, now=now, by=by)
    stepping.sweep(now)
    return fresh(run)


def ring_often(now: datetime, *, minutes: int = 30) -> None:
    for second in range(0, minutes * 60, 15):
        stepping.sweep(now + timedelta(seconds=second))


def test_summary_is_posted_once_with_what_was_found(
    account: Customer, csm: User, slack: Callable[..., Vendor], now: datetime
) -> None:
    there = slack((200, POSTED))

    run = play_to_slack(account, csm, now=now)
    ring_often(now)

    assert len(there.asked) == 1 and there.asked[0]["channel"] == "C1"
    words = json.dumps(there.asked[0])
    assert "Enterprise" in words and f"/upsell-runs/{run.pk}" in words and "Acme Trading" in words
    step = step_of(run, SLACK)
    assert (step.output, step.note) == ({"channel": "C1", "ts": "1772636400.000100"}, "")


def test_busy_slack_is_asked_again_after_its_time(
    account: Customer, csm: User, slack: Callable[..., Vendor], now: datetime
) -> None:
    there = slack((429, {}), (200, POSTED), **{"Retry-After": "90"})

    run = play_to_slack(account, csm, now=now)
    stepping.sweep(now + timedelta(seconds=89))
    assert (len(there.asked), state_of(run, SLACK)) == (1, StepState.QUEUED)
    stepping.sweep(now + timedelta(seconds=90))

    assert (len(there.asked), fresh(run).state) == (2, RunState.WAITING_REPLY)
    assert [row["attempt"] for row in step_of(run, SLACK).receipt] == [1, 2]


def test_slack_that_stays_busy_is_left_for_a_person(
    account: Customer, csm: User, slack: Callable[..., Vendor], now: datetime
) -> None:
    there = slack((429, {}), **{"Retry-After": "1"})

    run = play_to_slack(account, csm, now=now)
    ring_often(now)

    assert len(there.asked) == MOST_ATTEMPTS
    assert (fresh(run).state, state_of(run, SLACK)) == (RunState.NEEDS_REVIEW, StepState.NEEDS_REVIEW)
    at = now + timedelta(hours=1)
    there.answers = [(200, POSTED)]
    deciding.retry_step(run, SLACK, now=at, by=csm)
    stepping.sweep(at)
    assert fresh(run).state == RunState.WAITING_REPLY


def test_slack_that_says_no_is_not_asked_again(
    account: Customer, csm: User, slack: Callable[..., Vendor], now: datetime
) -> None:
    there = slack((200, {"ok": False, "error": "channel_not_found"}))

    run = play_to_slack(account, csm, now=now)
    ring_often(now)

    assert len(there.asked) == 1
    assert "channel_not_found" in step_of(run, SLACK).outcome


@pytest.mark.parametrize("answer", [(500, {}), (200, {"ok": False, "error": "internal_error"}), (200, [])])
def test_slack_whose_answer_leaves_a_doubt_is_never_asked_again(
    account: Customer, csm: User, slack: Callable[..., Vendor], now: datetime, answer: tuple[int, Any]
) -> None:
    there = slack(answer)

    run = play_to_slack(account, csm, now=now)
    ring_often(now)

    assert len(there.asked) == 1
    assert (fresh(run).state, state_of(run, SLACK)) == (RunState.NEEDS_REVIEW, StepState.UNKNOWN)
    deciding.skip_step(run, SLACK, now=now, by=csm, reason="It stands there")
    stepping.sweep(now)
    assert (len(there.asked), fresh(run).state) == (1, RunState.WAITING_REPLY)


def test_meeting_is_made_once_and_its_hosts_link_is_dropped(
    account: Customer, csm: User, zoom: Callable[..., Vendor], now: datetime
) -> None:
    there = zoom((201, MADE))

    run = play_to_zoom(account, csm, now=now)
    ring_often(now)

    assert len(there.asked) == 1
    assert (there.asked[0]["start_time"], there.asked[0]["duration"]) == ("2026-03-09T10:00:00Z", 30)
    step = step_of(run, ZOOM)
    assert step.output["joinUrl"] == MADE["join_url"] and "zoom.us/s/" not in json.dumps(step.output)
    assert "zoom.us/s/" not in Meeting.objects.get().notes


@pytest.mark.parametrize(
    ("answer", "state", "calls"),
    [
        ((400, {"code": 300, "message": "Validation failed."}), StepState.NEEDS_REVIEW, 1),
        ((404, {"code": 1001, "message": "User does not exist."}), StepState.NEEDS_REVIEW, 1),
        ((500, {}), StepState.UNKNOWN, 1),
        ((429, {"code": 429, "message": "You have exceeded the daily rate limit (100)"}), StepState.NEEDS_REVIEW, 1),
        ((429, {"code": 429, "message": "Too many"}), StepState.NEEDS_REVIEW, MOST_ATTEMPTS),
    ],
)
def test_zoom_that_does_not_make_it_is_left_for_a_person(
    account: Customer, csm: User, zoom: Callable[..., Vendor], now: datetime, answer: Any, state: StepState, calls: int
) -> None:
    there = zoom(answer)

    run = play_to_zoom(account, csm, now=now)
    ring_often(now)

    assert (state_of(run, ZOOM), len(there.asked)) == (state, calls)
    assert step_of(run, ZOOM).outcome and not Meeting.objects.exists()


def test_hours_that_never_meet_ask_for_a_time(account: Customer, csm: User, now: datetime) -> None:
    User.objects.filter(pk=csm.pk).update(timezone="Pacific/Auckland")
    run = play_to_zoom(account, csm, now=now)

    assert "choose a time" in step_of(run, ZOOM).outcome
    at = datetime.fromisoformat("2026-03-10T11:00:00+00:00")
    deciding.retry_step(run, ZOOM, now=now, by=csm, starts_at=at)
    stepping.sweep(now)
    assert Meeting.objects.get().starts_at == at


def answer(**changes: Any) -> dict[str, Any]:
    plan = {
        "recommendedPlan": "Enterprise",
        "justification": "98 of 100 users are in use.",
        "features": ["Advanced analytics", "A free pony"],
        "roiAnalysis": "Room for more users.",
        "riskAssessment": "Health score 87.",
    }
    return plan | changes


@pytest.fixture
def claude(httpserver: HTTPServer, settings: Any) -> Callable[..., Vendor]:
    connect(settings, ANTHROPIC_API_KEY="sk-test", ANTHROPIC_BASE_URL=httpserver.url_for("").rstrip("/"))

    def says(*answers: Any) -> Vendor:
        return Vendor(httpserver, "/v1/messages", *((200, message(one)) for one in answers))

    return says


def plan_of(account: Customer, by: User, now: datetime) -> Any:
    run = start(account, by, now=now)
    stepping.sweep(now)
    return step_of(run, PLAN)


def test_claude_proposes_and_code_puts_in_the_value(
    account: Customer, csm: User, claude: Callable[..., Vendor], now: datetime
) -> None:
    model = claude(answer())

    step = plan_of(account, csm, now)

    asked = model.asked[0]
    schema = asked["output_config"]["format"]["schema"]
    assert schema["additionalProperties"] is False and schema["properties"]["recommendedPlan"]["enum"] == ["Enterprise"]
    assert (step.output["proposedBy"], step.output["justification"]) == ("claude", "98 of 100 users are in use.")
    assert (step.output["estimatedValue"], step.output["features"]) == ("48000.00", ["Advanced analytics"])
    assert "jennifer" not in json.dumps(asked).lower()


@pytest.mark.parametrize(
    "bad",
    [
        answer(recommendedPlan="Diamond"),
        answer(justification="They will save 250,000 a year."),
        answer(roiAnalysis="See https://evil.example/offer"),
        answer(riskAssessment=""),
        answer(riskAssessment="x" * 601),
        answer(features="all"),
        ["no", "object"],
    ],
)
def test_answer_that_breaks_a_rule_is_asked_for_once_more_and_then_left(
    account: Customer, csm: User, claude: Callable[..., Vendor], now: datetime, bad: Any
) -> None:
    model = claude(bad)

    step = plan_of(account, csm, now)

    plans = [one for one in model.asked if "recommendedPlan" in json.dumps(one["output_config"])]
    assert len(plans) == 2 and "refused" in plans[1]["messages"][0]["content"]
    assert (step.state, step.output["proposedBy"]) == (StepState.SENT, "built_in")
    assert "refused" in step.note


def test_claude_that_is_down_costs_nothing_but_its_words(
    account: Customer, csm: User, httpserver: HTTPServer, claude: Callable[..., Vendor], now: datetime
) -> None:
    Vendor(httpserver, "/v1/messages", (529, {"type": "error", "error": {"type": "overloaded_error", "message": ""}}))

    step = plan_of(account, csm, now)

    assert (step.state, step.output["proposedBy"]) == (StepState.SENT, "built_in")
    assert "The built-in planner proposed this" in step.note

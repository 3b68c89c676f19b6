"""A meeting that a lost call has made is found again by its step: one meeting, whatever the hour is by then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from customers.clients.tokens import forget_tokens
from customers.models import Customer, Meeting, User
from outreach.enums import StepState, UpsellReply, UpsellStepName
from outreach.models import UpsellRun, UpsellStep
from outreach.services.upsell.answering import take_reply
from outreach.services.upsell.deciding import approve_step, retry_step
from tests.outreach.upsell.conftest import Commit
from tests.vendors import connect

PATH = "/v2/users/dana@evergreen.example/meetings"


@pytest.fixture
def zoom(httpserver: HTTPServer, settings: Any) -> Iterator[HTTPServer]:
    forget_tokens()
    connect(
        settings,
        ZOOM_ACCOUNT_ID="account",
        ZOOM_CLIENT_ID="client",
        ZOOM_CLIENT_SECRET="client-secret",
        ZOOM_HOST="dana@evergreen.example",
        ZOOM_API_BASE=httpserver.url_for("/v2"),
        ZOOM_OAUTH_BASE=httpserver.url_for("").rstrip("/"),
    )
    settings.MAIL_PROVIDER = "capture"
    httpserver.expect_request("/oauth/token").respond_with_json({"access_token": "t", "expires_in": 3600})
    yield httpserver
    forget_tokens()


def test_retry_after_a_lost_answer_adopts_the_meeting(
    account: Customer,
    alert: Callable[..., UpsellRun],
    move: Callable[..., UpsellRun],
    send_mail: Callable[..., Any],
    zoom: HTTPServer,
    csm: User,
    commit: Commit,
    now: datetime,
) -> None:
    made: list[dict[str, Any]] = []

    def create(request: Any) -> Response:
        """Zoom makes the meeting, and its answer is lost; the list is a moment behind."""
        made.append(request.get_json())
        return Response("x", 504)

    zoom.expect_request(PATH, method="POST").respond_with_handler(create)
    lists: Iterator[list[Any]] = iter([[], []])

    def list_made(request: Any) -> Response:
        listed = [{**row, "id": 85746065432, "join_url": "https://zoom.us/j/8"} for row in made]
        return Response(json.dumps({"meetings": next(lists, listed)}))

    zoom.expect_request(PATH, method="GET").respond_with_handler(list_made)
    run = move(alert())
    send_mail(run, csm)
    run = move(run)
    with commit(now):
        take_reply(run.pk, UpsellReply.YES, now=now, by=csm)
    run = move(run)
    with commit(now):
        approve_step(run, UpsellStepName.CREATE_ZOOM_MEETING, now=now, by=csm)
    run = move(run)
    step = UpsellStep.objects.get(run=run, name=UpsellStepName.CREATE_ZOOM_MEETING)
    assert step.state in (StepState.UNKNOWN, StepState.NEEDS_REVIEW)

    later = now + timedelta(days=1)
    with commit(later):
        retry_step(run, UpsellStepName.CREATE_ZOOM_MEETING, now=later, by=csm)
    move(run, later)

    step.refresh_from_db()
    assert (step.state, len(made)) == (StepState.SENT, 1)
    meeting = Meeting.objects.get()
    assert meeting.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ") == made[0]["start_time"]

"""Zoom at the wire: token, one meeting, and every answer that is not the wanted one."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.clients.tokens import forget_tokens
from customers.models import StandInCall
from outreach.clients.choice import get_zoom, why_zoom_off
from outreach.clients.zoom import MeetingAsk, ZoomClient, ZoomMeeting, build_meeting
from outreach.clients.zoom_stand_in import ZoomStandIn
from tests import factories
from tests.vendors import connect, public_signatures, server

PATH = "/v2/users/dana@evergreen.example/meetings"
MADE = {
    "id": 85746065432,
    "join_url": "https://us02web.zoom.us/j/85746065432?pwd=x",
    "start_url": "https://zoom.us/s/1",
}
DAILY = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this "
    "particular user. You may resume these requests at GMT 00:00:00."
)


@pytest.fixture(autouse=True)
def _no_token() -> Iterator[None]:
    forget_tokens()
    yield
    forget_tokens()


@pytest.fixture
def base(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    connect(
        settings,
        ZOOM_ACCOUNT_ID="account",
        ZOOM_CLIENT_ID="client",
        ZOOM_CLIENT_SECRET="client-secret",
        ZOOM_HOST="dana@evergreen.example",
        ZOOM_API_BASE=httpserver.url_for("/v2"),
        ZOOM_OAUTH_BASE=httpserver.url_for("").rstrip("/"),
    )
    httpserver.expect_request(
        "/oauth/token",
        method="POST",
        query_string={"grant_type": "account_credentials", "account_id": "account"},
        headers={"Authorization": "Basic Y2xpZW50OmNsaWVudC1zZWNyZXQ="},
    ).respond_with_json({"access_token": "eyJ.token", "token_type": "bearer", "expires_in": 3599})
    return httpserver


@pytest.fixture
def ask() -> MeetingAsk:
    return MeetingAsk(uuid4(), "Acme: your options", datetime(2026, 3, 10, 10, 0, tzinfo=UTC), agenda="Growth")


def paths(server: HTTPServer) -> list[str]:
    return [request.path for request, _ in server.log]


def test_meeting_is_made_once_and_the_hosts_link_dropped(base: HTTPServer, ask: MeetingAsk, now: datetime) -> None:
    base.expect_request(PATH, method="POST", headers={"Authorization": "Bearer eyJ.token"}).respond_with_json(
        MADE, status=201
    )

    meeting = ZoomClient().create_meeting(ask, now=now)

    assert meeting == ZoomMeeting("85746065432", "https://us02web.zoom.us/j/85746065432?pwd=x")
    assert base.log[-1][0].get_json() == {
        "topic": "Acme: your options",
        "type": 2,
        "start_time": "2026-03-10T10:00:00Z",
        "duration": 30,
        "timezone": "UTC",
        "agenda": f"{ask.marker}\n\nGrowth",
        "settings": {"join_before_host": False, "waiting_room": True},
    }


def test_start_is_told_in_gmt_and_lengths_are_kept(ask: MeetingAsk) -> None:
    berlin = timezone(timedelta(hours=1))
    body = build_meeting(
        replace(ask, starts_at=datetime(2026, 3, 10, 0, 30, tzinfo=berlin), topic="a\nb" * 200, agenda="x" * 3000)
    )

    assert body["start_time"] == "2026-03-09T23:30:00Z"
    assert "\n" not in body["topic"] and (len(body["topic"]), len(body["agenda"])) == (200, 2000)


def test_token_is_kept_until_five_minutes_before_its_end(base: HTTPServer, ask: MeetingAsk, now: datetime) -> None:
    base.expect_request(PATH).respond_with_json(MADE, status=201)

    for moment in (now, now + timedelta(seconds=3298), now + timedelta(seconds=3300)):
        ZoomClient().create_meeting(ask, now=moment)

    assert paths(base) == ["/oauth/token", PATH, PATH, "/oauth/token", PATH]


def test_refused_token_is_renewed_once(base: HTTPServer, ask: MeetingAsk, now: datetime) -> None:
    answers = iter([Response('{"code":124,"message":"Invalid access token."}', 401), Response(json.dumps(MADE), 201)])
    base.expect_request(PATH).respond_with_handler(lambda request: next(answers))

    assert ZoomClient().create_meeting(ask, now=now).meeting_id == "85746065432"
    assert paths(base) == ["/oauth/token", PATH, "/oauth/token", PATH]


def test_token_refused_twice_is_no_third_try(base: HTTPServer, ask: MeetingAsk, now: datetime) -> None:
    base.expect_request(PATH).respond_with_json({"code": 124, "message": "Invalid access token."}, status=401)

    with pytest.raises(NotAccepted) as error:
        ZoomClient().create_meeting(ask, now=now)

    assert (error.value.can_retry, error.value.code, paths(base).count(PATH)) == (True, "124", 2)


@pytest.mark.parametrize(
    ("status", "body", "headers", "can_retry", "retry_after_s"),
    [
        (400, {"code": 300, "message": "Validation Failed."}, {}, False, None),
        (404, {"code": 1001, "message": "User does not exist."}, {}, False, None),
        (429, {"code": 429, "message": "Too fast."}, {"Retry-After": "7"}, True, 7),
        (429, {"code": 429, "message": "Too fast."}, {"Retry-After": "2026-03-04T15:00:09Z"}, True, 9),
        (429, {"code": 429, "message": DAILY}, {}, True, 9 * 3600),
        (429, {"code": 429, "message": "Too fast."}, {}, True, None),
    ],
)
def test_refusal_says_whether_and_when_to_try_again(
    base: HTTPServer,
    ask: MeetingAsk,
    now: datetime,
    status: int,
    body: dict[str, Any],
    headers: dict[str, str],
    can_retry: bool,
    retry_after_s: int | None,
) -> None:
    base.expect_request(PATH).respond_with_json(body, status=status, headers=headers)

    with pytest.raises(NotAccepted) as error:
        ZoomClient().create_meeting(ask, now=now)

    assert (error.value.can_retry, error.value.retry_after_s, error.value.code) == (
        can_retry,
        retry_after_s,
        str(body["code"]),
    )


@pytest.mark.parametrize("body", ["", "no json", "{}", "[]", "null", "[" * 5000, '{"id": "x", "join_url": "y"}',
                                  '{"id": 1, "join_url": "http://zoom.us/j/1"}'])  # fmt: skip
def test_meeting_that_cannot_be_read_may_exist(base: HTTPServer, ask: MeetingAsk, now: datetime, body: str) -> None:
    base.expect_request(PATH).respond_with_data(body, status=201)

    with pytest.raises(MaybeAccepted) as error:
        ZoomClient().create_meeting(ask, now=now)

    assert error.value.can_retry is False


def test_5xx_and_silence_are_never_tried_again(base: HTTPServer, ask: MeetingAsk, now: datetime, settings: Any) -> None:
    base.expect_request(PATH).respond_with_data("oh", status=502)
    with pytest.raises(MaybeAccepted) as broken:
        ZoomClient().create_meeting(ask, now=now)

    with server(then_hangs=True) as address:
        settings.ZOOM_API_BASE = address
        with pytest.raises(MaybeAccepted) as silent:
            ZoomClient(deadline_s=0.4).create_meeting(ask, now=now)

    assert (broken.value.can_retry, silent.value.can_retry) == (False, False)
    assert [request.method for request, _ in base.log if request.path == PATH] == ["POST", "GET"]


def test_redirect_takes_the_token_nowhere(base: HTTPServer, ask: MeetingAsk, now: datetime) -> None:
    base.expect_request(PATH).respond_with_data("", status=307, headers={"Location": base.url_for("/elsewhere")})

    with pytest.raises(NotAccepted) as error:
        ZoomClient().create_meeting(ask, now=now)

    assert (error.value.can_retry, paths(base)[-1]) == (False, PATH)


def test_nothing_of_a_call_is_logged(
    base: HTTPServer, ask: MeetingAsk, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    base.expect_request(PATH).respond_with_json(MADE, status=201)

    with caplog.at_level(logging.DEBUG):
        ZoomClient().create_meeting(ask, now=now)

    said = " ".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    assert not any(word in said for word in ("eyJ.token", "client-secret", "Acme", "pwd=x"))


def test_client_is_the_stand_in_until_it_is_connected(base: HTTPServer, settings: Any) -> None:
    assert isinstance(get_zoom(), ZoomClient)

    settings.ZOOM_HOST = ""
    assert isinstance(get_zoom(), ZoomStandIn)
    assert why_zoom_off().startswith("Zoom is not connected: ZOOM_HOST is not set.")


def test_stand_in_has_the_same_signatures() -> None:
    assert public_signatures(ZoomStandIn) == public_signatures(ZoomClient)
    assert ZoomStandIn.name == ZoomClient.name


@pytest.mark.django_db
def test_stand_in_keeps_what_would_have_been_made(ask: MeetingAsk, now: datetime) -> None:
    customer = factories.CustomerFactory.create()

    meeting = ZoomStandIn().create_meeting(replace(ask, customer_id=customer.pk), now=now)

    (call,) = StandInCall.objects.all()
    assert (call.customer, call.vendor, call.action, call.number) == (
        customer,
        "zoom",
        "create_meeting",
        meeting.meeting_id,
    )
    assert call.request["start_time"] == "2026-03-10T10:00:00Z"
    assert len(meeting.meeting_id) == 11 and meeting.join_url.startswith("https://zoom.example/j/")


LISTED = {**MADE, "start_time": "2026-03-11T09:00:00Z"}


def listed(ask: MeetingAsk, **changes: Any) -> dict[str, Any]:
    return {"meetings": [{"id": 1, "agenda": "another"}, {**LISTED, "agenda": f"{ask.marker}\n\nGrowth", **changes}]}


def test_meeting_that_a_lost_call_has_made_is_adopted_and_no_second_one_made(
    base: HTTPServer, ask: MeetingAsk, now: datetime
) -> None:
    base.expect_request(PATH, method="POST").respond_with_data("oh", status=502)
    base.expect_request(PATH, method="GET").respond_with_json(listed(ask))

    made = ZoomClient().create_meeting(ask, now=now)

    assert made == ZoomMeeting("85746065432", MADE["join_url"], datetime(2026, 3, 11, 9, tzinfo=UTC))


def test_retry_by_reference_looks_first_whatever_the_hour_is_now(
    base: HTTPServer, ask: MeetingAsk, now: datetime
) -> None:
    first = replace(ask, reference="step-7")
    lists = iter([{"meetings": []}, listed(first)])
    base.expect_request(PATH, method="GET").respond_with_handler(lambda request: Response(json.dumps(next(lists))))
    base.expect_request(PATH, method="POST").respond_with_json(MADE, status=201)
    ZoomClient().create_meeting(first, now=now)

    again = replace(first, starts_at=first.starts_at + timedelta(days=1), topic="Another")

    assert ZoomClient().create_meeting(again, now=now).meeting_id == "85746065432"


def test_list_is_followed_to_its_end(base: HTTPServer, ask: MeetingAsk, now: datetime) -> None:
    pages = iter([{"meetings": [], "next_page_token": "t1"}, listed(ask)])
    base.expect_request(PATH, method="GET").respond_with_handler(lambda request: Response(json.dumps(next(pages))))

    assert ZoomClient().find_meeting(ask, now=now) is not None
    assert base.log[-1][0].args["next_page_token"] == "t1"


def test_endless_list_ends(base: HTTPServer, ask: MeetingAsk, now: datetime) -> None:
    base.expect_request(PATH, method="GET").respond_with_json({"meetings": [], "next_page_token": "t"})

    assert ZoomClient().find_meeting(ask, now=now) is None
    assert paths(base).count(PATH) == 5


@pytest.mark.parametrize("body", ["", "[]", "null", "{}", '{"meetings": 3}', "[" * 5000])
def test_list_that_cannot_be_read_leaves_it_unknown(
    base: HTTPServer, ask: MeetingAsk, now: datetime, body: str
) -> None:
    base.expect_request(PATH, method="POST").respond_with_data("oh", status=502)
    base.expect_request(PATH, method="GET").respond_with_data(body)

    with pytest.raises(MaybeAccepted):
        ZoomClient().create_meeting(ask, now=now)


@pytest.mark.parametrize("changes", [{"join_url": "javascript:x"}, {"start_time": "soon"}, {"id": "x"}])
def test_listed_meeting_of_another_shape_is_not_adopted(
    base: HTTPServer, ask: MeetingAsk, now: datetime, changes: dict[str, Any]
) -> None:
    base.expect_request(PATH, method="POST").respond_with_data("oh", status=502)
    base.expect_request(PATH, method="GET").respond_with_json(listed(ask, **changes))

    with pytest.raises(MaybeAccepted):
        ZoomClient().create_meeting(ask, now=now)


@pytest.mark.django_db
def test_stand_in_adopts_by_reference_too(ask: MeetingAsk, now: datetime) -> None:
    named = replace(ask, customer_id=factories.CustomerFactory.create().pk, reference="step-7")

    made = ZoomStandIn().create_meeting(named, now=now)

    assert ZoomStandIn().create_meeting(replace(named, topic="x"), now=now).meeting_id == made.meeting_id
    assert StandInCall.objects.count() == 1

"""Outreach.io at the wire: what is asked, what is read, and every answer that is not the wanted one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from customers.clients.base import MaybeAccepted, NotAccepted
from outreach.clients.choice import outreach_client
from outreach.clients.outreach_io_errors import AlreadyInSequence, EmailTaken, Gone, RateLimited, WrongState
from outreach.models import OutreachConnection
from outreach.rules.outreach_io.resources import ProspectWrite
from tests.outreach.outreach_io.conftest import ACCESS

API = "/api/v2"
JSON_API = "application/vnd.api+json"
pytestmark = pytest.mark.usefixtures("connected")


def row(kind: str, number: int, attributes: dict[str, Any], **related: tuple[str, int]) -> dict[str, Any]:
    links = {name: {"data": {"type": kind, "id": number}} for name, (kind, number) in related.items()}
    return {"type": kind, "id": number, "attributes": attributes, "relationships": links}


STATE = row("sequenceState", 9, {"state": "pending"}, prospect=("prospect", 2), sequence=("sequence", 7))


def errors(identity: str, detail: str) -> dict[str, Any]:
    return {"errors": [{"id": identity, "title": "Error", "detail": detail}]}


def test_person_is_put_into_a_sequence_with_a_mailbox(base: HTTPServer, now: datetime) -> None:
    base.expect_request(f"{API}/sequenceStates", method="POST").respond_with_json({"data": STATE}, status=201)

    state = outreach_client(now).create_state(2, 7, 3)

    assert (state.state_id, state.prospect_id, state.sequence_id, state.state) == (9, 2, 7, "pending")
    request = base.log[-1][0]
    assert (request.headers["Content-Type"], request.headers["Authorization"]) == (JSON_API, f"Bearer {ACCESS}")
    assert request.get_json(force=True) == {
        "data": {
            "type": "sequenceState",
            "relationships": {
                "prospect": {"data": {"type": "prospect", "id": 2}},
                "sequence": {"data": {"type": "sequence", "id": 7}},
                "mailbox": {"data": {"type": "mailbox", "id": 3}},
            },
        }
    }


def test_every_request_carries_the_content_type(base: HTTPServer, now: datetime) -> None:
    base.expect_request(f"{API}/sequences", method="GET").respond_with_json({"data": []})
    base.expect_request(f"{API}/webhooks/4", method="DELETE").respond_with_data("", status=204)
    base.expect_request(f"{API}/sequenceStates/9/actions/pause", method="POST").respond_with_json({"data": STATE})
    client = outreach_client(now)

    client.list_sequences()
    client.delete_webhook(4)
    client.pause(9)

    assert [request.headers["Content-Type"] for request, _ in base.log] == [JSON_API] * 3
    assert client.calls == 3


@pytest.mark.parametrize("detail", ["Prospect has already been in this sequence", "is already active in the sequence"])
def test_already_in_sequence_is_an_error_of_its_own(base: HTTPServer, now: datetime, detail: str) -> None:
    base.expect_request(f"{API}/sequenceStates").respond_with_json(errors("validationError", detail), status=422)

    with pytest.raises(AlreadyInSequence) as error:
        outreach_client(now).create_state(2, 7, 3)

    assert (error.value.can_retry, error.value.code) == (False, "validationError")


def test_other_422_is_a_plain_refusal(base: HTTPServer, now: datetime) -> None:
    said = errors("validationError", "Mailbox can't be blank.")
    base.expect_request(f"{API}/sequenceStates").respond_with_json(said, status=422)

    with pytest.raises(NotAccepted) as error:
        outreach_client(now).create_state(2, 7, 3)

    assert type(error.value) is NotAccepted
    assert error.value.reason == "Outreach.io answered 422: Mailbox can't be blank."


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [(500, "oh", MaybeAccepted), (502, "", MaybeAccepted), (201, "no json", MaybeAccepted), (201, "[]", MaybeAccepted),
     (201, '{"data": {}}', MaybeAccepted), (404, "{}", Gone), (403, "{}", NotAccepted), (415, "{}", NotAccepted)],
)  # fmt: skip
def test_enrollment_says_whether_it_may_have_been_accepted(
    base: HTTPServer, now: datetime, status: int, body: str, kind: type[Exception]
) -> None:
    base.expect_request(f"{API}/sequenceStates").respond_with_data(body, status=status)

    with pytest.raises(kind) as error:
        outreach_client(now).create_state(2, 7, 3)

    assert error.value.can_retry is False  # type: ignore[attr-defined]


def test_action_that_does_not_fit_is_wrong_state(base: HTTPServer, now: datetime) -> None:
    path = f"{API}/sequenceStates/9/actions/resume"
    base.expect_request(path).respond_with_json(errors("validationError", "Not paused."), status=422)

    with pytest.raises(WrongState):
        outreach_client(now).resume(9)


PERSON = row(
    "prospect",
    2,
    {"firstName": "Ann", "emails": ["Ann@Acme.example", "a@home.example"], "title": "CEO", "custom3": "gold"},
    account=("account", 5),
)


def test_prospect_is_found_in_any_case_and_never_by_a_likeness(base: HTTPServer, now: datetime) -> None:
    other = row("prospect", 1, {"emails": ["joann@acme.example"]})
    trashed = row("prospect", 1, {"emails": ["ann@acme.example"], "trashedAt": "2026-01-01T00:00:00Z"})
    base.expect_request(
        f"{API}/prospects", query_string={"filter[emails]": "ann@acme.example", "page[size]": "250"}
    ).respond_with_json({"data": [other, trashed, PERSON]})

    found = outreach_client(now).find_prospect(" ANN@acme.example")

    assert found is not None
    assert (found.prospect_id, found.account_id, found.custom) == (2, 5, {"custom3": "gold"})


def test_update_adds_the_email_and_keeps_the_others(base: HTTPServer, now: datetime) -> None:
    base.expect_request(f"{API}/prospects/2", method="GET").respond_with_json({"data": PERSON})
    base.expect_request(f"{API}/prospects/2", method="PATCH").respond_with_json({"data": PERSON})
    write = ProspectWrite("Ann.New@acme.example", first_name="Ann", last_name="Lee", account_id=8, external_id="s-1")

    outreach_client(now).update_prospect(2, write)

    assert base.log[-1][0].get_json(force=True) == {
        "data": {
            "type": "prospect",
            "id": 2,
            "attributes": {
                "lastName": "Lee",
                "externalId": "s-1",
                "emails": ["Ann@Acme.example", "a@home.example", "ann.new@acme.example"],
            },
        }
    }


def test_update_without_a_difference_writes_nothing(base: HTTPServer, now: datetime) -> None:
    base.expect_request(f"{API}/prospects/2", method="GET").respond_with_json({"data": PERSON})

    outreach_client(now).update_prospect(2, ProspectWrite("ann@acme.example", first_name="Ann", account_id=8))

    assert [request.method for request, _ in base.log] == ["GET"]


def test_email_of_somebody_else_is_an_error_of_its_own(base: HTTPServer, now: datetime) -> None:
    said = errors("validationError", "Contact using this email address already exists.")
    base.expect_request(f"{API}/prospects", method="POST").respond_with_json(said, status=422)

    with pytest.raises(EmailTaken):
        outreach_client(now).create_prospect(ProspectWrite("ann@acme.example"))


def test_pages_are_followed_at_our_own_address(base: HTTPServer, now: datetime) -> None:
    """The real one answers with links to its own host, also through a server that speaks for it."""

    def answer(request: Request) -> Response:
        after = request.args.get("page[after]")
        links = {} if after else {"next": "https://api.outreach.io/api/v2/sequences?page%5Bafter%5D=x&sort=name"}
        body = {"data": [row("sequence", 8 if after else 7, {"name": "S", "enabled": True})], "links": links}
        return Response(json.dumps(body), 200)

    base.expect_request(f"{API}/sequences").respond_with_handler(answer)

    assert [one.sequence_id for one in outreach_client(now).list_sequences()] == [7, 8]
    assert [request.host for request, _ in base.log] == [f"{base.host}:{base.port}"] * 2


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/api/v2/sequences?page[after]=x", "https://api.outreach.io.evil.example/api/v2/sequences",
     "//evil.example/api/v2/sequences", "https://api.outreach.io@evil.example/api/v2/sequences",
     "http://127.0.0.1:9/api/v2/sequences", "https://api.outreach.io/api/v2/users"],
)  # fmt: skip
def test_next_page_elsewhere_is_refused(base: HTTPServer, now: datetime, link: str) -> None:
    base.expect_request(f"{API}/sequences").respond_with_json({"data": [], "links": {"next": link}})

    with pytest.raises(NotAccepted, match="another address"):
        outreach_client(now).list_sequences()

    assert len(base.log) == 1


@pytest.mark.parametrize(
    ("status", "headers", "until"),
    [
        (429, {"Retry-After": "7"}, datetime(2026, 3, 4, 15, 0, 7, tzinfo=UTC)),
        (429, {"X-RateLimit-Reset": "1772637000"}, datetime(2026, 3, 4, 15, 10, tzinfo=UTC)),
        (429, {"X-RateLimit-Reset": "2026-03-04T15:20:00Z"}, datetime(2026, 3, 4, 15, 20, tzinfo=UTC)),
        (429, {"X-RateLimit-Reset": "Wed, 04 Mar 2026 15:30:00 GMT"}, datetime(2026, 3, 4, 15, 30, tzinfo=UTC)),
        (503, {"Retry-After": "2026-03-04T16:00:00Z"}, datetime(2026, 3, 4, 16, 0, tzinfo=UTC)),
    ],
)
def test_too_many_calls_says_when_to_go_on_and_nobody_calls_before(
    base: HTTPServer, now: datetime, status: int, headers: dict[str, str], until: datetime
) -> None:
    body = errors("rateLimitExceeded" if status == 429 else "scheduledServerMaintenance", "")
    base.expect_request(f"{API}/sequenceStates").respond_with_json(body, status=status, headers=headers)

    with pytest.raises(RateLimited) as first:
        outreach_client(now).create_state(2, 7, 3)
    with pytest.raises(RateLimited) as second:
        outreach_client(now).find_state(2, 7)

    assert (first.value.can_retry, len(base.log)) == (True, 1)
    # Seconds count from the moment of the answer, shortly after ours.
    assert [abs((at - until).total_seconds()) < 1 for at in (first.value.until, second.value.until)] == [True, True]


def test_first_of_two_remaining_values_counts(base: HTTPServer, now: datetime) -> None:
    headers = {"X-RateLimit-Limit": "10000", "X-RateLimit-Remaining": "9000, 19988",
               "X-RateLimit-Reset": "2026-03-04T15:20:00Z"}  # fmt: skip
    base.expect_request(f"{API}/sequences").respond_with_json({"data": []}, headers=headers)

    outreach_client(now).list_sequences()

    row = OutreachConnection.objects.get()
    assert (row.rate_used, row.rate_limit) == (1000, 10000)
    assert row.rate_resets_at == datetime(2026, 3, 4, 15, 20, tzinfo=UTC)


def test_changes_are_asked_from_a_moment_on(base: HTTPServer, now: datetime) -> None:
    base.expect_request(f"{API}/sequenceStates").respond_with_json({"data": [STATE]})

    pages = list(outreach_client(now).list_states_changed_since(now))

    assert [[one.state_id for one in page] for page in pages] == [[9]]
    asked = base.log[-1][0].args
    assert (asked["filter[updatedAt]"], asked["sort"]) == ("2026-03-04T15:00:00.000Z..inf", "updatedAt")

"""Replies by API: seen by those who may, filtered, corrected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Brake, Customer, Stakeholder, User
from emails.models import Reply
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def sarah(customer: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(customer=customer, email="sarah@acme.example", name="Sarah Lee")


@pytest.fixture
def reply(sarah: Stakeholder) -> Reply:
    made: Reply = factories.ReplyFactory.create(stakeholder=sarah, proof=["that works"], confidence=90)
    return made


def test_list_shows_what_the_reply_is_and_why(api: Any, reply: Reply) -> None:
    answer = api.get("/api/replies").json()

    assert answer["count"] == 1
    row = answer["results"][0]
    assert (row["id"], row["customerId"]) == (str(reply.pk), str(reply.customer_id))
    assert (row["classification"], row["proof"], row["verified"]) == ("positive", ["that works"], True)
    assert row["receivedAt"] == "2026-03-04T14:00:00Z"
    assert "fullText" not in row
    assert api.get(f"/api/replies/{reply.pk}").json()["fullText"] == reply.full_text


FILTERS: dict[str, tuple[dict[str, str], int]] = {
    "class": ({"classification": "positive"}, 1),
    "other class": ({"classification": "meeting"}, 0),
    "verified": ({"verified": "true"}, 1),
    "not verified": ({"verified": "false"}, 0),
    "not handled": ({"handled": "false"}, 1),
    "handled": ({"handled": "true"}, 0),
    "sender": ({"fromEmail": "SARAH@acme.example"}, 1),
    "part of the subject": ({"subject": "renewal"}, 1),
    "automatic": ({"automatic": "true"}, 0),
    "sure": ({"unsure": "false"}, 1),
    "match": ({"matchedBy": "token"}, 1),
    "who said so": ({"classifiedBy": "claude"}, 0),
}


@pytest.mark.parametrize("name", list(FILTERS))
def test_list_is_filtered(name: str, api: Any, reply: Reply) -> None:
    query, count = FILTERS[name]

    assert api.get("/api/replies", **query).json()["count"] == count


def test_list_is_filtered_by_account(api: Any, reply: Reply, customer: Customer) -> None:
    for value in (str(customer.pk), f"ext:{customer.external_id}"):
        assert api.get("/api/replies", customerId=value).json()["count"] == 1
    assert api.get("/api/replies", customerId="ext:nobody").json()["count"] == 0


@pytest.mark.parametrize(
    "query", [{"classification": "glad"}, {"verified": ""}, {"customerId": "x"}, {"ordering": "x"}]
)
def test_wrong_filter_is_refused(query: dict[str, str], api: Any) -> None:
    assert api.get("/api/replies", **query).status_code == 400


def test_list_takes_as_many_queries_for_three_rows_as_for_one(api: Any, sarah: Stakeholder) -> None:
    api.get("/api/replies")  # notes that the token was used
    counts = []
    for rows in (1, 2):
        factories.ReplyFactory.create_batch(rows, stakeholder=sarah)
        with CaptureQueriesContext(connection) as queries:
            api.get("/api/replies")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_correction_sets_the_brake_and_lifts_it(api: Any, reply: Reply, customer: Customer) -> None:
    Reply.objects.filter(pk=reply.pk).update(classification="unverified", is_verified=False)

    answer = api.patch(f"/api/replies/{reply.pk}", {"classification": "objection_price"})

    assert answer.status_code == 200
    assert (answer.json()["classification"], answer.json()["classifiedBy"]) == ("objection_price", "person")
    assert Brake.objects.filter(customer=customer, cleared_at=None).count() == 1
    api.patch(f"/api/replies/{reply.pk}", {"classification": "auto_generated"})
    assert not Brake.objects.filter(customer=customer, cleared_at=None).exists()


def test_absence_takes_its_date_or_reads_it(api: Any, reply: Reply) -> None:
    Reply.objects.filter(pk=reply.pk).update(text="I am away until Monday.")

    path = f"/api/replies/{reply.pk}"

    assert api.patch(path, {"classification": "out_of_office"}).json()["returnDate"] == "2026-03-09"
    body = {"classification": "out_of_office", "returnDate": "2026-03-20"}
    assert api.patch(path, body).json()["returnDate"] == "2026-03-20"


def test_handled_is_noted(api: Any, reply: Reply) -> None:
    answer = api.patch(f"/api/replies/{reply.pk}", {"handled": True}).json()

    assert (answer["handledBy"], answer["classification"]) == ("dana", "positive")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"classification": "glad"},
        {"classification": None},
        {"classification": ["positive"]},
        {"classification": "positive", "returnDate": "2026-03-20"},
        {"classification": "out_of_office", "returnDate": "Monday"},
        {"handled": False},
    ],
)
def test_wrong_correction_is_refused(body: Any, api: Any, reply: Reply) -> None:
    assert api.patch(f"/api/replies/{reply.pk}", body).status_code == 400


def test_not_yours_is_not_there(call_as: Callable[..., Any], reply: Reply, stranger: User) -> None:
    theirs = call_as(stranger)

    assert theirs.get("/api/replies").json()["count"] == 0
    assert theirs.get(f"/api/replies/{reply.pk}").status_code == 404
    assert theirs.patch(f"/api/replies/{reply.pk}", {"classification": "neutral"}).status_code == 404


def test_reader_may_not_correct(call_as: Callable[..., Any], reply: Reply, reader: User) -> None:
    assert call_as(reader).patch(f"/api/replies/{reply.pk}", {"classification": "neutral"}).status_code == 403


def test_mail_of_nobody_is_for_ops_and_cannot_be_corrected(
    call_as: Callable[..., Any], ops: User, csm: User, now: Any
) -> None:
    nobodys = Reply.objects.create(from_email="who@else.example", received_at=now, classification="unverified")

    assert call_as(csm).get("/api/replies").json()["count"] == 0
    assert call_as(ops).get("/api/replies").json()["results"][0]["customerId"] is None
    answer = call_as(ops).patch(f"/api/replies/{nobodys.pk}", {"classification": "neutral"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "belongs_to_nobody")

"""The pages of replies: the list, one reply, a person's word, and files from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Brake, Stakeholder, User
from emails.enums import DraftState
from emails.models import Draft, InboundMail, Reply
from emails.queries.cards import make_card
from emails.services.editing import reload
from emails.services.inbound import apply_due, keep_mail
from emails.services.replies import apply_reply
from tests import factories
from tests.emails.corpus import OUR_MESSAGE_ID
from tests.emails.inbound_calls import TYPE, form

pytestmark = pytest.mark.django_db
EVIL = b"""From: Sarah Lee <sarah@acme.example>\r\nMessage-ID: <evil@acme.example>\r\nIn-Reply-To: OURS\r
Subject: <script>alert(1)</script>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r
--b\r\nContent-Type: text/html\r\n\r\n<p onclick=x()>Too expensive <script>steal()</script><img src=x onerror=y()></p>\r
--b\r\nContent-Type: text/html; name="../../a\xff\"<b>.html"\r\nContent-Disposition: attachment\r\n\r
<script>steal()</script>\r\n--b--\r\n"""


@pytest.fixture
def page(client: Client, csm: User) -> Client:
    client.force_login(csm)
    return client


@pytest.fixture
def sent(draft: Draft, now: datetime) -> Draft:
    Draft.objects.filter(pk=draft.pk).update(
        state=DraftState.SENT, sent_at=now, message_id=OUR_MESSAGE_ID, provider="capture"
    )
    return reload(draft)


@pytest.fixture
def reply(sarah: Stakeholder, sent: Draft, now: datetime) -> Reply:
    made: Reply = factories.ReplyFactory.create(
        stakeholder=sarah, draft=sent, text="That is too expensive & more.", proof=["too expensive"],
        classification="objection_price", full_text="That is too expensive & more.\n> Dear Sarah",
    )  # fmt: skip
    apply_reply(made, now=now)
    return made


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_list_shows_what_needs_somebody_first(page: Client, sarah: Stakeholder, now: datetime) -> None:
    make = factories.ReplyFactory.create
    make(stakeholder=sarah, subject="Stranger", classification="unverified", is_verified=False, received_at=now)
    make(stakeholder=sarah, subject="Happy", classification="positive", received_at=now)
    make(stakeholder=sarah, subject="Dear", classification="objection_price")
    make(stakeholder=sarah, subject="Away", classification="out_of_office", received_at=now)
    make(stakeholder=sarah, subject="Done", classification="positive", handled_at=now)

    shown = [reply.subject for reply in page.get("/replies").context["page"]]

    assert shown == ["Dear", "Happy", "Stranger"]
    assert [view.count for view in page.get("/replies").context["views"]] == [3, 1, 1, 1, 5]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?view=all", 1),
        ("?view=automatic", 0),
        ("?view=no-such", 1),
        ("?q=expensive", 1),
        ("?q=%00", 1),
        ("?q=spoons", 0),
        ("?page=99", 1),
        ("?page=x", 1),
    ],
)
def test_list_is_narrowed(query: str, count: int, page: Client, reply: Reply) -> None:
    assert len(page.get(f"/replies{query}").context["page"]) == count


def test_list_takes_as_many_queries_for_three_rows_as_for_one(page: Client, sarah: Stakeholder) -> None:
    counts = []
    page.get("/replies")
    for rows in (1, 2):
        factories.ReplyFactory.create_batch(rows, stakeholder=sarah)
        with CaptureQueriesContext(connection) as queries:
            page.get("/replies")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12


def test_empty_list_says_so(page: Client) -> None:
    assert "Nothing waits for you" in text_of(page.get("/replies"))


def test_page_marks_the_proof_and_leads_to_account_and_letter(page: Client, reply: Reply) -> None:
    shown = text_of(page.get(f"/replies/{reply.pk}"))

    assert '<mark class="proof">too expensive</mark> &amp; more.' in shown
    assert reverse("emails:draft", args=[reply.draft_id]) in shown
    assert f"/customers/{reply.customer_id}" in shown


def test_correction_by_page_releases_the_brake(page: Client, reply: Reply) -> None:
    answer = page.post(f"/replies/{reply.pk}/correct", {"classification": "auto_generated"})

    assert answer.status_code == 302
    assert not Brake.objects.filter(cleared_at=None).exists()
    reply.refresh_from_db()
    assert (reply.classification, reply.classified_by) == ("auto_generated", "person")


@pytest.mark.parametrize(
    "data",
    [{}, {"classification": "glad"}, {"classification": "out_of_office", "return_date": "Monday"}],
)
def test_wrong_correction_is_refused_beside_its_field(data: dict[str, str], page: Client, reply: Reply) -> None:
    answer = page.post(f"/replies/{reply.pk}/correct", data)

    assert answer.status_code == 400
    assert "field-error" in text_of(answer)
    assert Brake.objects.filter(cleared_at=None).exists()


def test_seen_to_leads_back_and_leaves_the_list(page: Client, reply: Reply) -> None:
    answer = page.post(f"/replies/{reply.pk}/handled")

    assert answer["Location"] == "/replies"
    assert list(page.get("/replies").context["page"]) == []


@pytest.mark.parametrize("path", ["", "/correct", "/handled", "/files/0", "/answer"])
def test_not_yours_is_not_there(path: str, client: Client, reply: Reply, stranger: User) -> None:
    client.force_login(stranger)
    ask = client.get if path in ("", "/files/0") else client.post

    assert ask(f"/replies/{reply.pk}{path}").status_code == 404


def test_reader_sees_and_changes_nothing(client: Client, reply: Reply, reader: User) -> None:
    client.force_login(reader)

    shown = client.get(f"/replies/{reply.pk}")

    assert shown.status_code == 200
    assert "Save what it is" not in text_of(shown)
    assert client.post(f"/replies/{reply.pk}/correct", {"classification": "neutral"}).status_code == 403
    assert client.post(f"/replies/{reply.pk}/handled").status_code == 403


def test_stranger_is_asked_to_sign_in(client: Client, reply: Reply) -> None:
    for path in ("/replies", f"/replies/{reply.pk}", f"/replies/{reply.pk}/files/0"):
        assert client.get(path).status_code == 302


def test_html_from_outside_is_never_a_page_of_ours(page: Client, sent: Draft, now: datetime) -> None:
    body = form({"email": EVIL.replace(b"OURS", OUR_MESSAGE_ID.encode()), "SPF": "fail"})
    keep_mail(body, TYPE, now=now)
    apply_due(now=now)
    reply = Reply.objects.get()
    assert reply.files == [{"place": 1, "name": 'aÿ"<b>.html', "contentType": "text/html", "size": 24}]

    shown = text_of(page.get(f"/replies/{reply.pk}"))
    file = page.get(f"/replies/{reply.pk}/files/1")

    assert "<script>alert" not in shown and "steal()" not in shown and "onerror" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert (file.content, file["Content-Type"]) == (b"<script>steal()</script>", "application/octet-stream")
    assert file["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in file["Content-Security-Policy"]
    assert file["X-Content-Type-Options"] == "nosniff"
    for place in (0, 2, 99):
        assert page.get(f"/replies/{reply.pk}/files/{place}").status_code == 404


def test_letters_card_and_page_say_that_it_was_answered(page: Client, reply: Reply, sent: Draft, csm: User) -> None:
    marks = dict(make_card(reload(sent), reader=csm).engagement)

    shown = text_of(page.get(reverse("emails:draft", args=[sent.pk])))

    assert marks["Replied"] == reply.received_at
    assert f"/replies/{reply.pk}" in shown


def test_mail_that_could_not_be_read_is_shown_to_ops(client: Client, ops: User, csm: User, now: datetime) -> None:
    InboundMail.objects.create(body=b"x", content_type="x", received_at=now, problem="ZeroDivisionError", attempts=6)
    client.force_login(ops)
    assert "ZeroDivisionError" in text_of(client.get("/replies"))

    client.force_login(csm)
    assert "ZeroDivisionError" not in text_of(client.get("/replies"))

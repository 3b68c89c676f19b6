"""Pages of a draft and the mailbox, as a browser without script uses them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import User, WorkspaceSettings
from emails.enums import DraftState
from emails.models import Attachment, CapturedMail, Draft
from emails.services import outbox
from emails.services.editing import reload, save_draft
from emails.services.sending import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def page(csm: User) -> Client:
    client = Client()
    client.force_login(csm)
    return client


def url(name: str, draft: Draft, *more: Any) -> str:
    return reverse(f"emails:{name}", args=[draft.pk, *more])


def body_of(response: Any) -> str:
    return response.content.decode()


GET_PAGES = ["draft", "draft_card", "draft_preview", "draft_preview_html", "draft_send", "draft_schedule",
             "draft_regenerate", "draft_versions", "draft_delete"]  # fmt: skip


@pytest.mark.parametrize("name", GET_PAGES)
def test_pages_open_for_the_owner(page: Client, draft: Draft, name: str) -> None:
    assert page.get(url(name, draft)).status_code == 200


@pytest.mark.parametrize("name", GET_PAGES)
def test_pages_are_not_there_for_a_stranger(draft: Draft, stranger: User, name: str) -> None:
    client = Client()
    client.force_login(stranger)

    assert client.get(url(name, draft)).status_code == 404


POSTS = ["draft_save", "draft_send", "draft_schedule", "draft_regenerate", "draft_confirm_fact", "draft_remove_fact",
         "draft_attach", "draft_undo", "draft_deliver", "draft_details", "draft_delete"]  # fmt: skip


@pytest.mark.parametrize("name", POSTS)
def test_changes_are_refused_to_strangers_and_readers(draft: Draft, stranger: User, reader: User, name: str) -> None:
    answers = []
    for user in (stranger, reader):
        client = Client()
        client.force_login(user)
        answers.append(client.post(url(name, draft), {"version": draft.version, "subject": "Mine now"}).status_code)

    assert answers == [404, 403]
    assert reload(draft).subject == draft.subject


def test_save_without_script_comes_back_to_the_draft(page: Client, draft: Draft) -> None:
    data = {"version": draft.version, "subject": "A better subject", "body": draft.body}

    response = page.post(url("draft_save", draft), data)

    assert response.status_code == 302
    assert reload(draft).subject == "A better subject"


def test_autosave_answers_with_the_marks(page: Client, draft: Draft) -> None:
    data = {"version": draft.version, "subject": draft.subject, "body": "Hi Sarah,\n\nYou saved $99,999."}

    answer = page.post(url("draft_save", draft), data, headers={"accept": "application/json"}).json()

    assert answer["version"] == draft.version + 1
    assert [(m["part"], m["state"]) for m in answer["marks"] if m["part"] == "body"] == [
        ("body", "supported"),
        ("body", "unsupported"),
    ]
    assert "is not on record" in answer["facts"]


def test_stale_save_shows_both_texts_and_keeps_the_newer(page: Client, draft: Draft, csm: User, now: datetime) -> None:
    save_draft(draft, version=draft.version, now=now, by=csm, body="Written in the other tab.")
    data = {"version": draft.version, "subject": draft.subject, "body": "Written in this tab."}

    plain = page.post(url("draft_save", draft), data)
    by_script = page.post(url("draft_save", draft), data, headers={"accept": "application/json"})

    assert (plain.status_code, by_script.status_code) == (409, 409)
    assert "Written in the other tab." in body_of(plain)
    assert "Written in this tab." in body_of(plain)
    assert by_script.json()["current"]["body"] == "Written in the other tab."
    assert reload(draft).body == "Written in the other tab."


def test_line_break_in_the_subject_becomes_a_space(page: Client, draft: Draft) -> None:
    data = {"version": draft.version, "subject": "Hello\r\nBcc: all@else.example", "body": draft.body}

    response = page.post(url("draft_save", draft), data, headers={"accept": "application/json"})

    assert response.status_code == 200
    assert reload(draft).subject == "Hello Bcc: all@else.example"


def test_engagement_of_a_letter_is_not_ticked_before_it_happened(page: Client, draft: Draft, now: datetime) -> None:
    Draft.objects.filter(pk=draft.pk).update(
        state=DraftState.SENT, sent_at=now, message_id="<1@evergreen.example>", opened_at=now
    )

    html = page.get(url("draft", draft)).content.decode()

    assert "Not clicked yet" in html
    assert "Not replied yet" in html
    assert "Not opened yet" not in html


def test_confirm_page_names_recipient_sender_files_and_price(page: Client, draft: Draft, csm: User) -> None:
    text = body_of(page.get(url("draft_send", draft)))

    for expected in ("Sarah Lee", "sarah@acme.example", csm.email, "Renewal proposal Acme Corporation.pdf", "$268,000"):
        assert expected in text


def test_send_waits_for_the_undo_delay_and_is_then_delivered(page: Client, draft: Draft) -> None:
    page.post(url("draft_send", draft), {"version": draft.version})
    assert reload(draft).state == DraftState.QUEUED
    page.post(url("draft_deliver", draft))
    assert not CapturedMail.objects.exists()

    Draft.objects.filter(pk=draft.pk).update(not_before=timezone.now() - timedelta(seconds=1))
    card = page.post(url("draft_deliver", draft), headers={"hx-request": "true"})

    assert reload(draft).state == DraftState.SENT
    assert "Sent" in body_of(card)


def test_send_without_delay_leaves_at_once(page: Client, draft: Draft) -> None:
    WorkspaceSettings.objects.update(undo_seconds=0)

    page.post(url("draft_send", draft), {"version": draft.version})

    assert CapturedMail.objects.count() == 1


def test_undo_takes_it_back(page: Client, draft: Draft) -> None:
    page.post(url("draft_send", draft), {"version": draft.version})

    page.post(url("draft_undo", draft))

    assert reload(draft).state == DraftState.DRAFT


def test_schedule_reads_the_customers_zone(page: Client, draft: Draft) -> None:
    day = (timezone.now() + timedelta(days=3)).date()

    page.post(url("draft_schedule", draft), {"version": draft.version, "at": f"{day}T09:00"})

    scheduled = reload(draft).scheduled_send_date
    assert scheduled is not None
    assert scheduled.astimezone(__import__("zoneinfo").ZoneInfo("America/New_York")).hour == 9


@pytest.mark.parametrize(
    ("moment", "offered"),
    [
        ("2026-03-04T15:00:00Z", "2026-03-05T09:00"),
        ("2026-03-06T15:00:00Z", "2026-03-09T09:00"),
        ("2026-03-07T15:00:00Z", "2026-03-09T09:00"),
        ("2026-11-25T15:00:00Z", "2026-11-27T09:00"),  # Thanksgiving is on the 26th
    ],
)
def test_schedule_offers_the_customers_next_working_morning(
    page: Client, draft: Draft, moment: str, offered: str
) -> None:
    draft.customer.country = "US"
    draft.customer.save()
    with time_machine.travel(moment, tick=False):
        page.force_login(draft.customer.owner, backend="django.contrib.auth.backends.ModelBackend")
        text = page.get(url("draft_schedule", draft)).content.decode()

    assert f'value="{offered}"' in text


def test_schedule_for_an_hour_that_is_not_says_so_beside_the_field(page: Client, draft: Draft) -> None:
    response = page.post(url("draft_schedule", draft), {"version": draft.version, "at": "2027-03-14T02:30"})

    assert "it may not exist" in body_of(response)
    assert reload(draft).state == DraftState.DRAFT


def test_schedule_in_the_past_says_so_beside_the_field(page: Client, draft: Draft) -> None:
    response = page.post(url("draft_schedule", draft), {"version": draft.version, "at": "2020-01-01T09:00"})

    assert response.status_code == 200
    assert "Choose a moment in the future." in body_of(response)


def test_confirm_and_remove_settle_amber_claims(page: Client, draft: Draft, csm: User, now: datetime) -> None:
    typed = save_draft(draft, version=draft.version, now=now, by=csm, body="Hi Sarah,\n\nYou saved 41% and 17 days.")
    page.post(url("draft_confirm_fact", draft), {"version": typed.version, "text": "41%"})
    current = reload(draft)
    start = current.body.index("17")

    page.post(
        url("draft_remove_fact", draft),
        {"version": current.version, "part": "body", "start": start, "end": start + 2},
    )

    settled = reload(draft)
    assert settled.body == "Hi Sarah,\n\nYou saved 41% and days."
    assert settled.confirmed_keys == {"41%"}


def test_regenerate_keeps_the_old_text(page: Client, draft: Draft) -> None:
    page.post(url("draft_regenerate", draft), {"version": draft.version, "instruction": "shorter"})

    fresh = reload(draft)
    assert len(fresh.body) < len(draft.body)
    assert [row.body for row in fresh.versions.all()] == [fresh.body, draft.body]


def test_versions_compare_with_the_first_and_bring_it_back(
    page: Client, draft: Draft, csm: User, now: datetime
) -> None:
    edited = save_draft(draft, version=draft.version, now=now, by=csm, body="Hi Sarah,\n\nAll new.")
    assert "<del>" in body_of(page.get(url("draft_versions", draft)))
    first = draft.versions.order_by("version").first()
    Draft.objects.filter(pk=draft.pk).update(writer_note="Not done: “a poem”.")

    page.post(url("draft_restore", draft, first.pk), {"version": edited.version})

    fresh = reload(draft)
    assert (fresh.body, fresh.writer_note) == (draft.body, "")


def test_attach_and_detach_a_file(page: Client, draft: Draft) -> None:
    file = SimpleUploadedFile("../../case study.pdf", b"%PDF-1.4 story", content_type="application/pdf")
    page.post(url("draft_attach", draft), {"version": draft.version, "file": file})
    attached = Attachment.objects.get(draft=draft, kind="upload")
    assert attached.name == "case study.pdf"

    page.post(url("draft_detach", draft, attached.pk), {"version": reload(draft).version})

    assert not Attachment.objects.filter(pk=attached.pk).exists()


@pytest.mark.parametrize("name", ["evil.exe", "page.html", "page.XHTML", "page.shtml", "page.mht", "picture.svg"])
def test_dangerous_files_are_refused(page: Client, draft: Draft, name: str) -> None:
    file = SimpleUploadedFile(name, b"x", content_type="text/plain")

    page.post(url("draft_attach", draft), {"version": draft.version, "file": file})

    assert not Attachment.objects.filter(draft=draft, kind="upload").exists()


def test_html_in_a_body_is_inert_everywhere(page: Client, draft: Draft, csm: User, now: datetime) -> None:
    evil = (
        'Hi Sarah,\n\n<script>alert(1)</script><img src=x onerror="alert(2)"></textarea><b>bold</b> javascript:alert(3)'
    )
    typed = save_draft(draft, version=draft.version, now=now, by=csm, body=evil, subject="<script>alert(4)</script>")

    pages = [body_of(page.get(url(name, typed))) for name in ("draft", "draft_preview", "draft_preview_html")]

    for text in pages:
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "</textarea><b>" not in text


def test_preview_frame_has_its_own_strict_policy(page: Client, draft: Draft) -> None:
    policy = page.get(url("draft_preview_html", draft))["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy
    assert "sandbox" in policy
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in body_of(page.get(url("draft_preview", draft)))


@pytest.fixture
def captured(draft: Draft, csm: User, now: datetime) -> CapturedMail:
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)
    return CapturedMail.objects.get()


def test_mailbox_shows_the_message_as_the_recipient_gets_it(page: Client, captured: CapturedMail) -> None:
    listed = body_of(page.get(reverse("emails:mailbox")))
    message = body_of(page.get(reverse("emails:mailbox_message", args=[captured.pk])))
    html = body_of(page.get(reverse("emails:mailbox_html", args=[captured.pk])))
    file = page.get(reverse("emails:mailbox_file", args=[captured.pk, 0]))

    assert captured.subject in listed
    assert captured.message_id.strip("<>") in message
    assert "Hi Sarah," in message
    assert "<p style=" in html
    assert file.content.startswith(b"%PDF")
    assert page.get(reverse("emails:mailbox_file", args=[captured.pk, 9])).status_code == 404


def test_mailbox_of_a_stranger_is_empty(captured: CapturedMail, stranger: User) -> None:
    client = Client()
    client.force_login(stranger)

    assert captured.subject not in body_of(client.get(reverse("emails:mailbox")))
    assert client.get(reverse("emails:mailbox_message", args=[captured.pk])).status_code == 404


def test_mailbox_costs_the_same_for_one_and_three(
    page: Client, captured: CapturedMail, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        page.get(reverse("emails:mailbox"))
    for number in (2, 3):
        CapturedMail.objects.create(
            customer=captured.customer, message_id=f"<{number}@x>", mail_from="a", mail_to="b", subject="More",
            captured_at=captured.captured_at, raw=captured.raw,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as three:
        page.get(reverse("emails:mailbox"))

    assert len(one) == len(three)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "word",
        "a\0b",
        "/a\r\nSet-Cookie: a=b",
        "/" * 9000,
    ],
)
def test_back_to_what_is_no_page_of_ours_is_ignored(page: Client, draft: Draft, elsewhere: str) -> None:
    response = page.post(
        url("draft_save", draft),
        {"version": draft.version, "subject": "New", "body": "Text", "next": elsewhere},
    )

    assert response["Location"] == url("draft", draft)


def test_delete_cancels_and_keeps_the_texts(page: Client, draft: Draft) -> None:
    page.post(url("draft_delete", draft))

    gone = reload(draft)
    assert gone.state == DraftState.CANCELLED
    assert gone.versions.count() == 1
    assert re.search("Sarah", gone.first_body)

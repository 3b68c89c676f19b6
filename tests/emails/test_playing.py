"""In the capture mailbox a person takes the recipient's place; it comes in through the webhooks themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.models import Brake, User
from emails.enums import DraftState, ReplyClass
from emails.models import CapturedMail, Draft, EventBatch, InboundMail, Reply, Suppression
from emails.rules.playing import READY_REPLIES
from emails.services import outbox
from emails.services.editing import reload
from emails.services.sending import send
from tests import factories

pytestmark = pytest.mark.django_db

EXPECTED = {
    "positive": ReplyClass.POSITIVE,
    "neutral": ReplyClass.NEUTRAL,
    "price": ReplyClass.OBJECTION_PRICE,
    "budget": ReplyClass.OBJECTION_BUDGET,
    "competitor": ReplyClass.OBJECTION_COMPETITOR,
    "timing": ReplyClass.OBJECTION_TIMING,
    "question": ReplyClass.QUESTION,
    "meeting": ReplyClass.MEETING,
    "unsubscribe": ReplyClass.UNSUBSCRIBE,
    "wrong_person": ReplyClass.WRONG_PERSON,
    "left": ReplyClass.LEFT_COMPANY,
    "out_of_office": ReplyClass.OUT_OF_OFFICE,
}


@pytest.fixture
def captured(draft: Draft, csm: User, now: datetime) -> CapturedMail:
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)
    return CapturedMail.objects.get()


@pytest.fixture
def page(client: Client, csm: User, now: datetime) -> Any:
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")
    with time_machine.travel(now):
        yield client


def do(page: Client, captured: CapturedMail, deed: str) -> None:
    page.post(reverse("emails:mailbox_deed", args=[captured.pk]), {"deed": deed})


def say(page: Client, captured: CapturedMail, **words: str) -> Reply:
    page.post(reverse("emails:mailbox_reply", args=[captured.pk]), words)
    return Reply.objects.get()


def test_person_opens_and_clicks(page: Client, captured: CapturedMail) -> None:
    do(page, captured, "open")
    do(page, captured, "click")

    draft = reload(captured.draft)
    assert draft.state == DraftState.DELIVERED
    assert draft.opened_at is not None
    assert draft.clicked_at is not None
    assert EventBatch.objects.filter(applied_at__isnull=False).count() == 2


def test_scanner_is_no_person(page: Client, captured: CapturedMail) -> None:
    do(page, captured, "scan")

    draft = reload(captured.draft)
    assert (draft.state, draft.opened_at, draft.clicked_at) == (DraftState.DELIVERED, None, None)
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(("deed", "kind"), [("bounce", "hard"), ("block", "soft")])
def test_bounce_is_told_hard_from_soft(page: Client, captured: CapturedMail, deed: str, kind: str) -> None:
    do(page, captured, deed)

    draft = reload(captured.draft)
    assert (draft.state, draft.bounce_kind) == (DraftState.BOUNCED, kind)


def test_complaint_takes_the_address_off(page: Client, captured: CapturedMail) -> None:
    do(page, captured, "spam")

    assert Suppression.objects.get().cause == "complaint"


@pytest.mark.parametrize("ready", READY_REPLIES, ids=lambda ready: ready.code)
def test_ready_reply_is_understood_as_what_it_says(page: Client, captured: CapturedMail, ready: Any) -> None:
    reply = say(page, captured, ready=ready.code)

    assert (reply.classification, reply.draft) == (EXPECTED[ready.code], captured.draft)
    assert InboundMail.objects.get().applied_at is not None


def test_own_words_stop_the_account(page: Client, captured: CapturedMail) -> None:
    reply = say(page, captured, words="Thank you, let me think about it.")

    assert reply.text == "Thank you, let me think about it."
    assert Brake.objects.get(cleared_at=None).source_id == reply.pk


def test_forged_reply_moves_nothing(page: Client, captured: CapturedMail) -> None:
    reply = say(page, captured, words="Looks good to us.", forged="on")

    assert not reply.is_verified
    assert not Brake.objects.exists()


@pytest.mark.parametrize("sent", [{"words": "  "}, {"ready": "nonsense"}, {}])
def test_empty_reply_is_refused(page: Client, captured: CapturedMail, sent: dict[str, str]) -> None:
    shown = page.post(reverse("emails:mailbox_reply", args=[captured.pk]), sent, follow=True)

    assert "Write what the recipient answers." in shown.content.decode()
    assert not InboundMail.objects.exists()


def test_unknown_deed_is_refused(page: Client, captured: CapturedMail) -> None:
    do(page, captured, "nonsense")

    assert not EventBatch.objects.exists()


def test_nothing_is_played_once_mail_really_leaves(page: Client, captured: CapturedMail, settings: Any) -> None:
    settings.OUTBOUND, settings.MAIL_PROVIDER, settings.SENDGRID_API_KEY = "on", "sendgrid", "SG.x"

    do(page, captured, "open")
    shown = page.get(reverse("emails:mailbox_message", args=[captured.pk])).content.decode()

    assert not EventBatch.objects.exists()
    assert "recipient's place" not in shown


def test_mail_of_another_account_is_not_there(client: Client, captured: CapturedMail) -> None:
    stranger = factories.UserFactory.create(team=factories.TeamFactory.create())
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")

    answered = client.post(reverse("emails:mailbox_deed", args=[captured.pk]), {"deed": "open"})

    assert answered.status_code == 404


def test_reader_may_look_and_not_play(client: Client, captured: CapturedMail, reader: User) -> None:
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")

    assert client.post(reverse("emails:mailbox_deed", args=[captured.pk]), {"deed": "open"}).status_code == 403
    assert "recipient's place" not in client.get(reverse("emails:mailbox_message", args=[captured.pk])).content.decode()


def test_page_shows_what_came_back(page: Client, captured: CapturedMail) -> None:
    say(page, captured, ready="price")

    shown = page.get(reverse("emails:mailbox_message", args=[captured.pk])).content.decode()

    assert "Objection: price" in shown

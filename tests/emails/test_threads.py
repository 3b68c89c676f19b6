"""A letter that follows another stays in its thread at every provider."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timedelta
from typing import Any

import pytest

from customers.models import Stakeholder, User
from emails.models import CapturedMail, Draft
from emails.providers.sendgrid import build_body
from emails.services import outbox
from emails.services.editing import reload
from emails.services.sending import send
from tests import factories
from tests.emails.conftest import make_draft

pytestmark = pytest.mark.django_db


def send_now(draft: Draft, *, now: datetime, by: User) -> Draft:
    send(draft, version=draft.version, now=now, by=by)
    outbox.deliver(draft.pk, now=now)
    return reload(draft)


def follow(parent: Draft, contract: Any, csm: User, now: datetime) -> Draft:
    child = make_draft(parent.stakeholder, contract, csm, now)
    Draft.objects.filter(pk=child.pk).update(parent=parent)
    return reload(child)


def headers_of(draft: Draft) -> dict[str, str]:
    raw = bytes(CapturedMail.objects.get(draft=draft).raw)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return {name: str(message[name]) for name in ("In-Reply-To", "References") if message[name]}


def test_first_letter_of_a_thread_refers_to_nothing(draft: Draft, csm: User, now: datetime) -> None:
    sent = send_now(draft, now=now, by=csm)

    assert (sent.references, headers_of(sent)) == ([], {})


def test_followers_name_every_message_before_them(
    draft: Draft, sarah: Stakeholder, contract: Any, csm: User, now: datetime
) -> None:
    first = send_now(draft, now=now, by=csm)
    second = send_now(follow(first, contract, csm, now), now=now, by=csm)
    a_week_later = now + timedelta(days=7)
    third = send_now(follow(second, contract, csm, a_week_later), now=a_week_later, by=csm)

    assert headers_of(second) == {"In-Reply-To": first.message_id, "References": first.message_id}
    assert headers_of(third) == {
        "In-Reply-To": second.message_id,
        "References": f"{first.message_id} {second.message_id}",
    }


def test_follower_goes_by_the_id_that_the_provider_gave(draft: Draft, contract: Any, csm: User, now: datetime) -> None:
    first = send_now(draft, now=now, by=csm)
    Draft.objects.filter(pk=first.pk).update(smtp_id="<14c5d75ce93@sendgrid.net>")

    second = send_now(follow(first, contract, csm, now), now=now, by=csm)

    assert second.references == ["<14c5d75ce93@sendgrid.net>"]


def test_follower_of_a_letter_that_never_left_begins_its_own_thread(
    draft: Draft, contract: Any, csm: User, now: datetime
) -> None:
    second = send_now(follow(draft, contract, csm, now), now=now, by=csm)

    assert headers_of(second) == {}


def test_sendgrid_gets_the_threading_headers(draft: Draft, contract: Any, csm: User, now: datetime) -> None:
    first = send_now(draft, now=now, by=csm)
    second = send_now(follow(first, contract, csm, now), now=now, by=csm)

    headers = build_body(outbox.compose_mail(second))["headers"]

    assert (headers["In-Reply-To"], headers["References"]) == (first.message_id, first.message_id)


@pytest.mark.parametrize(
    ("references", "in_reply_to", "expected"),
    [
        ("<zero@x> <one@x>", "<one@x>", "<zero@x> <one@x> <reply@acme.example>"),
        ("", "<one@x>", "<one@x> <reply@acme.example>"),
        ("", "", "<reply@acme.example>"),
    ],
)
def test_answer_names_the_reply_and_what_it_referred_to(
    draft: Draft, csm: User, now: datetime, references: str, in_reply_to: str, expected: str
) -> None:
    reply = factories.ReplyFactory.create(
        stakeholder=draft.stakeholder,
        message_id="<reply@acme.example>",
        references=references,
        in_reply_to=in_reply_to,
    )
    Draft.objects.filter(pk=draft.pk).update(answers=reply)

    sent = send_now(draft, now=now, by=csm)

    assert headers_of(sent) == {"In-Reply-To": "<reply@acme.example>", "References": expected}

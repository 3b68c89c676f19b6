"""Writing freely and answering: the same editor, facts, gate and record; a thread view per account."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Customer, Stakeholder, User
from emails.enums import Purpose
from emails.models import CapturedMail, Draft, Reply
from emails.queries.conversations import list_conversations
from emails.services import outbox
from emails.services.conversations import NobodyToAnswer, answer_reply, begin_letter
from emails.services.drafts import delete_draft
from emails.services.editing import reload, save_draft
from emails.services.sending import send
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def reply(sarah: Stakeholder) -> Reply:
    return factories.ReplyFactory.create(
        stakeholder=sarah, subject="Re: RE: The coming year", message_id="<r@acme.example>"
    )


@pytest.fixture
def page(client: Client, csm: User) -> Client:
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_letter_is_begun_with_greeting_and_signature(
    account: Customer, sarah: Stakeholder, csm: User, now: datetime
) -> None:
    draft = begin_letter(account, stakeholder=sarah, subject="Hello", now=now, by=csm)

    assert "Sarah" in draft.body.splitlines()[0]
    assert csm.display_name in draft.body
    assert (draft.purpose, draft.sender) == (Purpose.FREE, csm)


def test_page_opens_the_letter_in_the_editor(page: Client, account: Customer, sarah: Stakeholder) -> None:
    opened = page.post(reverse("emails:write", args=[account.pk]), {"stakeholder": sarah.pk, "subject": "Hello"})

    draft = Draft.objects.get()
    assert opened.headers["Location"] == reverse("emails:draft", args=[draft.pk])
    assert (draft.stakeholder, draft.subject) == (sarah, "Hello")


def test_person_of_another_account_is_refused_beside_the_field(page: Client, account: Customer) -> None:
    stranger = factories.StakeholderFactory.create()

    shown = page.post(reverse("emails:write", args=[account.pk]), {"stakeholder": stranger.pk, "subject": "Hello"})

    assert "stakeholder" in shown.context["form"].errors
    assert not Draft.objects.exists()


def test_answer_stays_in_the_thread_and_passes_the_brake(
    account: Customer, reply: Reply, csm: User, now: datetime
) -> None:
    from customers.services.holds import set_brake

    set_brake(account, reason="They replied", now=now, by=None, source_kind="reply", source_id=reply.pk)
    draft = answer_reply(reply, now=now, by=csm)
    draft = save_draft(draft, version=draft.version, now=now, by=csm, body="Thank you, that suits us.")
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)

    message = message_from_bytes(bytes(CapturedMail.objects.get().raw))
    assert (message["Subject"], message["In-Reply-To"]) == ("Re: The coming year", "<r@acme.example>")


def test_answer_is_begun_once(reply: Reply, csm: User, now: datetime) -> None:
    first = answer_reply(reply, now=now, by=csm)

    again = answer_reply(reply, now=now, by=csm)

    assert again.pk == first.pk
    assert (again.purpose, again.answers) == (Purpose.ANSWER, reply)


def test_answer_can_be_begun_anew_after_it_was_deleted(reply: Reply, csm: User, now: datetime) -> None:
    first = answer_reply(reply, now=now, by=csm)
    delete_draft(first, now=now, by=csm)

    assert answer_reply(reply, now=now, by=csm).pk != first.pk


def test_unknown_sender_cannot_be_answered(account: Customer, csm: User, now: datetime) -> None:
    reply = factories.ReplyFactory.create(stakeholder=None, customer=account, from_email="who@a.example", from_name="")

    with pytest.raises(NobodyToAnswer):
        answer_reply(reply, now=now, by=csm)


def test_answer_keeps_the_lane_of_what_it_answers(draft: Draft, reply: Reply, csm: User, now: datetime) -> None:
    Draft.objects.filter(pk=draft.pk).update(lane="upsell")
    Reply.objects.filter(pk=reply.pk).update(draft=draft)

    answer = answer_reply(Reply.objects.get(pk=reply.pk), now=now, by=csm)

    assert (answer.lane, answer.parent) == ("upsell", draft)


def test_conversation_shows_both_sides_in_order(
    page: Client, draft: Draft, reply: Reply, csm: User, now: datetime
) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)
    Reply.objects.filter(pk=reply.pk).update(draft=draft, text="Yes, gladly.", full_text="Yes, gladly.\n> quoted")
    answer_reply(Reply.objects.get(pk=reply.pk), now=now, by=csm)

    shown = page.get(reverse("emails:conversation", args=[draft.customer_id, reply.pk]))

    kinds = [message.is_ours for message in shown.context["conversation"].messages]
    assert sorted(kinds) == [False, True, True]
    assert shown.context["conversation"].messages[-1].letter.purpose == Purpose.ANSWER
    assert "Yes, gladly." in shown.content.decode()


def test_reply_is_never_run_as_html(page: Client, reply: Reply) -> None:
    Reply.objects.filter(pk=reply.pk).update(text="<script>alert(1)</script>", full_text="<img src=x onerror=alert(1)>")

    shown = page.get(reverse("emails:conversation", args=[reply.customer_id, reply.pk])).content.decode()

    assert "<script>alert(1)" not in shown
    assert "<img src=x" not in shown


def test_list_names_people_and_news(account: Customer, draft: Draft, reply: Reply) -> None:
    Reply.objects.filter(pk=reply.pk).update(draft=draft)

    line = list_conversations(account)[0]

    assert (line.count, line.has_news, line.has_draft) == (2, True, True)
    assert "Sarah Lee" in line.people


def test_list_costs_the_same_for_one_and_three(page: Client, account: Customer, sarah: Stakeholder) -> None:
    address = reverse("emails:conversations", args=[account.pk])
    factories.ReplyFactory.create(stakeholder=sarah)
    page.get(address)
    with CaptureQueriesContext(connection) as one:
        page.get(address)
    factories.ReplyFactory.create_batch(2, stakeholder=sarah)

    with CaptureQueriesContext(connection) as three:
        page.get(address)

    assert len(three) == len(one)


@pytest.mark.parametrize("name", ["conversations", "write"])
def test_account_of_another_is_not_there(client: Client, account: Customer, name: str) -> None:
    stranger: Any = factories.UserFactory.create(team=factories.TeamFactory.create())
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse(f"emails:{name}", args=[account.pk])).status_code == 404


def test_reply_of_another_cannot_be_answered(client: Client, reply: Reply) -> None:
    stranger: Any = factories.UserFactory.create(team=factories.TeamFactory.create())
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")

    assert client.post(reverse("emails:reply_answer", args=[reply.pk])).status_code == 404
    assert not Draft.objects.exists()


def test_deleted_answer_leaves_the_conversation(page: Client, reply: Reply, csm: User, now: datetime) -> None:
    delete_draft(answer_reply(reply, now=now, by=csm), now=now, by=csm)

    shown = page.get(reverse("emails:conversation", args=[reply.customer_id, reply.pk]))

    assert [message.is_ours for message in shown.context["conversation"].messages] == [False]
    assert reload(Draft.objects.get()).state == "cancelled"

"""A mail server's report moves the letter that it names, whatever the provider tells."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from customers.models import User
from emails.enums import DraftState, ReplyClass
from emails.models import Draft, MailEvent, Reply
from emails.services import outbox
from emails.services.editing import reload
from emails.services.replies import apply_reply
from emails.services.sending import send
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(draft: Draft, csm: User, now: datetime) -> Draft:
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)
    return reload(draft)


def report(sent: Draft, kind: ReplyClass, now: datetime, *, is_verified: bool = True) -> Reply:
    reply: Reply = factories.ReplyFactory.create(
        stakeholder=sent.stakeholder,
        draft=sent,
        classification=kind,
        bounced_email=sent.to_email,
        reason="550 5.1.1 There is no such mailbox",
        received_at=now + timedelta(minutes=1),
        is_verified=is_verified,
    )
    apply_reply(reply, now=now + timedelta(minutes=2))
    return reply


@pytest.mark.parametrize(("kind", "bounce"), [(ReplyClass.BOUNCE_HARD, "hard"), (ReplyClass.BOUNCE_SOFT, "soft")])
def test_report_makes_the_letter_bounced(sent: Draft, now: datetime, kind: ReplyClass, bounce: str) -> None:
    report(sent, kind, now)

    current = reload(sent)
    assert (current.state, current.bounce_kind) == (DraftState.BOUNCED, bounce)
    assert current.bounced_at == now + timedelta(minutes=1)


def test_report_that_comes_again_counts_once(sent: Draft, now: datetime) -> None:
    reply = report(sent, ReplyClass.BOUNCE_HARD, now)
    Reply.objects.filter(pk=reply.pk).update(settled_at=None)

    apply_reply(Reply.objects.get(pk=reply.pk), now=now + timedelta(minutes=3))

    assert MailEvent.objects.filter(draft=sent, kind="bounce").count() == 1


def test_report_that_is_not_believed_moves_nothing(sent: Draft, now: datetime) -> None:
    report(sent, ReplyClass.BOUNCE_HARD, now, is_verified=False)

    assert reload(sent).state == DraftState.SENT
    assert not MailEvent.objects.exists()


def test_human_reply_is_no_report(sent: Draft, now: datetime) -> None:
    report(sent, ReplyClass.POSITIVE, now)

    assert reload(sent).state == DraftState.SENT
    assert not MailEvent.objects.exists()

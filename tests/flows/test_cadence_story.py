"""The walk after a first letter, as the clock plays it: silence, a reminder, an objection, Negotiate; and good news."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.models import Brake, Customer, User
from emails.enums import DraftState, Purpose
from emails.models import Draft
from outreach.enums import TouchKind
from outreach.models import Touch
from renewals.models import Objection, Renewal
from tests.outreach.conftest import (
    START,
    Commit,
    PlayTo,
    Receive,
    Send,
    ae,
    commit,
    customer,
    executive,
    letters,
    people,
    play_to,
    receive,
    renewal,
    rows_of,
    run,
    send_letter,
)

__all__ = [
    "ae", "commit", "customer", "executive", "letters", "people", "play_to", "receive", "renewal", "run", "send_letter",
]  # fmt: skip
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_silence_reminder_objection_negotiate(
    letters: list[Draft],
    customer: Customer,
    renewal: Renewal,
    csm: User,
    client: Client,
    commit: Commit,
    send_letter: Send,
    play_to: PlayTo,
    receive: Receive,
) -> None:
    first = send_letter(letters[0])

    play_to(START + 3 * DAY)
    reminder = Draft.objects.get(parent=first, purpose=Purpose.FOLLOW_UP)
    assert reminder.state == DraftState.DRAFT  # nothing leaves by itself
    sent = send_letter(reminder, at=START + 3 * DAY)
    assert sent.references == [first.message_id]

    receive(sent, "objection_price", at=START + 4 * DAY, text="That is too expensive.", proof=["too expensive"])
    assert Brake.objects.filter(customer=customer, cleared_at=None).exists()
    objection = Objection.objects.get()
    assert objection.answer is not None
    before = rows_of(customer)
    play_to(START + 20 * DAY)
    assert rows_of(customer) == before  # everything waits for a person

    client.force_login(csm)
    with time_machine.travel(START + 20 * DAY), commit(START + 20 * DAY):
        shown = client.get(reverse("renewals:brake", args=[customer.pk])).content.decode()
        assert 'value="negotiate" checked' in shown
        client.post(reverse("renewals:brake", args=[customer.pk]), {"choice": "negotiate"})
    renewal.refresh_from_db()
    assert renewal.negotiate_started_at == START + 20 * DAY
    waiting = [row for row in rows_of(customer) if row[2] == "SCHEDULED"]
    assert waiting == []


def test_good_news_brings_the_notice_forward(
    letters: list[Draft],
    customer: Customer,
    csm: User,
    client: Client,
    commit: Commit,
    send_letter: Send,
    play_to: PlayTo,
    receive: Receive,
) -> None:
    first = send_letter(letters[0])
    receive(first, "positive", at=START + 2 * DAY, text="Looks good, let's discuss details.")

    client.force_login(csm)
    with commit(START + 2 * DAY):
        client.post(reverse("renewals:brake", args=[customer.pk]), {"choice": "accelerate"})
    play_to(START + 20 * DAY)

    notice: Any = Touch.objects.get(kind=TouchKind.NOTICE, plan__customer=customer)
    assert notice.due_date == date(2026, 3, 12)
    assert not Draft.objects.filter(purpose=Purpose.FOLLOW_UP).exists()

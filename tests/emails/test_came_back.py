"""What came back, as the card, the letter's page and the API show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import User
from emails.api.bodies import EmailBody
from emails.models import Draft
from emails.queries.cards import make_card
from emails.services import events, outbox
from emails.services.editing import reload
from emails.services.sending import send
from tests.emails.event_calls import item, life, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(draft: Draft, csm: User, now: datetime) -> Draft:
    send(draft, version=draft.version, now=now, by=csm)
    outbox.deliver(draft.pk, now=now)
    return reload(draft)


def apply(items: list[Any], *, now: datetime) -> None:
    events.keep_batch(write(items), now=now)
    events.apply_due(now=now)


def test_card_marks_opened_and_clicked_by_a_person(sent: Draft, csm: User, now: datetime) -> None:
    apply(life(sent, now), now=now)

    marks = dict(make_card(reload(sent), reader=csm).engagement)

    assert (marks["Opened"] is not None, marks["Clicked"] is not None, marks["Replied"]) == (True, True, None)


def test_card_does_not_take_a_machine_for_a_person(sent: Draft, csm: User, now: datetime) -> None:
    apply(life(sent, now)[:5], now=now)

    assert dict(make_card(reload(sent), reader=csm).engagement) == {"Opened": None, "Clicked": None, "Replied": None}


def test_page_lists_what_came_back_with_who_it_was(sent: Draft, csm: User, now: datetime, client: Client) -> None:
    apply(life(sent, now), now=now)
    client.force_login(csm)

    page = client.get(reverse("emails:draft", args=[sent.pk])).content.decode()

    assert "Taken by the provider" in page
    assert "A machine: The provider marks it as a prefetch by the mail program." in page
    assert "A person: 9 min after delivery, by itself." in page


def test_page_says_why_it_did_not_arrive(sent: Draft, csm: User, now: datetime, client: Client) -> None:
    apply([item(sent, "bounce", now, type="bounce", reason="550 <b>nobody</b>")], now=now)
    client.force_login(csm)

    page = client.get(reverse("emails:draft", args=[sent.pk])).content.decode()

    assert "Did not arrive: there is no such address" in page
    assert "550 &lt;b&gt;nobody&lt;/b&gt;" in page


def test_api_tells_the_moments_in_order(sent: Draft, now: datetime) -> None:
    apply([*life(sent, now), item(sent, "bounce", now.replace(hour=20), type="bounce")], now=now)

    body = EmailBody(reload(sent)).data

    assert body["state"] == "bounced"
    assert [event["type"] for event in body["events"]] == [
        "approved", "sent", "delivered", "opened", "clicked", "bounced",
    ]  # fmt: skip

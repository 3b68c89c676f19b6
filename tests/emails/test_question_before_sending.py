"""The question before sending says what would stop the letter, before it is answered."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from customers.enums import HoldScope
from customers.models import User
from customers.services.holds import hold_customer
from emails.models import Draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


def ask(client: Client, csm: User, draft: Draft) -> str:
    client.force_login(csm)
    return client.get(reverse("emails:draft_send", args=[draft.pk])).content.decode()


def test_question_names_the_hold_of_the_account(client: Client, draft: Draft, csm: User, now: datetime) -> None:
    hold_customer(draft.customer, scope=HoldScope.ACCOUNT, until=None, reason="Merger", now=now, by=csm)

    html = ask(client, csm, draft)

    assert "It cannot leave now" in html
    assert "The account is on hold" in html
    assert 'button-primary" disabled' in html


def test_question_about_a_letter_that_may_leave_can_be_answered(client: Client, draft: Draft, csm: User) -> None:
    html = ask(client, csm, draft)

    assert "It cannot leave now" not in html
    assert 'button-primary" disabled' not in html

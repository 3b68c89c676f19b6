"""Letters in the name of the account executive or the executive: taken over in person, approved in person."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from customers.models import User
from emails.models import Draft
from emails.rules.letters import Sender
from emails.rules.signing import sign_over
from emails.services.drafts import regenerate_at_once
from emails.services.editing import reload, save_draft
from emails.services.sending import NotAllowed, send
from emails.services.signing import sign_as_own
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ae(draft: Draft) -> User:
    person = factories.UserFactory.create(
        username="avery", first_name="Avery", last_name="Stone", email="avery@ours.example", title="Account Executive"
    )
    draft.customer.account_executive = person
    draft.customer.save()
    return person


@pytest.fixture
def signed(draft: Draft, ae: User, csm: User, now: datetime) -> Draft:
    copied = save_draft(draft, version=draft.version, cc=[ae.email], now=now, by=csm)
    return sign_as_own(copied, version=copied.version, now=now, by=ae)


def test_account_executive_signs_letter_and_proposal(signed: Draft, ae: User, csm: User) -> None:
    assert signed.sender == ae
    assert signed.cc == []
    assert signed.body.endswith("Avery Stone\nAccount Executive\nEvergreen")
    assert csm.display_name not in signed.body.splitlines()
    assert signed.attachments.count() == 1


def test_letter_written_again_is_signed_by_who_took_it_over(signed: Draft, ae: User, now: datetime) -> None:
    again = regenerate_at_once(signed, instruction="shorter", version=signed.version, now=now, by=ae)

    assert again.body.endswith("Avery Stone\nAccount Executive\nEvergreen")


def test_nobody_else_approves_what_leaves_in_their_name(signed: Draft, ae: User, csm: User, now: datetime) -> None:
    with pytest.raises(NotAllowed, match="Avery Stone"):
        send(signed, version=signed.version, now=now, by=csm)

    assert send(signed, version=signed.version, now=now, by=ae).state == "queued"


def test_csm_takes_the_letter_back(signed: Draft, csm: User, now: datetime) -> None:
    back = sign_as_own(signed, version=signed.version, now=now, by=csm)

    assert back.sender == csm
    assert csm.display_name in back.body.splitlines()


def test_who_does_not_speak_for_the_account_cannot_sign(draft: Draft, now: datetime) -> None:
    lead = factories.UserFactory.create(username="liam", role="lead", email="liam@ours.example")

    with pytest.raises(ValidationError):
        sign_as_own(draft, version=draft.version, now=now, by=lead)

    assert reload(draft).sender == draft.sender


def test_page_offers_it_to_the_account_executive_alone(draft: Draft, ae: User, csm: User) -> None:
    client = Client()
    url = reverse("emails:draft", args=[draft.pk])

    client.force_login(csm)
    assert "in_my_name" not in client.get(url).content.decode()
    client.force_login(ae)
    assert "in_my_name" in client.get(url).content.decode()

    form = {"version": draft.version, "tone": draft.tone, "price_approach": draft.price_approach, "in_my_name": "on"}
    client.post(reverse("emails:draft_details", args=[draft.pk]), form)

    assert reload(draft).sender == ae


def test_signature_that_was_edited_by_hand_stays() -> None:
    old, new = Sender(name="Dana", title="CSM", company="Ours"), Sender(name="Avery", title="AE", company="Ours")

    assert sign_over("Hi\n\nBest,\nDana\nCSM\nOurs", old=old, new=new) == "Hi\n\nBest,\nAvery\nAE\nOurs"
    assert sign_over("Hi\n\nD.", old=old, new=new) == "Hi\n\nD."
    assert sign_over("Dana\nCSM\nOurs wrote it", old=old, new=new) == "Dana\nCSM\nOurs wrote it"

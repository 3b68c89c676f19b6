"""Many hands at once: one letter leaves once, and a hold has an order with the claim."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from customers.enums import HoldScope
from customers.models import Customer, Stakeholder, User
from customers.services.holds import hold_customer
from emails.enums import DraftState
from emails.models import CapturedMail, Draft
from emails.services import outbox
from emails.services.drafts import compose_draft
from emails.services.editing import NotEditable, StaleVersion, reload, save_draft
from emails.services.sending import Refused, send

pytestmark = pytest.mark.django_db(transaction=True)

SENDERS = 30  # two workers of the suite race at once, and a server takes 100 connections


def in_threads(count: int, act: Any) -> list[Any]:
    """Run `act(number)` on as many threads at the same moment, each with a connection of its own."""
    barrier = Barrier(count)

    def run(number: int) -> Any:
        barrier.wait()
        try:
            return act(number)
        except (NotEditable, StaleVersion, Refused) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_thirty_parallel_sends_make_one_mail(draft: Draft, csm: User, now: datetime) -> None:
    def click(number: int) -> str:
        send(draft, version=draft.version, now=now, by=csm)
        outbox.deliver(draft.pk, now=now)
        return "sent"

    in_threads(SENDERS, click)
    in_threads(10, lambda number: outbox.sweep(now=now))

    assert CapturedMail.objects.count() == 1
    assert reload(draft).state == DraftState.SENT


def test_thirty_parallel_deliveries_of_a_queued_letter_make_one_mail(draft: Draft, csm: User, now: datetime) -> None:
    send(draft, version=draft.version, now=now, by=csm)

    outcomes = in_threads(SENDERS, lambda number: outbox.deliver(draft.pk, now=now))

    assert sum(outcome is not None for outcome in outcomes) == 1
    assert CapturedMail.objects.count() == 1


def test_edit_racing_the_sweep_never_sends_other_words(draft: Draft, csm: User, now: datetime) -> None:
    approved = draft.body
    send(draft, version=draft.version, now=now, by=csm)

    def act(number: int) -> Any:
        if number:
            return outbox.deliver(draft.pk, now=now)
        return save_draft(draft, version=draft.version, now=now, by=csm, body="Other words.")

    in_threads(8, act)

    current = reload(draft)
    mails = [bytes(mail.raw) for mail in CapturedMail.objects.all()]
    assert not any(b"Other words" in raw for raw in mails)
    assert (len(mails), current.body) in ((1, approved), (0, "Other words."))


def test_hold_and_claim_have_an_order(draft: Draft, account: Customer, csm: User, now: datetime) -> None:
    send(draft, version=draft.version, now=now, by=csm)

    def act(number: int) -> Any:
        if number:
            return outbox.deliver(draft.pk, now=now)
        hold_customer(account, scope=HoldScope.ACCOUNT, until=None, reason="", now=now, by=csm)
        return Draft.objects.filter(state__in=[DraftState.SENDING, DraftState.SENT]).count()

    claimed_before_hold_returned = in_threads(6, act)[0]
    outbox.sweep(now=now)

    assert CapturedMail.objects.count() == claimed_before_hold_returned


def test_parallel_saves_of_one_version_let_one_through(draft: Draft, csm: User, now: datetime) -> None:
    outcomes = in_threads(
        12, lambda number: save_draft(draft, version=1, now=now, by=csm, body=f"Text of tab {number}.")
    )

    winners = [outcome for outcome in outcomes if isinstance(outcome, Draft)]
    assert len(winners) == 1
    assert (reload(draft).version, reload(draft).body) == (2, winners[0].body)


def test_twenty_letters_at_once_leave_no_more_than_the_cap(sarah: Stakeholder, csm: User, now: datetime) -> None:
    letters = [
        compose_draft(
            customer=sarah.customer,
            stakeholder=sarah,
            sender=csm,
            subject="Next year",
            body="Hello.",
            now=now,
            by=csm,
        )
        for _ in range(20)
    ]
    for letter in letters:
        send(letter, version=letter.version, now=now, by=csm)

    in_threads(len(letters), lambda number: outbox.deliver(letters[number].pk, now=now))

    assert CapturedMail.objects.count() == 2
    kept = Draft.objects.filter(state=DraftState.QUEUED, blocked_by="cap", not_before=now + timedelta(days=7))
    assert kept.count() == len(letters) - 2

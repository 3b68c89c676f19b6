"""A mail that came in, applied: whose it is, whether it is believed, and what it moves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from customers.models import Activity, Brake, Customer, Stakeholder, User
from emails.enums import DraftState, SuppressionCause
from emails.models import Draft, InboundMail, Reply, Suppression
from emails.services import inbound
from emails.services.inbound import apply_due, apply_mail, keep_mail, sweep
from emails.services.replies import correct_reply
from emails.signals import reply_received
from tests import factories
from tests.data.replies.shape import Mail
from tests.emails.corpus import OUR_MESSAGE_ID, Sent, build
from tests.emails.inbound_calls import TYPE, address_of, parsed_call, raw_call

pytestmark = pytest.mark.django_db
YES = build(Mail("en", "gmail", "positive", "This works for us. Please go ahead.", "Sarah"))
OOO = build(Mail("en", "auto_exchange", "out_of_office", "I am out of the office until Monday."))
BOUNCE = build(Mail("en", "auto_postfix", "bounce_hard", "5.1.1"))
NOWHERE = "anybody@in.evergreen.example"


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def letter(draft: Draft, now: datetime) -> Draft:
    """A letter that left yesterday, with a token of its own."""
    Draft.objects.filter(pk=draft.pk).update(
        state=DraftState.SENT,
        sent_at=now - timedelta(days=1),
        message_id=f"<{draft.pk.hex}.1@evergreen.example>",
        smtp_id="<abc@ismtpd1.sendgrid.net>",
        reply_token="a2b3c4d5e6f7a2b3c4d5e6f7a2",
        subject="Your renewal on 2 July",
    )
    draft.refresh_from_db()
    return draft


def receive(body: bytes, now: datetime) -> Reply:
    """Keep and apply one call, and give its reply."""
    before = list(Reply.objects.values_list("pk", flat=True))
    keep_mail(body, TYPE, now=now)
    assert apply_due(now=now) == 1
    reply: Reply = Reply.objects.exclude(pk__in=before).get()
    return reply


def named(message_id: str) -> Sent:
    return replace(YES, raw=YES.raw.replace(OUR_MESSAGE_ID.encode(), message_id.encode()))


def from_address(address: str, sent: Sent = YES) -> Sent:
    raw = sent.raw.replace(b"sarah@acme.example", address.encode())
    return Sent(raw, address, address if sent.envelope_from else "")


def is_stopped(account: Customer) -> bool:
    return Brake.objects.filter(customer=account, cleared_at=None).exists()


@pytest.mark.parametrize("call", [raw_call, parsed_call])
def test_answer_to_the_token_stops_the_account(call: Any, letter: Draft, sarah: Stakeholder, now: datetime) -> None:
    reply = receive(call(YES, address_of(letter)), now)

    assert (reply.customer_id, reply.stakeholder, reply.draft) == (sarah.customer_id, sarah, letter)
    assert (reply.matched_by, reply.classification, reply.is_verified) == ("token", "positive", True)
    assert reply.text == "This works for us. Please go ahead."
    assert is_stopped(sarah.customer)
    letter.refresh_from_db()
    assert letter.replied_at == now
    assert Activity.objects.filter(verb="reply.received", subject_id=reply.pk).count() == 1


def test_token_counts_in_capitals_too(letter: Draft, now: datetime) -> None:
    to = address_of(letter).upper()

    assert receive(raw_call(YES, to, envelope=json.dumps({"to": [to], "from": YES.from_email})), now).draft == letter


@pytest.mark.parametrize("field", ["message_id", "smtp_id"])
def test_answer_is_matched_by_the_letter_it_names(field: str, letter: Draft, now: datetime) -> None:
    reply = receive(raw_call(named(getattr(letter, field)), NOWHERE), now)

    assert (reply.matched_by, reply.draft) == ("headers", letter)


def test_token_counts_before_the_letter_that_is_named(letter: Draft, now: datetime, csm: User) -> None:
    other = Draft.objects.create(
        customer=factories.CustomerFactory.create(owner=csm),
        to_email="x@other.example",
        message_id=OUR_MESSAGE_ID,
        state=DraftState.SENT,
        sent_at=now,
    )

    reply = receive(raw_call(YES, address_of(letter)), now)

    assert other.pk != letter.pk == reply.draft_id


def test_answer_without_either_is_matched_by_its_sender(letter: Draft, sarah: Stakeholder, now: datetime) -> None:
    reply = receive(raw_call(YES, NOWHERE), now)

    assert (reply.matched_by, reply.customer_id, reply.stakeholder) == ("sender", sarah.customer_id, sarah)
    assert reply.draft == letter  # by its subject
    assert is_stopped(sarah.customer)


def test_of_several_accounts_the_one_with_the_latest_letter_counts(
    letter: Draft, sarah: Stakeholder, csm: User, now: datetime
) -> None:
    later = factories.StakeholderFactory.create(
        customer=factories.CustomerFactory.create(owner=csm), email="Sarah@Acme.example"
    )
    Draft.objects.create(
        customer=later.customer, stakeholder=later, to_email=later.email, state=DraftState.SENT, sent_at=now,
        message_id="<later@evergreen.example>", subject="Another matter",
    )  # fmt: skip

    reply = receive(raw_call(YES, NOWHERE), now)

    assert (reply.customer_id, reply.draft) == (later.customer_id, None)


def test_mail_of_nobody_is_kept_for_ops(ops: User, csm: User, now: datetime) -> None:
    reply = receive(raw_call(YES, NOWHERE), now)

    assert (reply.customer, reply.matched_by, reply.classification) == (None, "none", "unverified")
    assert reply.likely_classification == "positive"
    assert list(Reply.objects.visible_to(ops)) == [reply]
    assert list(Reply.objects.visible_to(csm)) == []


def test_colleague_of_theirs_who_answers_is_shown_and_moves_nothing(
    letter: Draft, sarah: Stakeholder, now: datetime
) -> None:
    reply = receive(raw_call(from_address("tom@acme.example"), address_of(letter)), now)

    assert (reply.customer_id, reply.draft, reply.stakeholder) == (sarah.customer_id, letter, None)
    assert (reply.classification, reply.is_authentic, reply.is_verified) == ("unverified", True, False)
    assert not is_stopped(sarah.customer)
    letter.refresh_from_db()
    assert letter.replied_at is None


def test_other_person_of_the_account_is_known(letter: Draft, sarah: Stakeholder, now: datetime) -> None:
    tom = factories.StakeholderFactory.create(customer=sarah.customer, email="tom@acme.example")

    reply = receive(raw_call(from_address("tom@acme.example"), address_of(letter)), now)

    assert (reply.stakeholder, reply.is_verified) == (tom, True)


def test_one_of_us_in_the_thread_is_no_answer(letter: Draft, sarah: Stakeholder, csm: User, now: datetime) -> None:
    reply = receive(raw_call(from_address(csm.email), address_of(letter)), now)

    assert (reply.classification, reply.is_verified) == ("unverified", False)
    assert "one of us" in reply.reason
    assert not is_stopped(sarah.customer)


UNPROVEN = {
    "both fail": {"SPF": "fail", "dkim": "{@acme.example : fail}"},
    "softfail and none": {"SPF": "softfail", "dkim": "none"},
    "nothing told": {"SPF": "", "dkim": ""},
    "SPF of another domain": {"dkim": "none", "envelope": '{"to": ["TO"], "from": "bounce@evil.example"}'},
    "DKIM of another domain": {"SPF": "none", "dkim": "{@evil.example : pass}"},
    "DKIM of a domain that only ends alike": {"SPF": "none", "dkim": "{@notacme.example : pass}"},
    "DKIM of the whole top level": {"SPF": "none", "dkim": "{@example : pass}"},
}


@pytest.mark.parametrize("name", list(UNPROVEN))
def test_sender_who_is_not_proven_moves_nothing(name: str, letter: Draft, sarah: Stakeholder, now: datetime) -> None:
    to = address_of(letter)
    fields = {field: value.replace("TO", to) for field, value in UNPROVEN[name].items()}

    reply = receive(raw_call(YES, to, **fields), now)

    assert (reply.classification, reply.likely_classification) == ("unverified", "positive")
    assert (reply.is_authentic, reply.is_verified) == (False, False)
    assert not is_stopped(sarah.customer)


PROVEN = {
    "SPF alone": {"dkim": "none"},
    "SPF of a part of the domain": {"dkim": "none", "envelope": '{"to": ["TO"], "from": "b@bounce.acme.example"}'},
    "DKIM alone": {"SPF": "fail"},
    "DKIM among others": {"SPF": "fail", "dkim": "{@list.example : fail, @acme.example : pass}"},
}


@pytest.mark.parametrize("name", list(PROVEN))
def test_one_proof_for_the_senders_domain_is_enough(name: str, letter: Draft, now: datetime) -> None:
    to = address_of(letter)
    fields = {field: value.replace("TO", to) for field, value in PROVEN[name].items()}

    assert receive(raw_call(YES, to, **fields), now).is_verified


def test_what_a_mail_says_of_itself_proves_nothing(letter: Draft, now: datetime) -> None:
    head = b"Authentication-Results: mx.evergreen.example; spf=pass; dkim=pass header.d=acme.example\r\n"
    sent = replace(YES, raw=head + YES.raw)

    assert not receive(raw_call(sent, address_of(letter), SPF="fail", dkim="none"), now).is_authentic


def test_absence_is_no_answer_and_says_until_when(letter: Draft, sarah: Stakeholder, now: datetime) -> None:
    reply = receive(raw_call(OOO, address_of(letter)), now)

    assert (reply.classification, reply.return_date) == ("out_of_office", date(2026, 3, 9))
    assert (reply.is_verified, reply.is_machine) == (True, True)
    assert not is_stopped(sarah.customer)
    letter.refresh_from_db()
    assert letter.replied_at is None


def test_hard_bounce_of_our_letter_takes_the_address_off(letter: Draft, sarah: Stakeholder, now: datetime) -> None:
    reply = receive(raw_call(BOUNCE, address_of(letter), dkim="none"), now)

    assert (reply.classification, reply.bounced_email, reply.stakeholder) == ("bounce_hard", sarah.email, sarah)
    row = Suppression.objects.get()
    assert (row.address, row.cause, row.customer_id) == (sarah.email, "hard_bounce", sarah.customer_id)
    assert not is_stopped(sarah.customer)


def test_bounce_that_names_no_letter_of_ours_takes_nobody_off(sarah: Stakeholder, now: datetime) -> None:
    reply = receive(raw_call(BOUNCE, NOWHERE, dkim="none"), now)

    assert (reply.customer_id, reply.classification, reply.is_verified) == (sarah.customer_id, "bounce_hard", False)
    assert not Suppression.objects.exists()


def test_bounce_of_somebody_else_takes_nobody_off(letter: Draft, now: datetime) -> None:
    forged = from_address("ceo@acme.example", BOUNCE)

    receive(raw_call(replace(forged, envelope_from=""), address_of(letter)), now)

    assert not Suppression.objects.exists()


def test_soft_bounce_takes_nobody_off(letter: Draft, now: datetime) -> None:
    sent = build(Mail("en", "auto_postfix", "bounce_soft", "4.2.2"))

    assert receive(raw_call(sent, address_of(letter)), now).classification == "bounce_soft"
    assert not Suppression.objects.exists()


def test_unsubscribe_by_reply_takes_the_sender_off_until_it_is_corrected(
    letter: Draft, sarah: Stakeholder, csm: User, now: datetime
) -> None:
    sent = build(Mail("en", "gmail", "unsubscribe", "Please remove me from your mailing list."))
    reply = receive(raw_call(sent, address_of(letter)), now)
    row = Suppression.objects.get()
    assert (row.address, row.cause) == (sarah.email, SuppressionCause.REPLY)

    correct_reply(reply, classification="neutral", now=now, by=csm)  # type: ignore[arg-type]

    assert not Suppression.objects.open().exists()
    correct_reply(reply, classification="unsubscribe", now=now, by=csm)  # type: ignore[arg-type]
    assert Suppression.objects.open().count() == 1


def test_correction_leaves_what_somebody_said_before(
    letter: Draft, sarah: Stakeholder, csm: User, now: datetime
) -> None:
    sent = build(Mail("en", "gmail", "unsubscribe", "Please remove me from your mailing list."))
    receive(raw_call(sent, address_of(letter)), now)
    second = receive(raw_call(build(Mail("en", "apple", "unsubscribe", "Unsubscribe")), address_of(letter)), now)

    correct_reply(second, classification="neutral", now=now, by=csm)  # type: ignore[arg-type]

    assert Suppression.objects.open().count() == 1


def test_every_reply_counts(letter: Draft, sarah: Stakeholder, now: datetime) -> None:
    for text in (
        "This works for us.",
        "How many seats are included?",
        "Are you free on Tuesday at 10 for a quick call?",
    ):
        receive(raw_call(build(Mail("en", "gmail", "x", text)), address_of(letter)), now)

    classes = Reply.objects.values_list("classification", flat=True)
    assert sorted(classes) == ["meeting", "positive", "question"]


def test_lost_ring_is_found_by_the_clock(letter: Draft, now: datetime) -> None:
    keep_mail(raw_call(YES, address_of(letter)), TYPE, now=now)

    assert sweep(now=now) == 1
    assert sweep(now=now) == 0
    assert Reply.objects.count() == 1


def test_mail_whose_worker_died_falls_due_again(letter: Draft, now: datetime, monkeypatch: Any) -> None:
    keep_mail(raw_call(YES, address_of(letter)), TYPE, now=now)
    pk = InboundMail.objects.get().pk

    def die(*args: Any, **kwargs: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(inbound, "apply_reply", die)
        with pytest.raises(SystemExit):
            apply_mail(pk, now=now)

    assert not apply_mail(pk, now=now)
    assert apply_mail(pk, now=now + inbound.LEASE)
    assert Reply.objects.count() == 1
    assert is_stopped(letter.customer)


def test_mail_that_cannot_be_applied_is_tried_again_then_kept_with_its_problem(
    letter: Draft, now: datetime, monkeypatch: Any
) -> None:
    keep_mail(raw_call(YES, address_of(letter)), TYPE, now=now)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(inbound, "judge", fail)
    for attempt in range(inbound.MOST_ATTEMPTS):
        assert apply_due(now=now + attempt * timedelta(minutes=10)) == 0

    row = InboundMail.objects.get()
    assert (row.due_at, row.applied_at, row.problem, row.attempts) == (None, None, "ZeroDivisionError", 6)


def test_old_mail_that_belongs_to_no_reply_goes(letter: Draft, now: datetime) -> None:
    receive(raw_call(YES, address_of(letter)), now)
    letter.customer.delete()
    keep_mail(raw_call(OOO, NOWHERE), TYPE, now=now)

    sweep(now=now)
    for days in (29, 31):
        inbound.sweep_old(now=now + timedelta(days=days))

    assert [row.reply.subject for row in InboundMail.objects.all()] == ["Automatic reply: Your renewal on 2 July"]


def test_news_is_told_once_however_often_the_mail_comes(
    letter: Draft, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[Any] = []

    def hear(sender: Any = None, **values: Any) -> None:
        told.append(values["reply_id"])

    reply_received.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(3):
                keep_mail(raw_call(YES, address_of(letter)), TYPE, now=now)
                apply_due(now=now)
    finally:
        reply_received.disconnect(hear)

    assert told == [Reply.objects.get().pk]


@pytest.mark.django_db(transaction=True)
def test_workers_that_race_apply_a_mail_once(letter: Draft, now: datetime) -> None:
    from django.db import connection

    keep_mail(raw_call(YES, address_of(letter)), TYPE, now=now)
    pk = InboundMail.objects.get().pk
    done: list[bool] = []

    def work() -> None:
        try:
            done.append(apply_mail(pk, now=now))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [False, False, False, True]
    assert (Reply.objects.count(), Brake.objects.count()) == (1, 1)

"""Mails that Outreach.io sent: read with the states, shown on the account's timeline, counted by the gate."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from customers.clients.base import NotAccepted
from customers.models import Activity, Brake, Customer, Stakeholder, User
from emails.enums import Lane, SuppressionCause
from emails.models import Draft, Suppression
from emails.queries.checks import read_gate_facts
from emails.rules.gate import ask_gate
from outreach.clients.outreach_io import OutreachClient
from outreach.clients.outreach_io_stand_in.shapes import text_of
from outreach.clients.outreach_io_stand_in.things import put_thing
from outreach.models import Enrollment, EnrollmentDesk, OutreachMail, OutreachSequence
from outreach.queries.enrollment_gate import read_receipt
from outreach.rules.enrollment.news import read_news
from outreach.rules.outreach_io.reading import read_mailing
from outreach.rules.outreach_io.resources import Mailing
from outreach.services import outreach_news
from outreach.services.enrollment_sync import sync_states
from outreach.services.outreach_mails import take_in_mails
from outreach.services.outreach_stand_in import play
from tests import factories
from tests.outreach.enrollments.conftest import Enrolled

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def mailing(row: Enrollment, *, number: int = 900, at: datetime, state_id: int | None = 0, **said: Any) -> Mailing:
    """One mail as Outreach.io tells it, of this enrollment's sequence unless another state is named."""
    links = {"prospect": row.prospect_id, "sequenceState": row.state_id if state_id == 0 else state_id}
    moments = {name: text_of(value) if isinstance(value, datetime) else value for name, value in said.items()}
    return read_mailing(
        {
            "type": "mailing",
            "id": number,
            "attributes": {"state": "delivered", "subject": "How is it going?", "updatedAt": text_of(at), **moments},
            "relationships": {name: {"data": {"type": name, "id": id}} for name, id in links.items() if id},
        }
    )


def told(customer: Customer) -> list[str]:
    lines = Activity.objects.filter(customer=customer, actor_name="Outreach.io").order_by("at", "created_at")
    return list(lines.values_list("summary", flat=True))


def test_engagement_of_each_mail_is_on_the_timeline_at_its_own_moment(
    enrolled: Enrolled, account: Customer, now: datetime
) -> None:
    row = enrolled()
    moments = {"deliveredAt": now + MINUTE, "openedAt": now + HOUR, "clickedAt": now + 2 * HOUR}
    said = {"state": "opened", "subject": "How is it going?", **{name: text_of(at) for name, at in moments.items()}}
    put_thing("mailing", said, now=now + 2 * HOUR, links={"sequenceState": ("sequenceState", row.state_id or 0)})

    sync_states(now=now + 3 * HOUR)
    sync_states(now=now + 4 * HOUR)

    assert told(account) == [
        "Ann Lee was sent “How is it going?” of “Re-engagement” at Outreach.io",
        "Ann Lee opened “How is it going?” of “Re-engagement” at Outreach.io",
        "Ann Lee clicked in “How is it going?” of “Re-engagement” at Outreach.io",
    ]
    assert Activity.objects.get(verb="enrollment.mail_clicked").at == now + 2 * HOUR
    kept = OutreachMail.objects.get()
    assert (kept.enrollment_id, kept.stakeholder_id, kept.sent_at) == (row.pk, row.stakeholder_id, now + MINUTE)


def test_sync_reads_mails_and_states_in_pages_of_250_with_few_calls(enrolled: Enrolled, now: datetime) -> None:
    row = enrolled()
    for number in range(251):
        said = {"state": "delivered", "subject": f"No. {number}", "deliveredAt": text_of(now)}
        put_thing("mailing", said, now=now, links={"sequenceState": ("sequenceState", row.state_id or 0)})

    synced = sync_states(now=now + MINUTE)

    assert (synced.mails, synced.calls, OutreachMail.objects.count()) == (251, 3, 251)
    assert EnrollmentDesk.objects.get().sync_mails == 251


def test_open_at_the_moment_of_delivery_is_a_machines_and_tells_nobody(
    enrolled: Enrolled, account: Customer, now: datetime
) -> None:
    row = enrolled()
    fetched = mailing(row, at=now, deliveredAt=now, openedAt=now + timedelta(seconds=3))

    take_in_mails([fetched], now=now + MINUTE)
    first = told(account)
    row.refresh_from_db()
    machine = (OutreachMail.objects.get().was_fetched, row.open_count)
    take_in_mails([mailing(row, at=now + HOUR, deliveredAt=now, openedAt=now + HOUR)], now=now + 2 * HOUR)

    assert machine == (True, 0)
    assert [" opened " in line for line in first] == [False]
    assert (" opened " in told(account)[-1], OutreachMail.objects.get().was_fetched) == (True, False)
    assert not Brake.objects.exists()


def test_opens_and_clicks_decide_nothing(enrolled: Enrolled, account: Customer, now: datetime) -> None:
    row = enrolled()
    before = Enrollment.objects.values("state", "standing", "wish").get()

    take_in_mails([mailing(row, at=now, deliveredAt=now, openedAt=now + HOUR, clickedAt=now + HOUR)], now=now + HOUR)

    assert Enrollment.objects.values("state", "standing", "wish").get() == before
    assert not Brake.objects.exists()


def test_mails_in_any_order_come_to_the_same_and_are_told_once(
    enrolled: Enrolled, account: Customer, now: datetime
) -> None:
    row = enrolled()
    late = mailing(row, at=now + HOUR, state="replied", deliveredAt=now, openedAt=now + HOUR, repliedAt=now + HOUR)
    early = mailing(row, at=now, state="delivered", deliveredAt=now)

    for one in (late, early, late, early):
        take_in_mails([one], now=now + 2 * HOUR)

    kept = OutreachMail.objects.get()
    assert (kept.word, kept.replied_at, kept.seen_at) == ("replied", now + HOUR, now + HOUR)
    assert len(told(account)) == 3  # sent, opened, and the reply that the enrollment tells
    assert Brake.objects.filter(customer=account).count() == 1


def test_draft_scheduled_and_failed_mails_are_none_that_anybody_got(enrolled: Enrolled, now: datetime) -> None:
    row = enrolled()
    words = ("drafted", "scheduled", "queued", "failed", "placeholder", "something new")

    taken = take_in_mails([mailing(row, number=n, at=now, state=word) for n, word in enumerate(words, 1)], now=now)

    assert (taken, OutreachMail.objects.count()) == (0, 0)


def test_mail_of_a_sequence_of_theirs_to_a_person_we_know_is_kept_and_its_reply_stops_the_account(
    enrolled: Enrolled, account: Customer, person: Stakeholder, now: datetime
) -> None:
    row = enrolled()
    foreign = mailing(row, state_id=77_777, at=now, deliveredAt=now - HOUR, repliedAt=now)

    take_in_mails([foreign], now=now)

    kept = OutreachMail.objects.get()
    assert (kept.enrollment_id, kept.stakeholder_id) == (None, person.pk)
    assert Brake.objects.get(customer=account).source_id == kept.pk


def test_old_reply_in_a_sequence_of_theirs_is_history(enrolled: Enrolled, now: datetime) -> None:
    row = enrolled()

    take_in_mails([mailing(row, state_id=77_777, at=now, deliveredAt=now, repliedAt=now)], now=now + timedelta(days=5))

    assert (OutreachMail.objects.count(), Brake.objects.count()) == (1, 0)


def test_mails_of_nobody_we_know_are_not_kept(enrolled: Enrolled, now: datetime) -> None:
    row = enrolled()
    row.prospect_id = 88_888

    assert take_in_mails([mailing(row, state_id=77_777, at=now, deliveredAt=now)], now=now) == 0


def test_second_reply_to_a_later_mail_stops_the_account_again(
    enrolled: Enrolled, account: Customer, now: datetime
) -> None:
    row = enrolled()
    take_in_mails([mailing(row, at=now, deliveredAt=now, repliedAt=now + HOUR)], now=now + HOUR)
    Brake.objects.update(cleared_at=now + 2 * HOUR)

    second = mailing(row, number=901, at=now, deliveredAt=now + 3 * HOUR, repliedAt=now + 4 * HOUR)
    take_in_mails([second], now=now + 4 * HOUR)

    assert Brake.objects.filter(customer=account, cleared_at=None).count() == 1


def test_opt_out_by_a_mail_is_on_our_list(enrolled: Enrolled, now: datetime) -> None:
    row = enrolled()

    take_in_mails([mailing(row, at=now, deliveredAt=now, unsubscribedAt=now)], now=now)

    assert Suppression.objects.get().cause == SuppressionCause.OUTREACH


def test_webhook_and_look_tell_one_mail_once(enrolled: Enrolled, account: Customer, now: datetime) -> None:
    row = enrolled()
    news = {
        "data": {
            "type": "mailing", "id": 900, "attributes": {"openedAt": text_of(now + HOUR)},
            "relationships": {"sequenceState": {"data": {"type": "sequenceState", "id": row.state_id}}},
        },
        "meta": {"deliveredAt": text_of(now + HOUR), "eventName": "mailing.opened"},
    }  # fmt: skip

    outreach_news.apply(read_news(json.dumps(news).encode()), now=now + HOUR)
    take_in_mails([mailing(row, at=now + HOUR, deliveredAt=now, openedAt=now + HOUR)], now=now + 2 * HOUR)

    kept = OutreachMail.objects.get()
    assert (kept.subject, kept.sent_at) == ("How is it going?", now)
    assert Activity.objects.filter(verb="enrollment.mail_opened", customer=account).count() == 1
    assert Enrollment.objects.get().open_count == 1


def test_states_are_read_though_mails_may_not_be(
    enrolled: Enrolled, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = enrolled()
    play(row.state_id or 0, "replied", now=now + MINUTE)

    def forbidden(*_: Any) -> Iterable[Any]:
        raise NotAccepted("mailings.read is missing.", can_retry=False)

    monkeypatch.setattr(OutreachClient, "list_mailings_changed_since", forbidden)
    synced = sync_states(now=now + 2 * MINUTE)

    assert (synced.states, synced.changed, synced.problem) == (1, 1, "mailings.read is missing.")
    assert Brake.objects.count() == 1


# The gate


def test_mails_of_outreach_count_for_the_cap_and_keep_parts_apart(
    enrolled: Enrolled, account: Customer, person: Stakeholder, csm: User, now: datetime
) -> None:
    row = enrolled()
    sent = [mailing(row, number=number, at=now, deliveredAt=now - number * HOUR) for number in (1, 2)]
    take_in_mails(sent, now=now)
    letter = Draft.objects.create(
        customer=account, stakeholder=person, to_name=person.name, to_email=person.email, sender=csm,
        subject="Hello", body="Hello.", lane=Lane.RENEWAL,
    )  # fmt: skip

    receipt = ask_gate(read_gate_facts(letter, now=now))

    lines = {line.check: line for line in receipt.lines}
    assert lines["cap"].reason == "Ann Lee has had 2 of at most 2 mails in 7 days."
    assert lines["collision"].reason == (
        "Ann Lee had “How is it going?” (Outreach.io) on Wed 4 Mar; another part writes 2 working days later."
    )


def test_account_cap_counts_mails_of_outreach_to_anybody_there(
    enrolled: Enrolled, account: Customer, csm: User, now: datetime
) -> None:
    row = enrolled()
    account.account_cap = 1
    account.save()
    take_in_mails([mailing(row, at=now, deliveredAt=now - HOUR)], now=now)
    other = factories.StakeholderFactory.create(customer=account, name="Bo")
    letter = Draft.objects.create(
        customer=account, stakeholder=other, to_name=other.name, to_email=other.email, sender=csm,
        subject="Hello", body="Hello.", lane=Lane.RENEWAL,
    )  # fmt: skip

    lines = {line.check: line for line in ask_gate(read_gate_facts(letter, now=now)).lines}

    assert (lines["cap"].passed, lines["collision"].passed) == (False, True)


def test_second_sequence_is_the_same_part_and_keeps_to_the_cap(
    enrolled: Enrolled, ask: Enrolled, person: Stakeholder, now: datetime
) -> None:
    row = enrolled()
    take_in_mails([mailing(row, at=now, deliveredAt=now - HOUR)], now=now)
    second = ask(into=OutreachSequence.objects.get(name="Renewal: 90 days out"))

    once = {line.check: line for line in read_receipt(second, now=now, approving=True).lines}
    take_in_mails([mailing(row, number=901, at=now, deliveredAt=now - HOUR)], now=now)
    twice = {line.check: line for line in read_receipt(second, now=now, approving=True).lines}

    assert (once["collision"].passed, once["cap"].passed) == (True, True)
    assert (twice["collision"].passed, twice["cap"].passed) == (True, False)


# Pages


def test_page_of_sequences_shows_each_mail_with_what_was_done(
    enrolled: Enrolled, account: Customer, csm: User, client: Client, now: datetime
) -> None:
    row = enrolled()
    take_in_mails([mailing(row, at=now, deliveredAt=now, openedAt=now + HOUR)], now=now + HOUR)
    take_in_mails([mailing(row, number=901, state_id=7, at=now, subject="By hand", deliveredAt=now)], now=now)
    client.force_login(csm)

    page = client.get(f"/customers/{account.pk}/sequences").content.decode()

    assert "How is it going?" in page
    assert "By hand" in page

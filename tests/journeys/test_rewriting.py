"""A mail that waits while its records change: a rule's follows them, a person's does not leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from customers.enums import HoldScope
from customers.models import Activity, Customer, Stakeholder, User
from customers.services.holds import end_hold, hold_customer
from emails.enums import DraftState
from emails.models import CapturedMail, Draft
from emails.queries.checks import judge
from emails.services import expiring, outbox
from emails.services.editing import save_draft
from emails.services.sending import send
from journeys.enums import JourneyKind
from journeys.models import Journey, JourneyMonth
from journeys.rules.effects import SendMail
from journeys.services.mail_making import occurrence_of_mail
from journeys.services.mailing import effect_of_mail, queue_journey_mails
from tests import factories
from tests.journeys.journeying import deliver, make_journey

START = date(2026, 3, 7)
BEGINS = datetime(2026, 4, 6, 13, 0, tzinfo=UTC)  # M2, 09:00 in New York

Write = Callable[..., Draft]


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme Corporation", owner=csm)


@pytest.fixture
def sarah(account: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(
        customer=account, name="Sarah Lee", email="sarah@acme.example", primary=True
    )


@pytest.fixture
def journey(account: Customer, sarah: Stakeholder, lead: User, now: datetime) -> Journey:
    return make_journey(account, by=lead, now=now, start=START)


@pytest.fixture
def write(journey: Journey, now: datetime) -> Write:
    def make(kind: JourneyKind = JourneyKind.UPCOMING, month: int = 2) -> Draft:
        with transaction.atomic():
            (pk,) = queue_journey_mails([SendMail(journey.pk, kind, f"month-{month}", month)], now=now)
        return Draft.objects.get(pk=pk)

    return make


def fresh(draft: Draft) -> Draft:
    return Draft.objects.with_people().get(pk=draft.pk)


def move(journey: Journey, number: int, to: date) -> None:
    JourneyMonth.objects.filter(journey=journey, number=number).update(due_date=to)


def test_coming_soon_of_a_month_that_moved_ahead_is_written_anew_for_its_new_day(
    journey: Journey, write: Write, lead: User, now: datetime
) -> None:
    draft = write()
    move(journey, 2, date(2026, 5, 1))

    outbox.sweep(now=now)

    waits = fresh(draft)
    assert (waits.state, waits.version) == (DraftState.QUEUED, 2)
    assert waits.not_before == datetime(2026, 4, 28, 13, 0, tzinfo=UTC)
    assert waits.approval_expires_at == datetime(2026, 5, 1, 13, 0, tzinfo=UTC)
    assert (waits.approved_by, waits.approval_rule) == (lead, f"Mails of {journey.version}")
    assert "1 May 2026" in waits.body and "6 April 2026" not in waits.body
    assert list(waits.versions.order_by("version").values_list("version", "reason")) == [
        (1, "First draft"),
        (2, "Written anew: its records have changed"),
    ]
    assert Activity.objects.filter(verb="draft.rewritten", subject_id=draft.pk).count() == 1
    assert not CapturedMail.objects.exists()

    outbox.sweep(now=datetime(2026, 4, 28, 13, 0, tzinfo=UTC))

    assert fresh(draft).state == DraftState.SENT
    assert judge(fresh(draft)).open_spans == []


@pytest.mark.parametrize(
    ("kind", "moved", "to", "says"),
    [
        (JourneyKind.UPCOMING, 2, date(2026, 3, 6), "6 March 2026"),
        (JourneyKind.READY, 3, date(2026, 6, 1), "1 June 2026"),
    ],
)
def test_mail_whose_day_is_here_leaves_with_the_new_date(
    journey: Journey, write: Write, kind: JourneyKind, moved: int, to: date, says: str, now: datetime
) -> None:
    if kind == JourneyKind.READY:
        deliver(journey, [1, 2], now=now)
    draft = write(kind)
    move(journey, moved, to)

    outbox.sweep(now=now)

    assert fresh(draft).state == DraftState.SENT
    assert says in fresh(draft).body
    assert CapturedMail.objects.count() == 1


def test_coming_soon_of_a_month_that_has_begun_meanwhile_is_dropped(
    journey: Journey, write: Write, now: datetime
) -> None:
    draft = write()
    move(journey, 2, date(2026, 3, 3))

    outbox.sweep(now=now)

    assert (fresh(draft).state, fresh(draft).outcome) == (DraftState.CANCELLED, "It would come too late.")


def test_text_that_a_person_approved_is_not_touched_and_does_not_leave(
    journey: Journey, write: Write, lead: User, now: datetime
) -> None:
    draft = write()
    edited = save_draft(draft, version=1, body=f"{draft.body}\n\nAnd more.", now=now, by=lead)
    send(edited, version=edited.version, now=now, by=lead)
    move(journey, 2, date(2026, 5, 1))

    outbox.sweep(now=now + timedelta(minutes=1))

    kept = fresh(draft)
    assert (kept.state, kept.blocked_by, kept.version) == (DraftState.BLOCKED, "facts", edited.version)
    assert "was 6 April 2026 and is 1 May 2026" in kept.outcome
    assert not CapturedMail.objects.exists()


def test_contact_who_left_hands_the_mail_on_to_the_champion(
    account: Customer, sarah: Stakeholder, write: Write, now: datetime
) -> None:
    draft = write()
    factories.StakeholderFactory.create(customer=account, name="Cleo Berg", roles=["champion"], primary=False)
    Stakeholder.objects.filter(pk=sarah.pk).update(left_at=now)

    outbox.sweep(now=now)

    sent = fresh(draft)
    assert (sent.state, sent.to_name) == (DraftState.SENT, "Cleo Berg")
    assert sent.body.startswith("Hi Cleo,")


def test_contact_who_left_without_another_keeps_the_mail_here(sarah: Stakeholder, write: Write, now: datetime) -> None:
    draft = write()
    Stakeholder.objects.filter(pk=sarah.pk).update(left_at=now)

    outbox.sweep(now=now)

    assert (fresh(draft).state, fresh(draft).blocked_by) == (DraftState.BLOCKED, "stakeholder")
    assert fresh(draft).version == 1


@pytest.mark.parametrize("days", [None, 45])
def test_coming_soon_that_a_hold_keeps_outlives_its_old_date_and_says_the_new_one(
    account: Customer, lead: User, write: Write, days: int | None, now: datetime
) -> None:
    draft = write()
    until = now + timedelta(days=days) if days else None
    hold = hold_customer(account, scope=HoldScope.ACCOUNT, until=until, reason="Move", now=now, by=lead)
    outbox.sweep(now=now)

    assert expiring.sweep(now=BEGINS) == 0
    assert (fresh(draft).state, fresh(draft).blocked_by) == (DraftState.BLOCKED, "hold")

    ends = now + timedelta(days=34)
    end_hold(hold, now=ends, by=lead)
    expiring.sweep(now=ends)
    outbox.sweep(now=ends)

    waits = fresh(draft)
    assert waits.state == DraftState.QUEUED
    assert "10 May 2026" in waits.body  # 6 April and 34 days
    assert waits.not_before == datetime(2026, 5, 7, 13, 0, tzinfo=UTC)


def test_reminder_whose_date_stands_still_lapses(write: Write) -> None:
    draft = write()

    assert expiring.sweep(now=BEGINS) == 1

    assert (fresh(draft).state, fresh(draft).version) == (DraftState.CANCELLED, 1)


@pytest.mark.parametrize(
    ("occurrence", "kind", "about", "month"),
    [
        ("journey.upcoming/month-2", JourneyKind.UPCOMING, "month-2", 2),
        ("journey.overdue/month-12-by-hand-2026", JourneyKind.OVERDUE, "month-12-by-hand-2026", 12),
        ("journey.paused/hold-2", JourneyKind.PAUSED, "hold-2", None),
    ],
)
def test_mail_says_what_it_is_about(occurrence: str, kind: JourneyKind, about: str, month: int | None) -> None:
    journey = uuid4()

    effect = effect_of_mail(journey, occurrence)

    assert effect == SendMail(journey, kind, about, month)
    assert effect is not None and occurrence_of_mail(effect) == occurrence


@pytest.mark.parametrize("occurrence", ["", "journey.upcoming/hold-2", "cadence.day_3/month-2", "journey.upcoming"])
def test_occurrence_of_another_sort_is_about_nothing(occurrence: str) -> None:
    assert effect_of_mail(uuid4(), occurrence) is None

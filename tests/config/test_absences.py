"""Somebody away: in these days, and only then, the delegate has their desk; letters are signed by who is there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from config.desk.today import Today, Wanted
from customers.enums import AbsenceState
from customers.models import Absence, Activity, Customer, Todo, User
from customers.services.absences import MayNotSetAbsence, move_due_absences, set_absence, take_back_absence
from customers.services.handovers import Handover, hand_over
from emails.enums import DraftState
from emails.models import Draft
from emails.queries.approvals import list_waiting
from emails.queries.senders import may_sign, waits_for_sender
from emails.services.sending import approve
from tests import factories
from tests.emails.conftest import _test_source, make_draft  # noqa: F401

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 4)
TOMORROW, FRIDAY = date(2026, 3, 5), date(2026, 3, 6)
SATURDAY_AT = datetime.fromisoformat("2026-03-07T00:00:00+00:00")


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme Corporation", owner=csm)


@pytest.fixture
def draft(account: Customer, csm: User, now: datetime) -> Draft:
    person = factories.StakeholderFactory.create(customer=account, name="Sarah Lee", email="sarah@acme.example")
    return make_draft(person, factories.ContractFactory.create(customer=account), csm, now)


def away(csm: User, delegate: User, now: datetime, *, first: date = TODAY, last: date = FRIDAY) -> Absence:
    return set_absence(csm, delegate=delegate, first_date=first, last_date=last, now=now, by=csm)


def sees(user: User, account: Customer) -> bool:
    return Customer.objects.visible_to(User.objects.get(pk=user.pk)).filter(pk=account.pk).exists()


def test_delegate_sees_the_accounts_only_in_these_days(
    account: Customer, csm: User, other_csm: User, now: datetime
) -> None:
    absence = away(csm, other_csm, now, first=TOMORROW)
    seen = [sees(other_csm, account)]

    for moment in (absence.starts_at - timedelta(seconds=1), absence.starts_at, SATURDAY_AT - timedelta(seconds=1)):
        move_due_absences(now=moment)
        seen.append(sees(other_csm, account))
    move_due_absences(now=SATURDAY_AT)

    assert seen == [False, False, True, True]
    assert (absence.ends_at, sees(other_csm, account), sees(csm, account)) == (SATURDAY_AT, False, True)


def test_days_are_those_of_who_is_away(csm: User, other_csm: User, now: datetime) -> None:
    csm.timezone = "America/New_York"
    csm.save()

    absence = away(csm, other_csm, now, first=TOMORROW, last=TOMORROW)

    assert absence.starts_at == datetime.fromisoformat("2026-03-05T00:00:00-05:00")
    assert absence.ends_at - absence.starts_at == timedelta(days=1)


def test_letters_due_meanwhile_are_signed_by_the_delegate_and_go_back_afterwards(
    draft: Draft, csm: User, other_csm: User, now: datetime
) -> None:
    approve(draft, version=draft.version, now=now, by=csm)

    away(csm, other_csm, now)
    meanwhile = Draft.objects.get()
    move_due_absences(now=SATURDAY_AT)

    after = Draft.objects.get()
    assert (meanwhile.sender, meanwhile.signed_for, meanwhile.state) == (other_csm, csm, DraftState.DRAFT)
    assert other_csm.display_name in meanwhile.body
    assert csm.display_name not in meanwhile.body
    assert (after.sender, after.signed_for, after.body) == (csm, None, draft.body)


def test_letter_that_leaves_only_after_the_return_stays_as_it_was(
    draft: Draft, csm: User, other_csm: User, now: datetime
) -> None:
    approve(draft, version=draft.version, now=now, by=csm)
    Draft.objects.update(state=DraftState.SCHEDULED, scheduled_send_date=SATURDAY_AT)

    away(csm, other_csm, now)

    current = Draft.objects.get()
    assert (current.sender, current.state) == (csm, DraftState.SCHEDULED)


def test_letter_written_meanwhile_is_signed_by_the_delegate(
    account: Customer, csm: User, other_csm: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    away(csm, other_csm, now)
    person = factories.StakeholderFactory.create(customer=account, name="Sarah Lee", email="sarah@acme.example")
    contract = factories.ContractFactory.create(customer=account)

    with django_capture_on_commit_callbacks(execute=True), time_machine.travel(now):
        make_draft(person, contract, csm, now)

    current = Draft.objects.get()
    assert (current.sender, current.signed_for) == (other_csm, csm)


def test_delegate_finds_the_work_in_today_and_approvals_and_may_approve(
    draft: Draft, account: Customer, csm: User, other_csm: User, now: datetime
) -> None:
    Todo.objects.create(customer=account, title="Call", owner=csm, waits_since=now)
    away(csm, other_csm, now)
    delegate = User.objects.get(pk=other_csm.pk)

    items, _ = Today(delegate, Wanted(), now=now).read()
    current = Draft.objects.get()

    assert {item.turn.code for item in items} >= {"todo", "draft"}
    assert list(list_waiting(delegate, mine=True)) == [current]
    assert approve(current, version=current.version, now=now, by=delegate).approved_by == delegate


def test_delegate_of_an_executive_approves_and_signs_for_them(
    draft: Draft, account: Customer, lead: User, other_csm: User, now: datetime
) -> None:
    Customer.objects.update(executive=lead)
    Draft.objects.update(sender=lead, scheduled_send_date=SATURDAY_AT)
    set_absence(lead, delegate=other_csm, first_date=TODAY, last_date=FRIDAY, now=now, by=lead)
    delegate, current = User.objects.get(pk=other_csm.pk), Draft.objects.get()

    assert waits_for_sender(current, by=account.owner) is True  # type: ignore[arg-type]
    assert waits_for_sender(current, by=delegate) is False
    assert may_sign(current, by=delegate) is True


def test_taken_back_absence_gives_the_desk_back_at_once(
    draft: Draft, account: Customer, csm: User, other_csm: User, now: datetime
) -> None:
    absence = away(csm, other_csm, now)

    done = take_back_absence(absence, now=now, by=csm)

    absence.refresh_from_db()
    assert (done, absence.state, sees(other_csm, account)) == (True, AbsenceState.OVER, False)
    assert Draft.objects.get().sender == csm
    assert take_back_absence(absence, now=now, by=csm) is False
    verbs = Activity.objects.filter(verb__startswith="absence.").order_by("created_at").values_list("verb", flat=True)
    assert list(verbs) == ["absence.set", "absence.began", "absence.ended", "absence.taken_back"]


def test_planned_absence_taken_back_never_begins(csm: User, other_csm: User, now: datetime) -> None:
    absence = away(csm, other_csm, now, first=TOMORROW)

    take_back_absence(absence, now=now, by=csm)
    moved = move_due_absences(now=SATURDAY_AT)

    absence.refresh_from_db()
    assert (moved, absence.state) == (0, AbsenceState.CANCELLED)


def test_account_handed_over_meanwhile_leaves_the_delegate_nothing(
    draft: Draft, account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    away(csm, other_csm, now)

    hand_over(Handover(new=lead, old=csm, chosen=(account.pk,), reason="Moves on"), now=now, by=lead)

    current = Draft.objects.get()
    assert (current.sender, current.signed_for) == (lead, None)
    assert lead.display_name in current.body
    assert not sees(other_csm, account) or lead.team_id is None


def test_who_may_set_what(
    csm: User, other_csm: User, lead: User, ops: User, reader: User, stranger: User, now: datetime
) -> None:
    def ask(person: User, delegate: User, by: User, first: date = TOMORROW, last: date = FRIDAY) -> Absence:
        return set_absence(person, delegate=delegate, first_date=first, last_date=last, now=now, by=by)

    for person, by in ((csm, other_csm), (stranger, lead)):
        with pytest.raises(MayNotSetAbsence):
            ask(person, lead, by)
    for delegate in (csm, stranger, reader):
        with pytest.raises(ValidationError):
            ask(csm, delegate, csm)
    for first, last in ((FRIDAY, TOMORROW), (date(2026, 3, 1), date(2026, 3, 3)), (TODAY, date(2028, 1, 1))):
        with pytest.raises(ValidationError):
            ask(csm, other_csm, csm, first, last)
    made = ask(csm, other_csm, lead)
    with pytest.raises(ValidationError):
        ask(csm, lead, csm, FRIDAY, FRIDAY)
    with pytest.raises(ValidationError):
        ask(lead, csm, lead)
    with pytest.raises(MayNotSetAbsence):
        take_back_absence(made, now=now, by=other_csm)
    assert ask(csm, stranger, ops, date(2026, 4, 1), date(2026, 4, 2)).delegate == stranger


def test_database_keeps_one_running_absence_of_two_people_in_order(csm: User, other_csm: User, now: datetime) -> None:
    away(csm, other_csm, now)
    row = {"first_date": TODAY, "last_date": TODAY, "starts_at": now, "ends_at": now + timedelta(days=1)}

    for wrong in (
        {"user": csm, "delegate": other_csm, "state": AbsenceState.RUNNING},
        {"user": other_csm, "delegate": other_csm},
        {"user": other_csm, "delegate": csm, "ends_at": now},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Absence.objects.create(**{**row, **wrong})


def test_page_sets_and_takes_back(client: Client, csm: User, other_csm: User, account: Customer) -> None:
    client.force_login(csm)
    today = date.today()
    given = {"person": csm.pk, "delegate": other_csm.pk, "first_date": today, "last_date": today + timedelta(days=3)}

    set_it = client.post(reverse("customers:settings_absence_add"), given, follow=True).content.decode()
    absence = Absence.objects.get()
    client.force_login(other_csm)
    refused = client.post(reverse("customers:settings_absence_take_back", args=[absence.pk]))
    client.force_login(csm)
    client.post(reverse("customers:settings_absence_take_back", args=[absence.pk]))

    absence.refresh_from_db()
    assert "Marco Berg stands in for Dana Whitfield" in set_it
    assert (refused.status_code, absence.state) == (403, AbsenceState.OVER)


def test_page_shows_nothing_of_another_team(client: Client, csm: User, lead: User, stranger: User, ops: User) -> None:
    made = set_absence(
        stranger, delegate=ops, first_date=date.today(), last_date=date.today(),
        now=datetime.now().astimezone(), by=ops,
    )  # fmt: skip
    for person in (csm, lead):
        client.force_login(person)
        assert "Stefan" not in client.get(reverse("customers:settings_absences")).content.decode()
        assert client.get(reverse("customers:settings_absence_take_back", args=[made.pk])).status_code == 404


def test_desk_of_a_delegate_asks_no_more_queries(
    client: Client, account: Customer, csm: User, other_csm: User, django_assert_max_num_queries: Any
) -> None:
    set_absence(
        csm, delegate=other_csm, first_date=date.today(), last_date=date.today() + timedelta(days=1),
        now=datetime.now().astimezone(), by=csm,
    )  # fmt: skip
    client.force_login(other_csm)

    for name in ("today", "renewals:book", "approvals"):
        with django_assert_max_num_queries(12):
            assert client.get(reverse(name)).status_code == 200
    assert "Acme Corporation" in client.get(reverse("renewals:book")).content.decode()

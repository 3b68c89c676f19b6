"""Handovers, approvals and absences in the same moment: each account ends up with one owner and one signature."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from customers.models import Absence, Activity, Customer, Team, Todo, User
from customers.services.absences import move_due_absences, set_absence
from customers.services.handovers import Handover, hand_over
from emails.enums import DraftState
from emails.models import Draft
from emails.services.editing import StaleVersion
from emails.services.sending import send
from tests import factories
from tests.emails.conftest import _test_source, make_draft  # noqa: F401
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme Corporation", owner=csm)


@pytest.fixture
def draft(account: Customer, csm: User, now: datetime) -> Draft:
    person = factories.StakeholderFactory.create(customer=account, name="Sarah Lee", email="sarah@acme.example")
    return make_draft(person, factories.ContractFactory.create(customer=account), csm, now)


def to(new: User, account: Customer) -> Handover:
    return Handover(new=new, old=None, chosen=(account.pk,), reason="Dana leaves")


def test_two_handovers_at_once_give_the_account_to_one_with_everything(
    draft: Draft, account: Customer, csm: User, other_csm: User, lead: User, team: Team, now: datetime
) -> None:
    third = factories.UserFactory.create(username="third", team=team)
    Todo.objects.create(customer=account, title="Call", owner=csm, waits_since=now)

    results = at_once(
        lambda: hand_over(to(other_csm, account), now=now, by=lead),
        lambda: hand_over(to(third, account), now=now, by=lead),
    )

    account.refresh_from_db()
    assert [one for one in results if isinstance(one, Exception)] == []
    assert account.owner_id in (other_csm.pk, third.pk)
    assert Todo.objects.get().owner_id == Draft.objects.get().sender_id == account.owner_id
    lines = Activity.objects.filter(verb="customer.handed_over").count()
    assert lines == sum(one.accounts for one in results)


def test_approval_while_it_is_handed_over_counts_for_one_text_only(
    draft: Draft, account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    results = at_once(
        lambda: send(draft, version=draft.version, now=now, by=csm),
        lambda: hand_over(to(other_csm, account), now=now, by=lead),
    )

    current = Draft.objects.get()
    assert isinstance(results[0], Draft | StaleVersion)
    assert (current.state, current.sender, current.approved_by) == (DraftState.DRAFT, other_csm, None)
    assert current.version == draft.version + 1


def test_two_workers_begin_an_absence_once(csm: User, other_csm: User, now: datetime) -> None:
    absence = set_absence(
        csm, delegate=other_csm, first_date=date(2026, 3, 5), last_date=date(2026, 3, 6), now=now, by=csm
    )

    moved = at_once(*[lambda: move_due_absences(now=absence.starts_at)] * 2)

    assert sum(moved) == 1
    assert User.objects.get(pk=other_csm.pk).stands_in_for == [str(csm.pk)]
    assert Activity.objects.filter(verb="absence.began").count() == 1


def test_two_absences_at_once_in_the_same_days_are_one(csm: User, other_csm: User, lead: User, now: datetime) -> None:
    def ask(delegate: User) -> Absence:
        days = {"first_date": date(2026, 3, 5), "last_date": date(2026, 3, 6)}
        return set_absence(csm, delegate=delegate, **days, now=now, by=csm)

    at_once(lambda: ask(other_csm), lambda: ask(lead))

    assert Absence.objects.count() == 1

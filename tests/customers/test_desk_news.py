"""News of whose desk is whose: told once, to whom it concerns, in the transaction that did it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from customers.models import Absence, Customer, Notice, Team, User
from customers.services import handovers
from customers.services.absences import move_due_absences, set_absence
from customers.services.accounts import update_customer
from customers.services.handovers import Handover, hand_over
from tests import factories

pytestmark = pytest.mark.django_db
TODAY, TOMORROW, FRIDAY = date(2026, 3, 4), date(2026, 3, 5), date(2026, 3, 6)


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme Rail")


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.select_related("user", "customer").order_by("user__username")
    return [(row.user.username, row.title) for row in rows]


def away(csm: User, delegate: User, *, now: datetime, by: User, first: date = TODAY) -> Absence:
    return set_absence(csm, delegate=delegate, first_date=first, last_date=FRIDAY, now=now, by=by)


def test_new_owner_is_told_where_an_account_was_handed_over(
    account: Customer, other_csm: User, lead: User, now: datetime
) -> None:
    update_customer(account, {"owner": other_csm}, now=now, by=lead)

    assert told() == [("marco", "Acme Rail was handed over to you")]


def test_many_accounts_are_one_notice_in_however_many_batches(
    monkeypatch: Any, account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    monkeypatch.setattr(handovers, "BATCH", 2)
    for number in range(4):
        factories.CustomerFactory.create(owner=csm, name=f"Bolt {number}")

    hand_over(Handover(other_csm, csm, None, "Leaves"), now=now, by=lead)

    [(who, title)] = told()
    assert who == "marco"
    assert title.endswith("and other accounts were handed over to you")
    assert Notice.objects.visible_to(User.objects.get(pk=other_csm.pk)).count() == 1


def test_who_takes_accounts_over_is_told_nothing(account: Customer, csm: User, lead: User, now: datetime) -> None:
    hand_over(Handover(lead, csm, None, "Leaves"), now=now, by=lead)

    assert told() == []


def test_handing_over_again_tells_nobody(
    account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    asked = Handover(other_csm, csm, (account.pk,), "Leaves")
    hand_over(asked, now=now, by=lead)

    hand_over(asked, now=now, by=lead)

    assert len(told()) == 1


def test_absence_tells_who_stands_in_and_the_lead_when_it_begins(
    account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    absence = away(csm, other_csm, now=now, by=csm, first=TOMORROW)
    before = told()

    for _ in range(2):
        move_due_absences(now=absence.starts_at)

    assert before == []
    assert told() == [
        ("liam", "The owner of Acme Rail is away, and somebody stands in"),
        ("marco", "You stand in at Acme Rail while its owner is away"),
    ]
    assert all(Notice.objects.visible_to(User.objects.get(pk=one.pk)).count() == 1 for one in (lead, other_csm))


def test_absence_of_who_owns_many_is_one_notice_each(
    account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    factories.CustomerFactory.create(owner=csm, name="Bolt")

    away(csm, other_csm, now=now, by=csm)

    assert told() == [
        ("liam", "The owner of Acme Rail and other accounts is away, and somebody stands in"),
        ("marco", "You stand in at Acme Rail and other accounts while their owner is away"),
    ]


def test_lead_who_set_the_absence_knows_it(
    account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    away(csm, other_csm, now=now, by=lead)

    assert [who for who, _ in told()] == ["marco"]


def test_lead_of_another_team_is_not_told(
    account: Customer, csm: User, other_csm: User, ops: User, now: datetime
) -> None:
    factories.UserFactory.create(role="lead", team=Team.objects.create(name="Elsewhere"))

    away(csm, other_csm, now=now, by=ops)

    assert [who for who, _ in told()] == ["marco"]


def test_who_owns_no_account_is_away_without_news(csm: User, other_csm: User, lead: User, now: datetime) -> None:
    away(csm, other_csm, now=now, by=csm)

    assert told() == []


def test_absence_that_is_undone_tells_nobody(
    monkeypatch: Any, account: Customer, csm: User, other_csm: User, lead: User, now: datetime
) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("customers.services.absences.list_begin_steps", lambda: (fail,))

    with pytest.raises(RuntimeError):
        away(csm, other_csm, now=now, by=csm)

    assert told() == []

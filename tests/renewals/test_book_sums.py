"""The sums of the book are what a pass over all accounts adds up, whatever is written and before it is taken in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from config.benchmarks.copies import without_triggers
from customers.enums import ContractState
from customers.models import Contract, Customer, Team, User
from customers.services.kept_sums import drop_triggers, keep_sums, take_changes
from journeys.services.clock import tick
from renewals.models import BookChange, BookLine, BookSum, Renewal
from renewals.queries.book_filter import NO_OWNER, BookFilter, Question
from renewals.queries.book_summary import _add_up, _groups, read_facets, summarize_book
from renewals.queries.book_sums import BOOK
from renewals.queries.forecast import _open_groups, _open_sums
from renewals.rules.quarters import list_spans
from renewals.services.book_sums import WATCHED
from tests import factories
from tests.conftest import NOW
from tests.renewals.elsewhere import elsewhere

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
TODAY = date(2026, 3, 4)
DAYS = (-3, 0, 6, 7, 89, 90, 120, 179, 180, 400)
ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles")


@pytest.fixture
def owner(team: Team) -> User:
    return factories.UserFactory.create(username="ada", team=team)


@pytest.fixture
def other(db: None) -> User:
    return factories.UserFactory.create(username="cy", team=factories.TeamFactory.create())


@pytest.fixture
def teamless(db: None) -> User:
    return factories.UserFactory.create(username="di", team=None)


@pytest.fixture
def accounts(owner: User, other: User, teamless: User) -> list[Customer]:
    """Accounts of four kinds of owners on both sides of the edges of stages; they are in the sums."""
    found = [make(n, (owner, other, teamless, None)[n % 4]) for n in range(24)]
    take_changes(BOOK)
    return found


def make(n: int, owner: User | None) -> Customer:
    customer: Customer = factories.CustomerFactory.create(
        owner=owner,
        timezone=ZONES[n % 3],
        segment=("Growth", "Enterprise", "")[n % 3],
        churn_risk=(None, 25, 26, 51, 100)[n % 5],
        relationship_strength=(None, 4)[n % 2],
    )
    if n % 8:
        price, target = Decimal(1_000 * n), Decimal(1_100 * n) if n % 2 else None
        contract = factories.ContractFactory.create(
            customer=customer,
            current_price=price,
            target_price=target,
            currency=("USD", "EUR")[n % 2],
            start_date=None,
            renewal_date=TODAY + timedelta(days=DAYS[n % 10]),
        )
        if n % 3:
            Renewal.objects.create(customer=customer, contract=contract, confidence=(None, 40, 80)[n % 3])
    return customer


@pytest.fixture
def readers(accounts: list[Customer], owner: User, other: User, team: Team) -> list[User]:
    """Who sees all, a team's with the ownerless, those and accounts where there is a seat, a team's alone, the own."""
    make = factories.UserFactory.create
    seated = make(role="lead", team=team, stands_in_for=[str(other.pk)])
    Customer.objects.filter(pk=accounts[2].pk).update(executive=seated)
    return [make(role="ops"), make(role="lead", team=team), seated, make(role="read_only", team=team), owner]


def filters(owner: User) -> list[BookFilter]:
    return [
        BookFilter(),
        BookFilter(sort="risk", segment="Growth"),
        BookFilter(sort="relationship", risk="high"),
        BookFilter(sort="increase", owner=str(owner.pk)),
        BookFilter(sort="target", owner=NO_OWNER),
        BookFilter(sort="name", team=str(owner.team_id)),
        BookFilter(risk="low", team=str(owner.team_id)),
        BookFilter(segment="Growth", owner=str(owner.pk)),
        BookFilter(sort="owner"),
        BookFilter(sort="owner", segment="Growth"),
        BookFilter(text="acme"),
        BookFilter(text="acme", sort="name"),
        BookFilter(currency="EUR", sort="risk"),
    ]


def assert_exact(readers: Iterable[User], owner: User, *, now: datetime = NOW) -> None:
    for reader in readers:
        dates = read_facets(reader, now=now).dates
        spans = list_spans(earliest=min(dates.usual, *dates.others) if dates.others else dates.usual, today=TODAY)
        for wanted in filters(owner):
            question = Question(wanted, dates, *([_holders(wanted.text)] if wanted.text else []))

            assert summarize_book(reader, question) == _add_up(_groups(reader, question)), (reader.role, wanted)
            assert cells(_open_sums(reader, question, spans)) == cells(_open_groups(reader, question, spans))


def _holders(text: str) -> Any:
    return Customer.objects.filter(name__icontains=text).values("pk")


def cells(rows: Iterable[Any]) -> list[Any]:
    return sorted((*row[:4], *(value or 0 for value in row[4:])) for row in rows)


def of(customer: Customer) -> Any:
    return Contract.objects.filter(customer=customer, state=ContractState.ACTIVE)


CHANGES: dict[str, Callable[[list[Customer], User, User], Any]] = {
    "nothing": lambda a, owner, other: None,
    "a new account": lambda a, owner, other: make(9, owner),
    "accounts at once": lambda a, owner, other: Customer.objects.bulk_create(
        [Customer(name=f"New {n}", owner=owner, segment="Fresh") for n in range(3)]
    ),
    "an account removed": lambda a, owner, other: a[1].delete(),
    "all removed": lambda a, owner, other: Customer.objects.all().delete(),
    "another owner": lambda a, owner, other: Customer.objects.filter(pk=a[0].pk).update(owner=other),
    "no owner": lambda a, owner, other: Customer.objects.filter(pk=a[0].pk).update(owner=None),
    "another zone": lambda a, owner, other: Customer.objects.filter(pk=a[4].pk).update(timezone="Pacific/Kiritimati"),
    "another segment": lambda a, owner, other: Customer.objects.filter(pk=a[5].pk).update(segment="Growth"),
    "a risk": lambda a, owner, other: Customer.objects.all().update(churn_risk=77),
    "no risk": lambda a, owner, other: Customer.objects.filter(pk=a[1].pk).update(churn_risk=None),
    "a relationship": lambda a, owner, other: Customer.objects.all().update(relationship_strength=3),
    "another team": lambda a, owner, other: User.objects.filter(pk=other.pk).update(team=owner.team),
    "no team": lambda a, owner, other: User.objects.filter(pk=owner.pk).update(team=None),
    "an owner removed": lambda a, owner, other: other.delete(),
    "a day": lambda a, owner, other: of(a[1]).update(renewal_date=TODAY),
    "a price": lambda a, owner, other: of(a[1]).update(current_price=Decimal("0.07")),
    "a target": lambda a, owner, other: of(a[2]).update(target_price=Decimal("99999999.99")),
    "no target": lambda a, owner, other: of(a[1]).update(target_price=None),
    "a currency": lambda a, owner, other: of(a[1]).update(currency="CHF"),
    "a contract that ends": lambda a, owner, other: of(a[1]).update(state=ContractState.ENDED),
    "a contract removed": lambda a, owner, other: of(a[1]).delete(),
    "a contract that moves": lambda a, owner, other: of(a[1]).update(customer=a[0]),
    "a confidence": lambda a, owner, other: Renewal.objects.all().update(confidence=33),
    "a renewal removed": lambda a, owner, other: Renewal.objects.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_sums_are_what_a_pass_adds_up_before_and_after_a_change_is_taken_in(
    accounts: list[Customer],
    readers: list[User],
    owner: User,
    other: User,
    change: Callable[[list[Customer], User, User], Any],
) -> None:
    change(accounts, owner, other)

    others = [reader for reader in readers if reader.pk != other.pk]
    assert_exact(others, owner)
    take_changes(BOOK)
    assert not BookChange.objects.exists()
    assert_exact(others, owner)


def test_sums_follow_the_days_without_a_change(accounts: list[Customer], readers: list[User], owner: User) -> None:
    take_changes(BOOK)

    for days in (1, 30, 200):
        assert_exact(readers, owner, now=NOW + timedelta(days=days, hours=11))


def test_what_the_sums_do_not_hang_on_lists_no_account(accounts: list[Customer]) -> None:
    Customer.objects.update(notes="Called.", health_score=3)
    Contract.objects.update(plan="Gold", notice_days=30)
    Renewal.objects.update(stickiness=1)
    User.objects.update(title="Boss")

    assert not BookChange.objects.exists()


def test_tick_takes_changes_in_and_puts_nothing_of_it_on_its_report(accounts: list[Customer]) -> None:
    Customer.objects.update(churn_risk=1)

    report = tick(now=NOW)

    assert not BookChange.objects.exists()
    assert BookLine.objects.count() == len(accounts)
    assert report.swept["book_sums"] == 0


def test_sums_that_come_to_nothing_are_not_kept(accounts: list[Customer]) -> None:
    Customer.objects.all().delete()

    take_changes(BOOK)

    assert not BookSum.objects.exists()
    assert not BookLine.objects.exists()


def test_migrating_sets_right_what_was_written_without_triggers(
    accounts: list[Customer], readers: list[User], owner: User
) -> None:
    take_changes(BOOK)
    drop_triggers(connection, BOOK, WATCHED)
    Customer.objects.filter(pk=accounts[0].pk).update(churn_risk=99)
    of(accounts[1]).update(current_price=5)
    accounts[2].delete()
    with transaction.atomic(), without_triggers():
        make(11, owner)

    keep_sums(connection, BOOK, WATCHED)

    assert_exact(readers, owner)
    Customer.objects.update(churn_risk=2)
    assert BookChange.objects.count() == len(accounts)


@pytest.mark.django_db(transaction=True)
def test_change_that_is_committed_while_changes_are_taken_in_is_not_lost(owner: User) -> None:
    """The list is taken in by another connection while the change is under way, and again after it."""
    customer, reader = make(1, owner), factories.UserFactory.create(role="ops")
    Customer.objects.filter(pk=customer.pk).update(segment="Growth")

    with transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(churn_risk=88)
        elsewhere(lambda: take_changes(BOOK))

    assert_exact([reader], owner)
    take_changes(BOOK)
    assert_exact([reader], owner)


@pytest.mark.django_db(transaction=True)
def test_account_given_to_who_changes_teams_meanwhile_is_summed_up_under_the_new_team(owner: User, other: User) -> None:
    customer, reader = make(1, other), factories.UserFactory.create(role="lead", team=owner.team)
    take_changes(BOOK)

    with transaction.atomic():
        User.objects.filter(pk=owner.pk).update(team=other.team)
        giving = Thread(target=_give, args=(customer, owner))
        giving.start()
        giving.join(timeout=0.5)
    giving.join()
    take_changes(BOOK)

    assert_exact([reader, factories.UserFactory.create(role="lead", team=other.team)], owner)


def _give(customer: Customer, owner: User) -> None:
    Customer.objects.filter(pk=customer.pk).update(owner=owner)
    take_changes(BOOK)
    connection.close()

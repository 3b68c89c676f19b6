"""The next steps that PostgreSQL keeps are what the rule says of each account, whatever is written and as days come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from config.benchmarks.copies import without_triggers
from customers.enums import TodoActor, TodoState
from customers.models import Brake, Customer, Todo, User
from customers.queries.seen import read_zones
from emails.models import Draft
from journeys.services.clock import tick
from outreach.models import OutreachPlan, Touch
from renewals.models import Renewal, StepChange, StepLine
from renewals.queries import book_steps
from renewals.queries.book_days import group_zones
from renewals.queries.book_filter import BookFilter
from renewals.queries.step_lines import COLUMNS, LINES, new_lines
from renewals.services.step_lines import keep_steps, take_changes
from tests import factories
from tests.renewals.elsewhere import elsewhere
from tests.renewals.test_book_answers import CHANGES, make_whole_accounts
from tests.renewals.test_book_steps import NOW, TODAY, Account, assert_ordered_by_the_rule, make
from tests.renewals.test_book_steps import accounts as made_accounts

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
LATER = (timedelta(), timedelta(hours=9), timedelta(days=3), timedelta(days=31))
STEP_HANGS_ON = (
    "renamed", "zone", "made", "renewal date", "ended", "churned", "unlocked", "renewal gone", "braked", "held",
    "draft waits", "task opened", "plan gone", "contact planned", "many made", "gone",
)  # fmt: skip

WITHOUT_A_PLAN = ("unlocked", "renewal gone")
"""What is asked for only where no plan runs."""


@pytest.fixture
def accounts(csm: User) -> list[Customer]:
    return make_whole_accounts(csm)


def other_lines(now: datetime) -> list[Any]:
    """The lines that would be written otherwise now."""
    fresh, params = new_lines(group_zones(read_zones(), now=now), only_listed=False)
    columns = ", ".join(COLUMNS)
    kept = f"SELECT {columns} FROM {LINES}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH fresh AS ({fresh}) (({kept}) EXCEPT ALL SELECT * FROM fresh)"
            f" UNION ALL (SELECT * FROM fresh EXCEPT ALL ({kept}))",
            params,
        )
        return cursor.fetchall()


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(made=st.lists(made_accounts, min_size=10, max_size=40))
def test_order_from_kept_lines_is_what_the_rule_says_of_each_on_the_day_and_later(
    ops: User, made: list[Account]
) -> None:
    with transaction.atomic():
        make(made)
        take_changes(now=NOW)
        assert StepLine.objects.count() == len(made)
        for later in LATER:
            assert_ordered_by_the_rule(ops, now=NOW + later)
        take_changes(now=NOW + LATER[-1])
        assert other_lines(NOW + LATER[-1]) == []
        assert_ordered_by_the_rule(ops, now=NOW + LATER[-1])
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", CHANGES)
def test_lines_are_as_if_written_now_after_any_change_is_taken_in(
    ops: User,
    accounts: list[Customer],
    name: str,
) -> None:
    CHANGES["plan gone"](accounts[1])
    take_changes(now=NOW)
    before = list(StepLine.objects.order_by("account").values_list(*COLUMNS))

    CHANGES[name](accounts[1 if name in WITHOUT_A_PLAN else 0])

    assert_ordered_by_the_rule(ops, now=NOW)
    take_changes(now=NOW)
    assert not StepChange.objects.exists()
    assert other_lines(NOW) == []
    assert (list(StepLine.objects.order_by("account").values_list(*COLUMNS)) != before) == (name in STEP_HANGS_ON)


@pytest.mark.parametrize("remove", [Renewal, Touch, OutreachPlan, Todo, Draft])
def test_what_is_removed_waits_no_more(
    accounts: list[Customer],
    remove: type[Any],
) -> None:
    for name in ("draft waits", "task opened", "contact planned"):
        CHANGES[name](accounts[0])
    take_changes(now=NOW)

    remove.objects.all().delete()

    take_changes(now=NOW)
    assert other_lines(NOW) == []


def test_task_is_due_on_the_readers_day_whatever_day_it_iselsewhere() -> None:
    """One reader's accounts are where it is the 4th already, another's where it is still the 3rd."""
    at = datetime.fromisoformat("2026-03-04T11:00:00+00:00")
    readers = [factories.UserFactory.create(role="lead", team=factories.TeamFactory.create()) for _ in range(2)]
    for reader, zones in zip(readers, (("Pacific/Kiritimati",), ("Pacific/Pago_Pago", "Etc/GMT+12")), strict=True):
        for zone in zones:
            customer = factories.CustomerFactory.create(owner=reader, timezone=zone)
            for days in (-2, -1, 0, 1):
                Todo.objects.create(
                    customer=customer, title="Call", due_date=at.date() + timedelta(days=days), waits_since=at,
                    actor=TodoActor.CSM, state=TodoState.OPEN,
                )  # fmt: skip
            factories.ContractFactory.create(
                customer=customer, start_date=None, renewal_date=TODAY + timedelta(days=300)
            )
            factories.CustomerFactory.create(owner=reader, timezone=zone)
    Todo.objects.filter(due_date__lt=at.date()).delete()
    take_changes(now=at)

    for reader in readers:
        for hours in (0, 1, 13, 24, 37):
            assert_ordered_by_the_rule(reader, now=at + timedelta(hours=hours))


@pytest.mark.parametrize(
    "wanted",
    [BookFilter(owner="dana"), BookFilter(segment="Growth"), BookFilter(text="1"), BookFilter(stage="prepare")],
)
@pytest.mark.parametrize("many", [1, 3_000])
def test_part_of_a_book_is_in_the_same_order_however_it_is_found(
    monkeypatch: pytest.MonkeyPatch, lead: User, csm: User, many: int, wanted: BookFilter
) -> None:
    one = Account("UTC", NOW, 140, 90, True, True, None, False, None, [], [], [])
    make([one] * 20)
    Customer.objects.filter(name__endswith="1").update(owner=csm, segment="Growth")
    Customer.objects.filter(name__endswith="2").update(owner=csm)
    Brake.objects.create(customer=Customer.objects.get(name="Account 11"), set_at=NOW)
    take_changes(now=NOW)
    monkeypatch.setattr(book_steps, "MANY", many)
    asked = BookFilter(**{**vars(wanted), "owner": str(csm.pk) if wanted.owner else ""})

    for reader in (lead, csm):
        assert_ordered_by_the_rule(reader, now=NOW, wanted=asked)


def test_what_a_step_does_not_hang_on_lists_no_account(accounts: list[Customer]) -> None:
    take_changes(now=NOW)

    Customer.objects.update(notes="Called.", churn_risk=9, owner=None)
    Draft.objects.update(subject="Hello")
    Todo.objects.update(title="Write")
    Touch.objects.update(title="Write")
    Renewal.objects.update(stickiness=1, confidence=10)

    assert not StepChange.objects.exists()


def test_tick_writes_the_lines_of_what_changed_and_of_a_day_that_came(accounts: list[Customer]) -> None:
    report = tick(now=NOW)
    assert report.swept["book_steps"] == 0
    assert StepLine.objects.count() == 3
    begins = StepLine.objects.order_by("until_at").values_list("until_at", flat=True)[0]

    tick(now=begins - timedelta(seconds=1))
    assert StepLine.objects.filter(until_at=begins).exists()
    tick(now=begins)

    assert not StepLine.objects.filter(until_at__lte=begins).exists()
    assert other_lines(begins) == []


def test_migrating_sets_right_what_was_written_without_triggers(accounts: list[Customer]) -> None:
    take_changes(now=NOW)
    with transaction.atomic(), without_triggers():
        CHANGES["renamed"](accounts[0])
        CHANGES["many made"](accounts[0])
    assert other_lines(NOW) != []

    keep_steps(connection, now=NOW)

    assert other_lines(NOW) == []


@pytest.mark.django_db(transaction=True)
def test_change_that_is_committed_while_changes_are_taken_in_is_not_lost(ops: User) -> None:
    """The list is taken in by another connection while the change is under way, and again after it."""
    customer = factories.CustomerFactory.create(name="Acme")
    Customer.objects.filter(pk=customer.pk).update(name="Bcme")

    with transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(name="Zebra")
        elsewhere(lambda: take_changes(now=NOW))

    assert StepLine.objects.get().name == "Bcme"
    assert StepChange.objects.get().account == customer.pk
    take_changes(now=NOW)
    assert StepLine.objects.get().name == "Zebra"

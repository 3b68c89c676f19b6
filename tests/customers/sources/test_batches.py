"""What a pull brings is kept in batches: the same as one by one, in as many statements for many as for few."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.enums import ContractState
from customers.models import Activity, Contract, Customer, UsageSample, UsageSource, User
from customers.queries.kept import forget_answers
from customers.rules.source_mapping import read_mapping
from customers.services import taking_in
from customers.services.taking_in import Result, take_in
from outreach.models import ExpansionLook
from renewals.models import Renewal
from renewals.services import entering_many, follow
from tests import factories
from tests.conftest import NOW
from tests.customers.sources.one_by_one import everything_kept, take_in_one_by_one

pytestmark = pytest.mark.django_db
MAPPING = (
    "account = a\nmetric = m\nvalue = v\nlimit = l\nat = t\nusage.seats = s\nlimit.seats = sl\n"
    "contract.plan = plan\ncontract.current_price = price\ncontract.currency = currency\n"
    "contract.start_date = start\ncontract.renewal_date = end\ncontract.notice_days = notice"
)
WIDE = MAPPING.replace("metric = m\nvalue = v\nlimit = l\n", "")
KINDS = ("bare", "running", "locked", "unopened", "between", "known_usage")
DAYS = ("2025-07-02", "2026-07-02", "2026-09-01")


def ignore(result: Result) -> None:
    """A pull that nobody watches."""


def make_source(mapping: str = WIDE) -> UsageSource:
    return UsageSource(name="Meter", mapping=read_mapping(mapping))


def make_accounts(owner: User) -> None:
    """One of each kind: what a contract can be in, and what can be known of usage."""
    for kind in KINDS:
        customer = factories.CustomerFactory.create(external_id=kind, owner=owner, currency="EUR")
        if kind == "known_usage":
            for day in (2, 3):
                at = datetime(2026, 3, day, tzinfo=NOW.tzinfo)
                factories.UsageSampleFactory.create(customer=customer, metric="seats", at=at, limit=None)
        if kind in ("running", "locked", "unopened"):
            contract = factories.ContractFactory.create(customer=customer, current_price=Decimal(5))
            if kind != "unopened":
                locked_at = NOW if kind == "locked" else None
                Renewal.objects.create(contract=contract, customer=customer, price_locked_at=locked_at)
        if kind == "between":
            # Its last contract has ended, and the renewal of it waits for an outcome.
            ended = factories.ContractFactory.create(customer=customer, state=ContractState.ENDED)
            Renewal.objects.create(contract=ended, customer=customer)


def may_be_empty(values: Any) -> Any:
    return st.one_of(st.none(), values)


rows = st.fixed_dictionaries(
    {
        "a": st.sampled_from([*KINDS, "unknown", ""]),
        "t": st.sampled_from([None, "2026-03-03T00:00:00Z", "2026-03-03T01:00:00+01:00", "2026-03-02", "soon"]),
        "s": may_be_empty(st.sampled_from([98, "98.0000", "97.5", 0, -3, "many", "99999999999.9999"])),
        "sl": may_be_empty(st.sampled_from([100, "100.5", "x"])),
        "plan": may_be_empty(st.sampled_from(["Professional", "Gold", "x" * 121])),
        "price": may_be_empty(st.sampled_from(["5.00", 5, "6.01", -1, "999999999999.99"])),
        "currency": may_be_empty(st.sampled_from(["usd", "EUR", "EURO"])),
        "start": may_be_empty(st.sampled_from(DAYS)),
        "end": may_be_empty(st.sampled_from(DAYS)),
        "notice": may_be_empty(st.sampled_from([90, 30, 731])),
    }
)


@settings(
    max_examples=400 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 30,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(items=st.lists(rows, min_size=1, max_size=25), together=st.sampled_from([1, 2, 1_000]))
def test_batches_come_to_what_one_by_one_comes_to(csm: User, items: list[Any], together: int) -> None:
    came = []
    for way in (
        lambda: take_in_one_by_one(items, make_source(), now=NOW),
        lambda: take_in(items, make_source(), now=NOW, after_batch=ignore),
    ):
        with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(taking_in, "ACCOUNTS", together)
            make_accounts(csm)
            result = way()
            again = way()
            came.append((result, again, everything_kept()))
            transaction.set_rollback(True)

    assert came[1] == came[0]


# --- statements ------------------------------------------------------------------------------------------------------


@pytest.fixture
def count(django_capture_on_commit_callbacks: Any) -> Callable[[list[Any]], int]:
    def count_statements(items: list[Any]) -> int:
        forget_answers()
        with CaptureQueriesContext(connection) as queries, django_capture_on_commit_callbacks(execute=True):
            result = take_in(items, make_source(), now=NOW, after_batch=ignore)
        assert result.refused == []
        return len(queries)

    return count_statements


def make_many(owner: User, number: int) -> list[str]:
    made = factories.CustomerFactory.create_batch(number, owner=owner)
    return [customer.external_id for customer in made]


def told(names: list[str], **said: Any) -> list[dict[str, Any]]:
    return [{"a": name, **said} for name in names]


@pytest.mark.parametrize(
    "said",
    [{"s": 7, "sl": 9}, {"price": 7, "end": "2026-09-01"}, {"s": 7, "price": 7, "end": "2026-09-01", "plan": "Gold"}],
)
def test_many_accounts_take_as_many_statements_as_few(csm: User, count: Callable[..., int], said: Any) -> None:
    few, many = make_many(csm, 25), make_many(csm, 75)  # fewer than 21 lines of the record go in by another way
    new = count(told(few, **said)), count(told(many, **said))
    again = count(told(few, **said)), count(told(many, **said))
    other = {name: value if name == "end" else "8" for name, value in said.items()}
    changed = count(told(few, **other)), count(told(many, **other))

    assert [new[0], again[0], changed[0]] == [new[1], again[1], changed[1]]
    assert max(again) < min(new)


def test_readings_by_the_thousand_are_written_in_parts(
    csm: User, count: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.services.usage.TOGETHER", 10)
    names = make_many(csm, 25)

    count(told(names, s=7))

    assert UsageSample.objects.filter(value=7).count() == 25
    assert Activity.objects.filter(verb="usage.recorded").count() == 25


def test_largest_number_that_comes_again_is_no_change(csm: User) -> None:
    items = told(make_many(csm, 1), s="9999999999999.9999")

    first, again = (take_in(items, make_source(), now=NOW, after_batch=ignore).readings for _ in range(2))

    assert (first, again) == (1, 0)


# --- what follows ----------------------------------------------------------------------------------------------------


def test_accounts_that_moved_are_looked_at_for_expansion_and_the_others_not(csm: User) -> None:
    """They are noted in the pull's own transactions: nothing is left to do for a process that dies after a commit."""
    used, paid, still = make_many(csm, 3)
    take_in(told([still], s=7), make_source(), now=NOW - timedelta(days=1), after_batch=ignore)
    ExpansionLook.objects.all().delete()

    items = [*told([used, still], s=7, t="2026-03-03T00:00:00Z"), *told([paid], price=7, end="2026-09-01")]
    items[1]["t"] = "2026-03-03"
    take_in(items, make_source(), now=NOW, after_batch=ignore)

    looked_at = ExpansionLook.objects.values_list("customer__external_id", flat=True)
    assert set(looked_at) == {used, paid}


def test_plans_that_run_follow_their_contracts_and_one_that_cannot_stops_no_other(
    csm: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    names = make_many(csm, 3)
    ids = [customer.pk for customer in Customer.objects.filter(external_id__in=names).order_by("pk")]
    followed = []

    def follow_one(customer_id: Any, *, now: datetime) -> None:
        followed.append(customer_id)
        if customer_id == ids[0]:
            raise ValueError("no plan can be made of it")

    monkeypatch.setattr(follow, "list_live_accounts", lambda found: sorted(found))
    monkeypatch.setattr(follow, "follow_account", follow_one)
    with django_capture_on_commit_callbacks(execute=True):
        take_in(told(names, price=7, end="2026-09-01"), make_source(), now=NOW, after_batch=ignore)

    assert followed == ids


# --- a person at the same account ------------------------------------------------------------------------------------


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Have a person write between the look at what stands and the look under lock."""

    def set_up(write: Callable[[], object]) -> None:
        look = entering_many._look_under_lock

        def write_and_look(*args: Any, **kwargs: Any) -> Any:
            write()
            return look(*args, **kwargs)

        monkeypatch.setattr(entering_many, "_look_under_lock", write_and_look)

    return set_up


def test_what_a_person_changed_meanwhile_is_not_overwritten(csm: User, meanwhile: Callable[..., None]) -> None:
    contract = factories.ContractFactory.create(customer__owner=csm, plan="Silver", notice_days=90)
    meanwhile(lambda: Contract.objects.update(plan="By hand", notice_days=45))

    result = take_in(told([contract.customer.external_id], price=7), make_source(), now=NOW, after_batch=ignore)

    contract.refresh_from_db()
    assert (contract.plan, contract.notice_days, contract.current_price) == ("By hand", 45, 7)
    assert Activity.objects.get(verb="contract.changed").data["changes"] == {"current_price": ["250000.00", "7.00"]}
    assert result.contracts == 1


def test_price_that_a_person_locked_meanwhile_does_not_move(csm: User, meanwhile: Callable[..., None]) -> None:
    contract = factories.ContractFactory.create(customer__owner=csm, current_price=Decimal(5))
    Renewal.objects.create(contract=contract, customer=contract.customer)
    meanwhile(lambda: Renewal.objects.update(price_locked_at=NOW))

    result = take_in(told([contract.customer.external_id], price=7), make_source(), now=NOW, after_batch=ignore)

    contract.refresh_from_db()
    assert contract.current_price == 5
    assert result.refused[0]["reason"] == "current_price: The price is locked. Unlock it first."


def test_what_a_person_entered_just_so_meanwhile_is_no_change(csm: User, meanwhile: Callable[..., None]) -> None:
    contract = factories.ContractFactory.create(customer__owner=csm, current_price=Decimal(5))
    meanwhile(lambda: Contract.objects.update(current_price=7))

    result = take_in(told([contract.customer.external_id], price=7), make_source(), now=NOW, after_batch=ignore)

    assert result.contracts == 0
    assert not Activity.objects.filter(verb="contract.changed").exists()


def test_contract_that_somebody_enters_in_the_last_moment_has_it_looked_at_again(
    csm: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = make_many(csm, 3)
    late = Customer.objects.get(external_id=names[1])
    look = entering_many._look_under_lock
    entered = []

    def look_and_let_enter(*args: Any, **kwargs: Any) -> Any:
        desk = look(*args, **kwargs)
        if not entered:
            entered.append(factories.ContractFactory.create(customer=late))
        return desk

    monkeypatch.setattr(entering_many, "_look_under_lock", look_and_let_enter)

    result = take_in(told(names, price=7, end="2026-09-01"), make_source(), now=NOW, after_batch=ignore)

    assert (len(entered), result.contracts, result.refused) == (1, 3, [])
    assert list(Contract.objects.values_list("current_price", "renewal_date")) == [(Decimal(7), date(2026, 9, 1))] * 3

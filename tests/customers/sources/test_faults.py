"""What goes wrong while a pull is kept: an account that cannot be written, a worker that dies, a database that goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from customers.enums import PullState
from customers.models import Activity, Contract, Customer, UsagePull, UsageSample, UsageSource, User
from customers.rules.source_mapping import read_mapping
from customers.services import pulling, taking_in, usage
from customers.services.halving import half_by_half
from renewals.services import entering_many
from tests import factories
from tests.customers.sources.conftest import answer, item, last

POISON = "poison"
LATER = timedelta(hours=2)
Names = list[str]


@pytest.fixture
def names(source: UsageSource, csm: User) -> Names:
    """The accounts of a source that tells of usage and of contracts."""
    lines = ("account = accountId", "metric = metric", "value = used", "contract.current_price = price",
             "contract.renewal_date = end")  # fmt: skip
    UsageSource.objects.update(mapping=read_mapping("\n".join(lines)))
    made = factories.CustomerFactory.create_batch(7, owner=csm)
    return [customer.external_id for customer in made]


def tell(httpserver: HTTPServer, names: Names, **said: Any) -> None:
    answer(httpserver, *[item(accountId=name, used=7, price=9, end="2026-09-01", **said) for name in names])


def refuse_in_database(table: str, column: str, value: str) -> None:
    """Have the database refuse a value, as no check of ours does."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER poisoned BEFORE INSERT ON {table} WHEN new.{column} = '{value}' "
                "BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
            )
        else:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT poisoned CHECK ({column} <> '{value}')")


def lines_of(verb: str) -> Counter[str]:
    return Counter(Activity.objects.filter(verb=verb).values_list("customer__external_id", flat=True))


@pytest.mark.django_db
def test_account_whose_reading_cannot_be_written_stops_no_neighbour(
    httpserver: HTTPServer, names: Names, now: datetime
) -> None:
    refuse_in_database(UsageSample._meta.db_table, "metric", POISON)
    told = [item(accountId=name, metric=POISON if place == 3 else "seats", used=7) for place, name in enumerate(names)]
    answer(httpserver, *told)

    pulling.sweep(now)

    good = names[:3] + names[4:]
    pull = last()
    assert (pull.state, pull.accounts, pull.readings, pull.refused_count) == (PullState.DONE, 7, 6, 1)
    assert pull.refused == [{"row": 4, "account": names[3], "reason": "IntegrityError while it was written."}]
    assert sorted(UsageSample.objects.values_list("customer__external_id", flat=True)) == sorted(good)
    assert lines_of("usage.recorded") == Counter(good)


@pytest.mark.django_db
def test_account_whose_contract_cannot_be_written_stops_no_neighbour_and_keeps_its_reading(
    httpserver: HTTPServer, names: Names, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = Customer.objects.get(external_id=names[5]).pk
    note = entering_many.record_many

    def refuse(lines: list[dict[str, Any]]) -> None:
        if any(one["customer_id"] == poisoned for one in lines):
            raise IntegrityError("poisoned")
        note(lines)

    monkeypatch.setattr(entering_many, "record_many", refuse)
    tell(httpserver, names)

    pulling.sweep(now)

    good = names[:5] + names[6:]
    pull = last()
    assert (pull.state, pull.readings, pull.contracts) == (PullState.DONE, 7, 6)
    assert pull.refused == [{"row": 6, "account": names[5], "reason": "IntegrityError while it was written."}]
    assert sorted(Contract.objects.values_list("customer__external_id", flat=True)) == sorted(good)
    assert lines_of("contract.added") == lines_of("renewal.opened") == Counter(good)
    assert lines_of("usage.recorded") == Counter(names)


@pytest.mark.django_db
def test_pull_of_which_nothing_can_be_written_is_tried_again(
    httpserver: HTTPServer, names: Names, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "MOST_FAILURES", 3)
    refuse_in_database(UsageSample._meta.db_table, "metric", "seats")
    tell(httpserver, names)

    pulling.sweep(now)

    assert (last().state, last().note) == (PullState.FAILED, "IntegrityError while it was applied.")
    assert UsageSource.objects.get().next_due_at == now + pulling.RETRY_AFTER


@pytest.mark.django_db
def test_database_that_is_gone_is_no_accounts_fault(
    httpserver: HTTPServer, names: Names, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def be_gone(*args: Any, **kwargs: Any) -> Any:
        asked.append(args)
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(taking_in, "record_usage_of", be_gone)
    tell(httpserver, names)

    pulling.sweep(now)

    assert (len(asked), last().state, last().refused) == (1, PullState.FAILED, [])
    assert UsageSource.objects.get().next_due_at == now + pulling.RETRY_AFTER


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str, int], None]:
    """Have the worker die as it calls something for the n-th time, once."""

    def set_up(where: Any, name: str, nth: int) -> None:
        work, calls = getattr(where, name), []

        def die(*args: Any, **kwargs: Any) -> Any:
            calls.append(name)
            if len(calls) == nth:
                raise SystemExit
            return work(*args, **kwargs)

        monkeypatch.setattr(where, name, die)

    return set_up


# Two batches of usage and contracts are through, or the third is under way.
DEATHS: Sequence[tuple[Any, str, int]] = [
    (pulling, "_stay", 1),
    (pulling, "_stay", 2),
    (usage, "record_many", 2),
    (usage, "upsert_rows", 3),
    (entering_many, "record_many", 2),
    (entering_many, "_look_under_lock", 3),
    (taking_in, "find_ids", 4),
    (pulling, "_finish", 1),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("where", "name", "nth"), DEATHS)
def test_worker_that_dies_leaves_whole_batches_and_the_next_goes_on_behind_them(
    httpserver: HTTPServer, names: Names, now: datetime, dies: Any, monkeypatch: pytest.MonkeyPatch,
    where: Any, name: str, nth: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(taking_in, "ACCOUNTS", 2)
    tell(httpserver, names)
    dies(where, name, nth)

    with pytest.raises(SystemExit):
        pulling.sweep(now)
    left = last()
    kept = Counter(UsageSample.objects.values_list("customer__external_id", flat=True))
    assert (left.state, lines_of("usage.recorded")) == (PullState.RUNNING, kept)
    assert left.readings <= len(kept) < left.readings + 3
    pulling.sweep(now + LATER)
    pulling.sweep(now + LATER * 2)

    assert [pull.state for pull in UsagePull.objects.order_by("started_at")] == [PullState.FAILED, PullState.DONE]
    assert last().readings == len(names) - len(kept)
    assert Counter(UsageSample.objects.values_list("customer__external_id", flat=True)) == Counter(names)
    assert Counter(Contract.objects.values_list("customer__external_id", flat=True)) == Counter(names)
    for verb in ("usage.recorded", "contract.added", "renewal.opened"):
        assert lines_of(verb) == Counter(names), verb


@pytest.mark.django_db
def test_worker_that_was_given_up_meanwhile_stops_at_its_next_batch(
    httpserver: HTTPServer, names: Names, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "ACCOUNTS", 2)
    stay, began = pulling._stay, []

    def stay_until_given_up(pull: UsagePull, *args: Any, **kwargs: Any) -> None:
        began.append(pull)
        if len(began) == 2:
            UsagePull.objects.update(leased_until=now - LATER)
            UsageSource.objects.update(next_due_at=now + LATER)
            pulling.sweep(now)
        stay(pull, *args, **kwargs)

    monkeypatch.setattr(pulling, "_stay", stay_until_given_up)
    tell(httpserver, names)

    pulling.sweep(now)

    assert (len(began), last().state, UsageSample.objects.count()) == (2, PullState.FAILED, 4)
    assert last().readings == 2


@pytest.mark.django_db
def test_long_pull_stays_its_workers(
    httpserver: HTTPServer, names: Names, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "ACCOUNTS", 2)
    clock = iter(range(0, 10_000, 400))
    monkeypatch.setattr(pulling, "monotonic", lambda: next(clock))
    seen = []
    monkeypatch.setattr(taking_in, "find_ids", _seeing(taking_in.find_ids, seen))
    tell(httpserver, names)

    pulling.pull_source(UsageSource.objects.get().pk, now=now)

    assert seen == [now + pulling.LEASE + timedelta(seconds=400 * batch) for batch in range(4)]


def _seeing(find: Callable[..., Any], seen: list[datetime]) -> Callable[..., Any]:
    def find_and_see(accounts: Any) -> Any:
        seen.append(last().leased_until)
        return find(accounts)

    return find_and_see


# --- half by half ----------------------------------------------------------------------------------------------------


class Deadlock(Exception):
    sqlstate = "40P01"


@given(spoiled=st.lists(st.booleans(), max_size=40))
def test_each_item_is_worked_on_once_and_only_the_spoiled_are_set_apart(spoiled: list[bool]) -> None:
    done: list[int] = []
    apart: list[int] = []

    def work(some: Sequence[int]) -> int:
        if any(spoiled[one] for one in some):
            raise ValueError("spoiled")
        done.extend(some)
        return len(some)

    def alone(one: int, error: Exception) -> int:
        apart.append(one)
        return 0

    counted = half_by_half(range(len(spoiled)), work, alone=alone)

    assert done == [one for one, is_spoiled in enumerate(spoiled) if not is_spoiled]
    assert apart == [one for one, is_spoiled in enumerate(spoiled) if is_spoiled]
    assert sum(counted) == len(done)


def test_deadlock_is_tried_again_by_halves() -> None:
    sizes = []

    def work(some: Sequence[int]) -> int:
        sizes.append(len(some))
        if len(sizes) == 1:
            raise OperationalError("deadlock detected") from Deadlock()
        return len(some)

    assert half_by_half(range(5), work, alone=lambda one, error: 0) == [2, 3]
    assert sizes == [5, 2, 3]

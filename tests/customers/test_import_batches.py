"""A book is written in batches: the same as account by account, in as many statements for many as for few."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.models import Activity, Contract, Customer, HealthSample, ImportChange, ImportRun, Stakeholder, User
from customers.queries.kept import forget_answers
from customers.services.importing import writing
from customers.services.importing.reading import Options, Upload
from customers.services.importing.runs import import_now
from customers.services.importing.undoing import undo_import
from outreach.models import ExpansionLook, TriggerLog, TriggerMapping
from renewals.models import Renewal
from tests.conftest import NOW
from tests.factories import ContractFactory, CustomerFactory, StakeholderFactory

pytestmark = pytest.mark.django_db
HEAD = "Account ID,Account Name,Country,Currency,Health Score,Amount,Renewal Date,Contact Name,Email,Role,Confidence"
Cells = tuple[str, ...]


def run_import(user: User, rows: list[Cells]) -> ImportRun:
    text = "\n".join([HEAD, *(",".join(cells) for cells in rows)]) + "\n"
    return import_now([Upload("book.csv", text.encode())], Options(), by=user, now=NOW)


def of_account(name: str, **other: str) -> Cells:
    cells = {"country": "DE", "currency": "EUR", "health": "", "amount": "1000.50", "end": "2026-12-31"}
    cells |= {"contact": f"Ann {name}", "email": f"ann@a{name}.example", "role": "Champion", "confidence": ""} | other
    return (name, f"Account {name}", *cells.values())


# --- the same as one by one ------------------------------------------------------------------------------------------

KEPT: dict[Any, tuple[str, ...]] = {
    Customer: ("external_id", "name", "country", "currency", "timezone", "owner", "health_score", "segment"),
    Contract: ("customer__name", "current_price", "currency", "start_date", "renewal_date", "notice_days", "state"),
    Stakeholder: ("customer__name", "name", "email", "roles", "primary", "left_at", "language"),
    HealthSample: ("customer__name", "score", "at"),
    Renewal: ("customer__name", "contract__renewal_date", "confidence", "closed_at"),
    Activity: ("customer__name", "verb", "summary", "subject_kind", "actor", "data"),
    ImportChange: ("kind", "before", "after"),
}
rows_of_books = st.lists(
    st.builds(
        of_account,
        st.sampled_from(["1", "2", "3", "4", "5", "6"]),
        country=st.sampled_from(["", "DE", "US", "XX"]),
        currency=st.sampled_from(["", "EUR"]),
        health=st.sampled_from(["", "40", "41"]),
        amount=st.sampled_from(["", "1000.50", "5"]),
        end=st.sampled_from(["", "2026-12-31", "2027-01-31"]),
        contact=st.sampled_from(["", "Ann Lee", "Bo Ray"]),
        email=st.sampled_from(["", "ann@a.example", "bo@a.example"]),
        role=st.sampled_from(["", "Champion", "Economic Buyer"]),
        confidence=st.sampled_from(["", "70"]),
    ),
    min_size=1,
    max_size=14,
)


def everything() -> dict[str, list[str]]:
    return {model.__name__: sorted(map(repr, model.objects.values_list(*names))) for model, names in KEPT.items()}


@settings(
    max_examples=200 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 20,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=rows_of_books)
def test_batches_come_to_what_account_by_account_comes_to_and_undo_takes_all_back(csm: User, rows: list[Cells]) -> None:
    came = []
    for together in (1, 3, 500):
        with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(writing, "BATCH_ACCOUNTS", together)
            known = CustomerFactory.create(external_id="2", name="Account 2", owner=csm, health_score=40)
            ContractFactory.create(customer=known)
            StakeholderFactory.create(customer=known, name="Bo Ray", email="bo@a.example")
            before = everything()
            run = run_import(csm, rows)
            kept = everything()
            undo_import(run, now=NOW, by=csm)
            after = everything()
            came.append((run.report, kept))
            transaction.set_rollback(True)
        for part in ("Customer", "Contract", "Stakeholder", "HealthSample", "Renewal"):
            assert after[part] == before[part], part

    assert came[1] == came[0]
    assert came[2] == came[0]


# --- statements ------------------------------------------------------------------------------------------------------


@pytest.fixture
def count(csm: User, django_capture_on_commit_callbacks: Any) -> Callable[..., int]:
    def count_statements(names: list[str], **cells: str) -> int:
        forget_answers()
        rows = [of_account(name, **cells) for name in names]
        with CaptureQueriesContext(connection) as queries, django_capture_on_commit_callbacks(execute=True):
            run = run_import(csm, rows)
        assert run.report["refused"] == []
        return len(queries)

    return count_statements


def test_many_new_accounts_take_as_many_statements_as_few(count: Callable[..., int]) -> None:
    few, many = [f"f{n}" for n in range(25)], [f"m{n}" for n in range(150)]

    new = count(few, health="40", confidence="70"), count(many, health="40", confidence="70")
    again = count(few, health="40", confidence="70"), count(many, health="40", confidence="70")

    assert new[0] == new[1]
    assert again[0] == again[1]
    assert again[0] < new[0]
    assert ExpansionLook.objects.count() == len(few) + len(many)


def test_new_accounts_that_a_sequence_waits_for_are_noted_together_and_each_weighed_once(
    csm: User, django_capture_on_commit_callbacks: Any
) -> None:
    TriggerMapping.objects.create(trigger_type="new_customer", sequence_id=7, sequence_name="Welcome")
    noted = []

    for number in (3, 5):
        with CaptureQueriesContext(connection) as queries, django_capture_on_commit_callbacks(execute=True):
            run_import(csm, [of_account(str(account)) for account in range(number)])
        noted.append(sum(one["sql"].startswith('INSERT INTO "outreach_triggerlog"') for one in queries))

    assert (noted, TriggerLog.objects.count()) == ([1, 1], 5)
    assert not TriggerLog.objects.exclude(due_at=None, evaluated_at__isnull=False).exists()


# --- faults ----------------------------------------------------------------------------------------------------------


def test_account_that_the_database_refuses_stops_no_neighbour_and_undo_takes_the_others_back(
    csm: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER poisoned BEFORE INSERT ON customers_stakeholder WHEN new.name = 'Poison' "
                "BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
            )
        else:
            cursor.execute("ALTER TABLE customers_stakeholder ADD CONSTRAINT poisoned CHECK (name <> 'Poison')")
    sizes = []
    write = writing._write_batch

    def see_and_write(batch: Any, **kwargs: Any) -> Any:
        sizes.append(len(batch))
        return write(batch, **kwargs)

    monkeypatch.setattr(writing, "_write_batch", see_and_write)
    rows = [of_account(str(number), contact="Poison" if number == 5 else "Ann Lee") for number in range(9)]

    run = run_import(csm, rows)

    assert (run.report["created"], run.report["refused_rows"]) == (8, 1)
    assert "clashes" in run.report["refused"][0]["reason"]
    assert sorted(Customer.objects.values_list("external_id", flat=True)) == [str(n) for n in range(9) if n != 5]
    assert Activity.objects.filter(verb="customer.imported").count() == Renewal.objects.count() == 8
    assert sizes == [9, 4, 5, 2, 1, 1, 3]

    undo_import(run, now=NOW, by=csm)
    assert (Customer.objects.count(), Contract.objects.count(), Renewal.objects.count()) == (0, 0, 0)

"""How long a book takes to come in through the importer, beside a loop that saves row by row, and beside COPY.

Each turn imports other accounts with their people; then the same files once more, and once more with some rows changed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, models
from django.utils import timezone

from config.benchmarks.scratch import InTurn, scratch_database
from customers.enums import ImportState, Role
from customers.models import Contract, Customer, ImportRun, Stakeholder, User
from customers.services.importing.reading import Options, Upload
from customers.services.importing.runs import import_now

TURNS = 3
PEOPLE = 3
SAMPLE = 300
"""Accounts of the loop."""

CHANGED_EVERY = 20
"""Of the rows that come again, one of so many says something else."""

ACCOUNT_HEAD = (
    "Account ID",
    "Account Name",
    "Segment",
    "Time Zone",
    "Country",
    "Churn Risk",
    "Current Price",
    "Renewal Date",
)
PEOPLE_HEAD = ("Account ID", "Name", "Email", "Title", "Role")
ROLES = ("champion", "decision_maker", "economic_buyer")
SEGMENTS = ("Enterprise", "Mid-market", "Growth")
FIRST_DAY = date(2027, 1, 1)

Rows = list[tuple[Any, ...]]


def measure_import(*, accounts: int = 10_000) -> Iterator[dict[str, Any]]:
    """This will give a line for a book that is new, the same once more, and once more with some rows changed."""
    with scratch_database():
        by = User.objects.create(username="bench-import", role=Role.OPS, email="ops@bench.example")
        yield from measure_books(accounts, by=by)


def measure_books(accounts: int, *, by: User, turns: int = TURNS) -> Iterator[dict[str, Any]]:
    """This will import into the database that is open."""
    ways = InTurn()
    for turn in range(turns):
        for name, size, work in _list_ways(turn, accounts, by):
            ways.take(name, size, work)
    each = ways.medians()
    rows = accounts * (1 + PEOPLE)
    for part in ("new", "again", "changed"):
        yield {
            "part": part,
            "database": connection.vendor,
            "accounts": accounts,
            "people": accounts * PEOPLE,
            "turns": turns,
            "seconds": round(each[part] * rows, 2),
            "rows_per_s": round(1 / each[part]),
            "statements": ways.statements[part],
            **(_beside(each) if part == "new" else {}),
        }


def _beside(each: dict[str, float]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "loop_rows_per_s": round(1 / each["loop"]),
        "times_the_loop": round(each["loop"] / each["new"], 1),
    }
    if "copy" in each:
        found |= {"copy_rows_per_s": round(1 / each["copy"]), "of_copy": round(each["copy"] / each["new"], 3)}
    return found


def _list_ways(turn: int, accounts: int, by: User) -> Iterator[tuple[str, int, Callable[[], object]]]:
    """Each way with how many rows it takes in. The same accounts under other ids are copied and looped over."""
    rows = accounts * (1 + PEOPLE)
    first = _account_rows(f"book-{turn}", accounts), _people_rows(f"book-{turn}", accounts)
    yield "new", rows, partial(_import, *first, by)
    yield "again", rows, partial(_import, *first, by)
    yield "changed", rows, partial(_import, _with_other_risks(first[0]), first[1], by)
    few = min(SAMPLE, accounts)
    looped = _account_rows(f"loop-{turn}", few), _people_rows(f"loop-{turn}", few)
    yield "loop", few * (1 + PEOPLE), partial(_loop, *looped, by)
    if connection.vendor == "postgresql":
        copied = _objects(_account_rows(f"copy-{turn}", accounts), _people_rows(f"copy-{turn}", accounts), by)
        yield "copy", rows, partial(_copy_all, copied)


def _account_rows(name: str, count: int) -> Rows:
    return [
        (f"{name}-{n}", f"Account {name} {n}", SEGMENTS[n % 3], "Europe/Berlin", "DE", n % 101, 20_000 + n % 400 * 100,
         FIRST_DAY + timedelta(days=n % 300))
        for n in range(count)
    ]  # fmt: skip


def _people_rows(name: str, count: int) -> Rows:
    return [
        (f"{name}-{n}", f"Person {place} {n}", f"p{place}.{n}@{name}.example", "Head of Sales", role)
        for n in range(count)
        for place, role in enumerate(ROLES)
    ]


def _with_other_risks(accounts: Rows) -> Rows:
    return [
        (*row[:5], (row[5] + 1) % 101, *row[6:]) if number % CHANGED_EVERY == 0 else row
        for number, row in enumerate(accounts)
    ]


def _import(accounts: Rows, people: Rows, by: User) -> ImportRun:
    files = [Upload("accounts.csv", _csv(ACCOUNT_HEAD, accounts)), Upload("people.csv", _csv(PEOPLE_HEAD, people))]
    run = import_now(files, Options(), by=by, now=timezone.now())
    if run.state != ImportState.DONE or run.report["refused_rows"]:
        raise RuntimeError(f"The book was not taken whole: {run.state}, {run.report.get('refused_rows')} rows refused.")
    return run


def _csv(head: Sequence[str], rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def _loop(accounts: Rows, people: Rows, by: User) -> None:
    """What one would write first: look each row up, make it or change it."""
    for their_id, name, segment, zone, country, risk, price, renewal_date in accounts:
        fields = {
            "name": name,
            "segment": segment,
            "timezone": zone,
            "country": country,
            "churn_risk": risk,
            "owner": by,
        }
        customer, _ = Customer.objects.update_or_create(external_id=their_id, defaults=fields)
        terms = {"current_price": Decimal(price), "renewal_date": renewal_date}
        Contract.objects.update_or_create(customer=customer, state="active", defaults=terms)
    for their_id, name, email, title, role in people:
        customer = Customer.objects.get(external_id=their_id)
        fields = {"name": name, "title": title, "roles": [role]}
        Stakeholder.objects.update_or_create(customer=customer, email=email, defaults=fields)


def _objects(accounts: Rows, people: Rows, by: User) -> list[list[Any]]:
    """The same rows, ready to be written, so that COPY alone is measured."""
    customers = {
        row[0]: Customer(external_id=row[0], name=row[1], segment=row[2], timezone=row[3], country=row[4],
                         churn_risk=row[5], owner=by)
        for row in accounts
    }  # fmt: skip
    contracts = [
        Contract(customer=customers[row[0]], current_price=Decimal(row[6]), renewal_date=row[7]) for row in accounts
    ]
    persons = [
        Stakeholder(customer=customers[row[0]], name=row[1], email=row[2], title=row[3], roles=[row[4]])
        for row in people
    ]
    return [list(customers.values()), contracts, persons]


def _copy_all(tables: list[list[Any]]) -> None:
    for rows in tables:
        _copy(rows)


def _copy(rows: list[Any]) -> None:
    model: type[models.Model] = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])

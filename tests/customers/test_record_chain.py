"""The chain over the record: one altered, removed, inserted or moved row is found and named. Source: promise 14."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.enums import CheckState, SealKind
from customers.models import Activity, Customer, RecordCheck, Seal, Unsealed, User
from customers.models.work import AppendOnly
from customers.rules.record_lines import plain
from customers.services import chain_heads
from customers.services.activity import line, record, record_many
from customers.services.chain_heads import read_heads
from customers.services.digests import workspace_key
from customers.services.record_checks import Fault, Seen, ask_for_check, check_asked, verify_record
from customers.services.sealing import go_on_from_here, seal_waiting
from customers.tasks import seal_record
from tests.factories import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_chain")]
GUARDED = ("customers_activity", "customers_seal")


@pytest.fixture
def lines(csm: User, now: datetime) -> list[Activity]:
    """Five lines, sealed: links 2 to 6."""
    customer: Customer = CustomerFactory.create(owner=csm)
    made = [
        record("price.locked", f"Price {n}", customer=customer, by=csm, now=now + timedelta(minutes=n), price=f"{n}.00")
        for n in range(5)
    ]
    seal_waiting(now=now)
    return made


def faults() -> list[Fault]:
    return list(verify_record(Seen()))


def tamper(sql: str, *params: Any) -> None:
    """As somebody would who owns the database: the guards lifted first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            for name in ("activity_keeps_values", "activity_keeps_rows", "seal_keeps_values", "seal_keeps_rows"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(sql, params)
        if connection.vendor == "postgresql":
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def key(row: Activity) -> str:
    return row.pk.hex if connection.vendor == "sqlite" else str(row.pk)


def test_whole_record_has_no_fault(lines: list[Activity]) -> None:
    assert faults() == []
    assert (
        list(Seal.objects.order_by("number").values_list("kind", flat=True)) == [SealKind.OPENING] + [SealKind.LINE] * 5
    )
    assert [seal.line_id for seal in Seal.objects.order_by("number")[1:]] == [one.pk for one in lines]
    assert not Unsealed.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        "summary = 'Price 9'",
        "verb = 'price.unlocked'",
        "actor_name = 'Somebody'",
        "actor_id = NULL",
        "customer_id = NULL",
        "data = '{}'",
        "subject_kind = 'draft'",
        "mark = NULL, summary = 'x'",
        "summary = 'erased', said_digest = 'x', wiped_mark = 'y'",
        "mark = 'x'",
    ],
)
def test_altered_line_is_named(lines: list[Activity], change: str) -> None:
    tamper(f"UPDATE customers_activity SET {change} WHERE id = %s", key(lines[2]))

    assert [(one.kind, one.number, one.line_id) for one in faults()] == [("altered", 4, str(lines[2].pk))]


def test_erased_line_may_not_be_given_other_words(lines: list[Activity]) -> None:
    from customers.services.wiping import said_digest

    said = said_digest(lines[2])
    tamper("UPDATE customers_activity SET summary = 'x', said_digest = %s WHERE id = %s", said, key(lines[2]))

    assert [(one.kind, one.number) for one in faults()] == [("altered", 4)]


def test_moment_moved_by_a_microsecond_is_found(lines: list[Activity], now: datetime) -> None:
    moved = (lines[2].at + timedelta(microseconds=1)).isoformat(sep=" ").removesuffix("+00:00")
    tamper("UPDATE customers_activity SET at = %s WHERE id = %s", moved, key(lines[2]))

    assert [(one.kind, one.number) for one in faults()] == [("altered", 4)]


def test_removed_line_is_named(lines: list[Activity]) -> None:
    tamper("DELETE FROM customers_activity WHERE id = %s", key(lines[2]))

    assert [(one.kind, one.number, one.line_id) for one in faults()] == [("removed", 4, str(lines[2].pk))]


def test_line_removed_with_its_link_is_named_by_its_place(lines: list[Activity]) -> None:
    tamper("DELETE FROM customers_seal WHERE number = 4")
    tamper("DELETE FROM customers_activity WHERE id = %s", key(lines[2]))

    assert [(one.kind, one.number) for one in faults()] == [("link_removed", 4)]


def test_end_cut_off_is_found_by_what_is_kept_outside(lines: list[Activity]) -> None:
    tamper("DELETE FROM customers_seal WHERE number >= 5")
    for gone in lines[3:]:
        tamper("DELETE FROM customers_activity WHERE id = %s", key(gone))

    assert [(one.kind, one.number) for one in faults()] == [("end_removed", 5)]
    record("x.y", "The chain goes on", customer=None, by=None, now=lines[0].at)
    seal_waiting(now=lines[0].at)
    assert "end_removed" in {one.kind for one in faults()}


def insert_copy(of: Activity, **other: Any) -> Activity:
    copy = Activity(**{field.attname: getattr(of, field.attname) for field in Activity._meta.concrete_fields} | other)
    copy.save(force_insert=True)
    return copy


@pytest.mark.parametrize("is_sealed", [True, False])
def test_line_written_by_somebody_else_is_named(lines: list[Activity], now: datetime, is_sealed: bool) -> None:
    forged = insert_copy(lines[2], id="6b78d772-75ec-4708-b31f-059284ec04f4", mark=None)
    if is_sealed:
        seal_waiting(now=now)

    assert [(one.kind, one.line_id) for one in faults()] == [("inserted", str(forged.pk))]


@pytest.mark.parametrize("is_sealed", [True, False])
def test_copied_mark_does_not_help_a_forger(lines: list[Activity], now: datetime, is_sealed: bool) -> None:
    forged = insert_copy(lines[2], id="6b78d772-75ec-4708-b31f-059284ec04f4")
    if is_sealed:
        seal_waiting(now=now)

    assert [(one.kind, one.line_id) for one in faults()] == [("altered", str(forged.pk))]


def test_line_slipped_past_the_chain_is_named(lines: list[Activity]) -> None:
    forged = insert_copy(lines[2], id="6b78d772-75ec-4708-b31f-059284ec04f4", mark=None)
    Unsealed.objects.all().delete()

    assert [(one.kind, one.line_id) for one in faults()] == [("inserted", str(forged.pk))]


def test_two_links_that_changed_places_are_named(lines: list[Activity]) -> None:
    for old, new in ((3, -1), (5, 3), (-1, 5)):
        tamper("UPDATE customers_seal SET number = %s WHERE number = %s", new, old)

    assert {one.number for one in faults()} >= {3, 5}


def test_link_made_by_somebody_else_is_named(lines: list[Activity], now: datetime) -> None:
    forged = insert_copy(lines[2], id="6b78d772-75ec-4708-b31f-059284ec04f4", mark=None)
    Unsealed.objects.all().delete()
    Seal(number=7, kind=SealKind.LINE, line=forged, mark="m", digest="d", sealed_at=now).save(force_insert=True)

    assert [(one.kind, one.number) for one in faults()] == [("link_altered", 7)]


def test_line_removed_before_it_was_sealed_is_named(lines: list[Activity], now: datetime) -> None:
    made = record("x.y", "Soon gone", customer=None, by=None, now=now)
    tamper("DELETE FROM customers_activity WHERE id = %s", key(made))
    seal_waiting(now=now)

    assert [(one.kind, one.line_id) for one in faults()] == [("removed", str(made.pk))]


def test_one_changed_link_is_named_once(lines: list[Activity]) -> None:
    tamper("UPDATE customers_seal SET digest = 'x' WHERE number = 4")

    assert [(one.kind, one.number) for one in faults()] == [("link_altered", 4)]


@pytest.mark.parametrize("statement", ["UPDATE customers_seal SET mark = 'x'", "DELETE FROM customers_seal"])
def test_database_refuses_to_change_a_link(lines: list[Activity], statement: str) -> None:
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        connection.cursor().execute(statement)


def test_rows_refuse_to_change_a_link(lines: list[Activity]) -> None:
    seal = Seal.objects.get(number=3)

    for attempt in (seal.save, seal.delete, Seal.objects.all().delete, lambda: Seal.objects.update(mark="x")):
        with pytest.raises(AppendOnly):
            attempt()
    with pytest.raises(IntegrityError), transaction.atomic():
        Seal(number=9, kind=SealKind.OPENING, digest="d", sealed_at=seal.sealed_at).save(force_insert=True)


def test_line_written_before_there_was_a_chain_is_believed(csm: User, now: datetime) -> None:
    older = Activity.objects.create(at=now, verb="x.y", actor=csm, actor_name="Dana", summary="From before")
    seal_waiting(now=now)
    late = Activity.objects.create(at=now, verb="x.y", actor=csm, actor_name="Dana", summary="From a worker of before")
    seal_waiting(now=now + timedelta(minutes=59))
    assert faults() == []
    forged = Activity.objects.create(at=now, verb="x.y", actor=csm, actor_name="Dana", summary="Forged")
    seal_waiting(now=now + timedelta(minutes=61))

    assert [(one.kind, one.line_id) for one in faults()] == [("inserted", str(forged.pk))]
    assert older.mark is late.mark is None
    tamper("UPDATE customers_activity SET summary = 'x' WHERE id = %s", key(older))
    assert [one.kind for one in faults()] == ["altered", "inserted"]


def test_many_lines_are_sealed_in_few_statements(csm: User, now: datetime) -> None:
    record_many([line("x.y", f"Line {n}", customer=None, by=csm, now=now, n=n) for n in range(10_000)])

    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert seal_waiting(now=now) == 10_000

    assert len(asked) <= 20
    assert Seal.objects.count() == 10_001
    seen = Seen()
    assert list(verify_record(seen)) == []
    assert (seen.lines, seen.links) == (10_000, 10_001)


@pytest.mark.parametrize(
    "data",
    [
        {"a": 1.0, "b": 0.1, "c": 1e22, "d": -0.0, "e": 1e-9, "f": 12345678901234567890},
        {"z": 1, "a": [1, (2, 3), {"k": None, "j": True}], "ü": "\u2028 ß 😀 \\ \" '"},
        {1: "one", 2.5: "more", None: "none"},
        {"money": "12.50", "nested": {"b": {"d": [], "c": {}}}},
    ],
)
def test_line_reads_as_it_was_written_whatever_its_data(data: dict[Any, Any], csm: User, now: datetime) -> None:
    record("x.y", "Ünï\ncode", customer=None, by=csm, now=now, subject=csm, said=data)
    record_many([line("x.y", "Many", customer=None, by=None, now=now, actor_name="Ann", said=data)])

    seal_waiting(now=now)

    assert faults() == []
    assert set(Seal.objects.exclude(number=1).values_list("kind", flat=True)) == {SealKind.LINE}


def test_plain_values_are_read_as_both_databases_give_them() -> None:
    assert plain({1: (1.0, 0.5), "a": None}) == {"1": [1, 0.5], "a": None}


def test_restored_backup_goes_on_once_that_is_said(lines: list[Activity], ops: User, now: datetime) -> None:
    tamper("DELETE FROM customers_seal WHERE number >= 5")
    for gone in lines[3:]:
        tamper("DELETE FROM customers_activity WHERE id = %s", key(gone))
    assert [one.kind for one in faults()] == ["end_removed"]

    go_on_from_here(now=now, by=ops)
    seal_waiting(now=now)

    assert faults() == []
    assert Activity.objects.get(verb="record.went_on").data == {"had": 6, "has": 4}
    assert next(head.number for head in read_heads()) == 5


@pytest.mark.parametrize("text", ["", "{}", "garbage", '{"number": 99, "digest": "x", "signed": "y"}'])
def test_forged_head_outside_is_left_out(lines: list[Activity], text: str) -> None:
    chain_heads._path().write_text(text)
    cache.delete(chain_heads._key())

    assert faults() == []


def test_new_field_key_leaves_the_chain_whole(lines: list[Activity], settings: Any, now: datetime) -> None:
    from cryptography.fernet import Fernet

    from customers.services.keys import rotate_keys

    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    rotate_keys(now=now, by=None)
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    workspace_key.cache_clear()

    seal_waiting(now=now)
    assert faults() == []


def test_command_names_the_row_and_exits_with_one(lines: list[Activity], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_audit")
    assert "5 lines verified, no faults." in capsys.readouterr().out
    tamper("UPDATE customers_activity SET summary = 'x' WHERE id = %s", key(lines[2]))

    with pytest.raises(SystemExit) as left:
        call_command("verify_audit", "--json")

    said = json.loads(capsys.readouterr().out)
    assert left.value.code == 1
    assert (said["ok"], said["faultCount"], said["faults"][0]["lineId"]) == (False, 1, str(lines[2].pk))
    assert RecordCheck.objects.count() == 2


def test_check_in_the_background_is_done_once(lines: list[Activity], ops: User, now: datetime) -> None:
    asked = ask_for_check(now=now, by=ops)
    assert asked is not None
    assert ask_for_check(now=now, by=ops) is None

    seal_record()

    asked.refresh_from_db()
    assert (asked.state, asked.lines, asked.fault_count) == (CheckState.DONE, 5, 0)
    assert check_asked(now=now) == 0
    assert Activity.objects.get(verb="record.verified").actor == ops


def test_check_that_a_dead_worker_left_is_given_up(ops: User, now: datetime) -> None:
    row = RecordCheck.objects.create(asked_at=now, state=CheckState.RUNNING, started_at=now - timedelta(hours=3))

    check_asked(now=now)

    row.refresh_from_db()
    assert row.state == CheckState.FAILED


def test_ops_have_it_verified_from_the_page(lines: list[Activity], ops: User) -> None:
    client = Client()
    client.force_login(ops)
    assert "has not been verified yet" in client.get("/settings/record").content.decode()

    client.post("/settings/record/verify", follow=True)
    seal_record()
    shown = client.get("/settings/record").content.decode()

    assert "Nothing was altered" in shown
    tamper("UPDATE customers_activity SET summary = 'x' WHERE id = %s", key(lines[2]))
    client.post("/settings/record/verify")
    seal_record()
    assert str(lines[2].pk) in client.get("/settings/record").content.decode()


@pytest.mark.parametrize("who", ["csm", "lead", "reader"])
def test_page_is_for_ops(who: str, request: pytest.FixtureRequest) -> None:
    client = Client()
    client.force_login(request.getfixturevalue(who))

    assert client.get("/settings/record").status_code == 403
    assert client.post("/settings/record/verify").status_code == 403

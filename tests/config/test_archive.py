"""Old rows go to files: what may go and nothing else, none lost and none doubled wherever a run is killed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import PeriodicTask

from customers.models import ArchiveFile, Customer, User, WorkspaceSettings
from customers.registry.archives import list_archived
from customers.rules.archives import file_name, horizon_of
from customers.services.archiving import files, moving
from customers.services.standstill import stand_still
from customers.tasks import archive_old_rows
from emails.models import Draft, MailEvent
from journeys.enums import AutomationStatus, DeliverableState, JourneyState
from journeys.models import AutomationLog, AutomationSchedule, Deliverable, Journey, JourneyChange, JourneyMonth
from journeys.services.undoing import why_not_undo
from outreach.models import Touch
from tests import factories
from tests.config.canaries import World, tables
from tests.journeys.ground import default_version

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2024, 6, 12, 9, 30, 15, 123456, tzinfo=UTC)
MONTHS = 18
ROW, LINE = "journeys.automationschedule", "journeys.automationlog"


class Killed(BaseException):
    """No code catches it, as none catches a kill."""


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.ARCHIVE_DIR = str(tmp_path / "archive")


@pytest.fixture
def customer(csm: User) -> Customer:
    made: Customer = factories.CustomerFactory.create(owner=csm)
    return made


def make_journey(customer: Customer, *, ended_at: datetime | None = LONG_AGO, **fields: Any) -> Journey:
    state = JourneyState.COMPLETED if ended_at else JourneyState.ACTIVE
    journey = Journey.objects.create(
        customer=customer, version=default_version(), state=state, completed_at=ended_at, zone="UTC",
        start_date=date(2024, 1, 1), started_at=LONG_AGO, **fields,
    )  # fmt: skip
    Journey.objects.filter(pk=journey.pk).update(updated_at=ended_at or LONG_AGO)
    return journey


def make_row(
    journey: Journey, *, at: datetime = LONG_AGO, status: AutomationStatus = AutomationStatus.COMPLETED, **fields: Any
) -> AutomationSchedule:
    values = {"subject_kind": "journey", "subject_id": journey.pk, "occurrence": uuid.uuid4().hex, **fields}
    row = AutomationSchedule.objects.create(
        customer_id=journey.customer_id, type="SEND_REMINDER", kind="journey.overdue", trigger_at=at, status=status,
        executed_at=at if status == AutomationStatus.COMPLETED else None, **values,
    )  # fmt: skip
    AutomationSchedule.objects.filter(pk=row.pk).update(updated_at=at)
    return row


def make_line(row: AutomationSchedule, *, at: datetime = LONG_AGO) -> AutomationLog:
    return AutomationLog.objects.create(
        customer_id=row.customer_id, automation=row, at=at, type=row.type, kind=row.kind, action="Reminded Ida",
        status="SUCCESS", attempt=1,
    )  # fmt: skip


@pytest.fixture
def old_rows(customer: Customer) -> list[AutomationSchedule]:
    """Twelve finished rows with a line each, in two months."""
    journey = make_journey(customer)
    rows = [make_row(journey, at=LONG_AGO - timedelta(days=5 * n)) for n in range(12)]
    for row in rows:
        make_line(row, at=row.trigger_at)
    return rows


def archive(now: datetime) -> dict[str, int]:
    done = moving.archive_old(now=now, months=MONTHS, seconds=60)
    return {one.table: one.rows for one in done if one.rows}


def read_archive() -> dict[str, list[dict[str, Any]]]:
    """Every row in the files, by table, without doubles."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in ArchiveFile.objects.filter(rows__gt=0):
        found.setdefault(file.table_label, []).extend(files.read_rows(moving.folder() / str(file)))
    return found


def ids(rows: Any) -> list[str]:
    return sorted(str(row["id"]) if isinstance(row, dict) else str(row.pk) for row in rows)


def assert_whole(rows: list[AutomationSchedule]) -> None:
    """Each row in the archive once, none in its table, every file as it was said to be."""
    assert not AutomationSchedule.objects.filter(pk__in=[row.pk for row in rows]).exists()
    found = read_archive()
    assert ids(found[ROW]) == ids(rows)
    assert sorted(row["automation_id"] for row in found[LINE]) == ids(rows)
    assert moving.find_faults() == []


def test_old_rows_go_to_a_file_per_table_and_month(old_rows: list[AutomationSchedule], now: datetime) -> None:
    assert archive(now) == {ROW: 12, LINE: 12}

    assert_whole(old_rows)
    assert AutomationLog.objects.count() == 0
    assert {str(file): file.rows for file in ArchiveFile.objects.filter(table_label=ROW)} == {
        f"{ROW}-2024-04.jsonl.gz": 3,
        f"{ROW}-2024-05.jsonl.gz": 6,
        f"{ROW}-2024-06.jsonl.gz": 3,
    }
    first = next(row for row in read_archive()[ROW] if row["id"] == str(old_rows[0].pk))
    assert datetime.fromisoformat(first["trigger_at"]) == LONG_AGO
    assert (first["kind"], first["status"]) == ("journey.overdue", "COMPLETED")
    assert first["customer_id"] == str(old_rows[0].customer_id)


def test_second_run_changes_nothing(old_rows: list[AutomationSchedule], now: datetime) -> None:
    archive(now)
    before = {path.name: path.read_bytes() for path in moving.folder().iterdir()}

    assert archive(now) == {}

    assert {path.name: path.read_bytes() for path in moving.folder().iterdir()} == before


def test_rows_that_are_needed_stay(customer: Customer, now: datetime) -> None:
    horizon = horizon_of(now, months=MONTHS)
    ended = make_journey(customer)
    kept = [
        make_row(make_journey(customer, ended_at=None)),
        make_row(make_journey(customer, ended_at=now)),
        make_row(ended, at=horizon),
        make_row(ended, status=AutomationStatus.FAILED),
        make_row(ended, status=AutomationStatus.SCHEDULED),
        make_row(ended, subject_kind="draft"),
    ]
    for state in (DeliverableState.PENDING_REVIEW, DeliverableState.DELIVERED):
        journey = make_journey(customer)
        month = JourneyMonth.objects.create(
            journey=journey, customer=customer, number=1, due_date=date(2024, 2, 1),
            step=journey.version.steps.get(number=1),
        )  # fmt: skip
        delivered_at = LONG_AGO if state == DeliverableState.DELIVERED else None
        Deliverable.objects.create(
            customer=customer, journey=journey, month=month, title="Plan", state=state, delivered_at=delivered_at
        )
        kept += [make_row(journey)]
    gone = kept.pop()
    newer = make_line(kept[0], at=horizon)

    assert archive(now) == {ROW: 1}

    assert ids(AutomationSchedule.objects.all()) == ids(kept)
    assert ids(read_archive()[ROW]) == ids([gone])
    assert ids(AutomationLog.objects.all()) == ids([newer])


def test_events_of_letters_stay_and_those_of_none_go(ops: User, now: datetime) -> None:
    letter = World(factories.CustomerFactory.create(), factories.StakeholderFactory.create(), ops).row(Draft)
    MailEvent.objects.create(draft=letter, kind="open", at=LONG_AGO, recipient="ida@acme.example")
    lost = MailEvent.objects.create(kind="open", at=LONG_AGO, recipient="ida@acme.example", raw="{}", problem="no")
    MailEvent.objects.update(created_at=LONG_AGO)
    MailEvent.objects.create(kind="open", at=now, recipient="ida@acme.example")

    assert archive(now) == {"emails.mailevent": 1}

    assert ids(read_archive()["emails.mailevent"]) == [str(lost.pk)]
    assert MailEvent.objects.filter(draft=letter).count() == 1


@pytest.mark.parametrize(
    "place", ["before a byte", "in the middle of the file", "before the rows go", "after they went"]
)
def test_run_that_is_killed_neither_loses_nor_doubles(
    place: str, old_rows: list[AutomationSchedule], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, remove = moving.add_piece, moving._remove

    def killed_adding(path: Path, piece: bytes, *, size: int) -> int:
        if place == "in the middle of the file":
            add(path, piece[: len(piece) // 2], size=size)
        elif place == "before the rows go":
            add(path, piece, size=size)
        raise Killed

    def killed_removing(*args: Any, **kwargs: Any) -> None:
        remove(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patched:
        if place == "after they went":
            patched.setattr(moving, "_remove", killed_removing)
        else:
            patched.setattr(moving, "add_piece", killed_adding)
        with pytest.raises(Killed):
            archive(now)
    assert AutomationSchedule.objects.count() == AutomationLog.objects.count() == 12

    archive(now)

    assert_whole(old_rows)
    assert sum(file.rows for file in ArchiveFile.objects.filter(table_label=ROW)) == 12


def test_torn_end_after_whole_pieces_is_cut_off(
    old_rows: list[AutomationSchedule], customer: Customer, now: datetime
) -> None:
    archive(now)
    path = moving.folder() / file_name(ROW, date(2024, 6, 1))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    more = make_row(make_journey(customer))
    make_line(more)

    archive(now)

    assert path.read_bytes().startswith(whole)
    assert_whole([*old_rows, more])


def test_restored_backup_is_archived_again_without_doubles(old_rows: list[AutomationSchedule], now: datetime) -> None:
    lines = list(AutomationLog.objects.all())
    archive(now)
    AutomationSchedule.objects.bulk_create(old_rows)
    AutomationSchedule.objects.update(updated_at=LONG_AGO)
    AutomationLog.objects.bulk_create(lines)
    ArchiveFile.objects.all().delete()

    archive(now)

    assert_whole(old_rows)


@pytest.mark.parametrize("loss", ["shorter", "gone"])
def test_damaged_file_keeps_every_row_where_it_is(
    loss: str, old_rows: list[AutomationSchedule], customer: Customer, now: datetime
) -> None:
    archive(now)
    path = moving.folder() / file_name(ROW, date(2024, 6, 1))
    path.write_bytes(path.read_bytes()[:-1]) if loss == "shorter" else path.unlink()
    more = make_row(make_journey(customer))

    with pytest.raises(files.ArchiveDamaged):
        archive(now)

    assert AutomationSchedule.objects.filter(pk=more.pk).exists()
    assert [fault.split()[0] for fault in moving.find_faults()] == [path.name]
    with pytest.raises(SystemExit):
        call_command("archive_old", "--check", stdout=StringIO())
    with pytest.raises(CommandError, match="No further row was removed"):
        call_command("archive_old", stdout=StringIO())


def test_full_disk_keeps_every_row_where_it_is(
    old_rows: list[AutomationSchedule], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr("os.fsync", refuse)
        archive(now)
    assert AutomationSchedule.objects.count() == 12

    archive(now)

    assert_whole(old_rows)


def test_time_that_is_up_ends_between_two_batches(
    old_rows: list[AutomationSchedule], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BATCH", 2)
    moments = iter(range(100))
    monkeypatch.setattr(moving, "monotonic", lambda: next(moments))

    done = list(moving.archive_old(now=now, months=MONTHS, seconds=14))

    assert 0 < sum(one.rows for one in done) < 24
    assert not all(one.is_all for one in done)
    monkeypatch.undo()
    moving.archive_old(now=now, months=MONTHS, seconds=60)


def test_nothing_of_a_person_stands_in_a_file(ops: User, now: datetime) -> None:
    person = factories.StakeholderFactory.create(name="Ida Quist", email="ida.quist@acme.example")
    world = World(person.customer, person, ops).fill(tables())
    Touch.objects.update(automation=None)
    moved = 0
    for archived in list_archived():
        row = world.rows[archived.model]
        every = archived.model._base_manager
        batch = type(archived)(archived.model, archived.moment, archived.columns, lambda _, every=every: every.all())
        at = getattr(row, archived.moment)
        moved += moving.move_batch(batch, [row.pk], month=at.date().replace(day=1), horizon=at + timedelta(1), now=now)

    assert moved == len(list_archived())
    text = "\n".join(json.dumps(rows, ensure_ascii=False) for rows in read_archive().values())
    assert "Ida" not in text
    assert "quist" not in text
    assert [place for place, mark in (world.own | world.spoken).items() if mark in text] == []


@pytest.mark.parametrize("older_by", [None, timedelta(0), timedelta(days=-1)])
def test_log_keeps_its_lines_from_everybody_else(
    older_by: timedelta | None, old_rows: list[AutomationSchedule], now: datetime
) -> None:
    """The archive's own mark lets lines go that lie before it, within its transaction; nothing else does."""
    before = LONG_AGO + older_by if older_by is not None else None
    ArchiveFile.objects.create(table_label=LINE, month=date(2024, 6, 1), deleting_before=before)
    ArchiveFile.objects.create(table_label=ROW, month=date(2024, 6, 1), deleting_before=now)

    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        lines = AutomationLog.objects.filter(automation=old_rows[0])
        lines._raw_delete(lines.db)

    assert AutomationLog.objects.count() == 12


def test_no_mark_is_left_behind(old_rows: list[AutomationSchedule], now: datetime) -> None:
    archive(now)

    assert not ArchiveFile.objects.filter(deleting_before__isnull=False).exists()


def switch_off(ops: User, settings: Any, now: datetime) -> None:
    WorkspaceSettings.objects.update(archive_months=0)


def take_folder(ops: User, settings: Any, now: datetime) -> None:
    settings.ARCHIVE_DIR = ""


def stop(ops: User, settings: Any, now: datetime) -> None:
    stand_still(reason="a backup was restored", last_tick_at=None, now=now)


@pytest.mark.parametrize("keep", [switch_off, take_folder, stop])
def test_nothing_goes_where_it_must_not(
    keep: Callable[..., None], old_rows: list[AutomationSchedule], ops: User, settings: Any, now: datetime
) -> None:
    WorkspaceSettings.objects.get_or_create(pk=1)
    keep(ops, settings, now)

    archive_old_rows()
    with pytest.raises(CommandError, match="Nothing is archived"):
        call_command("archive_old", stdout=StringIO())

    assert AutomationSchedule.objects.count() == 12


def test_beat_rings_the_task_every_night_and_it_archives(old_rows: list[AutomationSchedule]) -> None:
    ring = PeriodicTask.objects.get(task="customers.archive_old")
    assert ring.enabled

    archive_old_rows()

    assert_whole(old_rows)


def test_command_says_what_it_did_and_gives_a_file_back(old_rows: list[AutomationSchedule]) -> None:
    out = StringIO()
    call_command("archive_old", stdout=out)

    said = {line["table"]: line for line in map(json.loads, out.getvalue().splitlines())}
    assert (said[ROW]["rows"], said[ROW]["archived"], said[ROW]["all"]) == (12, True, True)
    out = StringIO()
    call_command("archive_old", "--read", f"{ROW}-2024-06.jsonl.gz", stdout=out)
    assert len(out.getvalue().splitlines()) == 3
    with pytest.raises(CommandError, match="There is no"):
        call_command("archive_old", "--read", "../db.sqlite3", stdout=StringIO())


def test_ended_sessions_are_removed(client: Client, csm: User, now: datetime) -> None:
    client.force_login(csm)
    kept = Session.objects.get()
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(days=1))

    archive(now)

    assert list(Session.objects.all()) == [kept]


def test_change_of_a_journey_in_the_archive_is_not_taken_back(
    old_rows: list[AutomationSchedule], customer: Customer, now: datetime
) -> None:
    journey = Journey.objects.get(customer=customer)
    change = JourneyChange.objects.create(
        journey=journey, customer=customer, action="cancelled", at=LONG_AGO + timedelta(days=1), summary="Cancelled"
    )
    before = why_not_undo(change)

    archive(now)

    assert "archive" not in before
    assert why_not_undo(change) == "What was planned for it is in the archive."


@pytest.mark.parametrize(("months", "is_taken"), [(0, True), (11, False), (12, True), (240, True), (241, False)])
def test_months_are_none_or_a_year_at_least(months: int, is_taken: bool, client: Client, ops: User) -> None:
    client.force_login(ops)
    form = client.get(reverse("customers:settings")).context["form"]
    values = {name: form[name].value() for name in form.fields} | {"archive_months": months}

    client.post(reverse("customers:settings"), {name: value for name, value in values.items() if value or value == 0})

    stored = WorkspaceSettings.objects.get().archive_months
    assert (stored == months) == is_taken


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_row_that_another_holds_is_left_to_the_next_run(
    old_rows: list[AutomationSchedule], now: datetime, django_db_serialized_rollback: None
) -> None:
    """The archive waits for nobody, and nobody's row is taken from under them."""
    other = connection.copy()
    with other.cursor() as cursor:
        other.set_autocommit(False)
        cursor.execute(f"SELECT 1 FROM {AutomationSchedule._meta.db_table} WHERE id = %s FOR UPDATE", [old_rows[0].pk])

    assert archive(now)[ROW] == 11
    assert ids(AutomationSchedule.objects.all()) == ids(old_rows[:1])

    other.rollback()
    with suppress(Exception):
        other.close()
    assert archive(now) == {ROW: 1}
    assert_whole(old_rows)

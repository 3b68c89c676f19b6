"""The ImportRun row as the job: uploaded → checked → queued → running → done, undone or failed.

The row is all there is: a task or the clock's sweep only says "look". A run that was stopped midway is run again, and
as importing twice changes nothing, it goes on where it stopped.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from customers.enums import ImportState
from customers.models import ImportRun, User
from customers.queries.moments import Waiting, When
from customers.rules.book.tables import MAX_FILE_BYTES, UnreadableFile
from customers.services.activity import record
from customers.services.importing.plans import Plan, make_plan
from customers.services.importing.reading import (
    BadMapping,
    Options,
    Upload,
    check_files,
    options_from_json,
    read_book,
)
from customers.services.importing.reports import make_report
from customers.services.importing.writing import Progress, write_plan

# A run whose last batch is older than this belongs to a worker that is gone.
STALLED_AFTER = timedelta(minutes=5)
MAX_FILES = 10


class NotAllowed(Exception):
    """The person may not import."""


class WrongState(Exception):
    """The run is not in the state that this needs; the message says what it is."""


def create_run(
    uploads: Sequence[Upload], options: Options, *, by: User, now: datetime, kind: str = "book"
) -> ImportRun:
    """This will keep the files as a run, read and checked by nobody yet. Raises NotAllowed, UnreadableFile."""
    if not by.is_writer:
        raise NotAllowed("You may look, but not import.")
    if not uploads:
        raise UnreadableFile("choose a file")
    if len(uploads) > MAX_FILES:
        raise UnreadableFile(f"at most {MAX_FILES} files at once")
    if sum(len(upload.data) for upload in uploads) > MAX_FILE_BYTES:
        raise UnreadableFile(f"the files are larger than {MAX_FILE_BYTES // 1024 // 1024} MB together; split them")
    uploads = _with_names_of_their_own(uploads)
    check_files(uploads, options)
    return ImportRun.objects.create(
        user=by,
        kind=kind,
        filename=", ".join(upload.name for upload in uploads)[:255],
        content=_pack(uploads),
        options=options.as_json(),
    )


def check_run(run: ImportRun, options: Options, *, by: User, now: datetime) -> Plan:
    """This will make a dry run with these options and keep its report. Nothing else is written."""
    book = read_book(unpack(run), options)
    plan = make_plan(book, by=by, now=now)
    moved = ImportRun.objects.filter(pk=run.pk, state__in=(ImportState.UPLOADED, ImportState.CHECKED)).update(
        state=ImportState.CHECKED,
        options=options.as_json(),
        report=make_report(plan),
        total_rows=book.row_count,
        updated_at=now,
    )
    if not moved:
        raise WrongState("This import has been started already.")
    run.refresh_from_db()
    return plan


def queue_run(run: ImportRun, *, now: datetime) -> None:
    """This will hand the run to the clock. Raises WrongState when it was started before."""
    ready = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED)
    moved = ImportRun.objects.filter(pk=run.pk, state__in=ready).update(
        state=ImportState.QUEUED, done_rows=0, finished_at=None, updated_at=now
    )
    if not moved:
        raise WrongState("This import has been started already.")
    run.refresh_from_db()


def carry_out(run_id: uuid.UUID, *, now: datetime, progress: Progress | None = None) -> ImportRun | None:
    """This will carry out a queued run, whoever asks first; None when it is not queued any more."""
    taken = ImportRun.objects.filter(pk=run_id, state=ImportState.QUEUED).update(
        state=ImportState.RUNNING, started_at=now, updated_at=now
    )
    if not taken:
        return None
    run = ImportRun.objects.select_related("user").get(pk=run_id)
    try:
        _write(run, now=now, progress=progress)
    except (UnreadableFile, BadMapping, NotAllowed) as why:
        _finish(run, ImportState.FAILED, {"problem": str(why)}, now=now)
    except KeyboardInterrupt:
        _give_up(run, "Stopped; start it again.", now=now)
        raise
    except Exception:
        # The error itself belongs in the log.
        _give_up(run, "Something went wrong; start it again.", now=now)
        raise
    run.refresh_from_db()
    return run


def sweep_runs(*, now: datetime) -> int:
    """This will carry out what is queued and take up what a dead worker left; called by the clock."""
    queued, stalled = runs_waiting(now)
    stalled.update(state=ImportState.QUEUED, updated_at=now)
    waiting = queued.order_by("created_at").values_list("pk", flat=True)
    return sum(1 for pk in list(waiting[:5]) if carry_out(pk, now=now) is not None)


def runs_waiting(now: When) -> Waiting:
    """This will give what is queued, and what a dead worker left."""
    runs = ImportRun.objects.order_by("state", "updated_at")
    stalled = runs.filter(state=ImportState.RUNNING, updated_at__lt=now - STALLED_AFTER)
    return runs.filter(state=ImportState.QUEUED), stalled


def import_now(
    uploads: Sequence[Upload],
    options: Options,
    *,
    by: User,
    now: datetime,
    kind: str = "book",
    progress: Progress | None = None,
) -> ImportRun:
    """This will import in one go, as the command and the API do. Raises NotAllowed, UnreadableFile, BadMapping."""
    run = create_run(uploads, options, by=by, now=now, kind=kind)
    queue_run(run, now=now)
    return carry_out(run.pk, now=now, progress=progress) or run


def dry_run(uploads: Sequence[Upload], options: Options, *, by: User, now: datetime) -> dict[str, Any]:
    """This will say what an import would do; writes nothing at all."""
    if not by.is_writer:
        raise NotAllowed("You may look, but not import.")
    return make_report(make_plan(read_book(_with_names_of_their_own(uploads), options), by=by, now=now))


def _write(run: ImportRun, *, now: datetime, progress: Progress | None) -> None:
    if run.user is None or not run.user.is_active or not run.user.is_writer:
        raise NotAllowed("Whoever started this import may not import any more.")
    book = read_book(unpack(run), options_from_json(run.options))
    plan = make_plan(book, by=run.user, now=now)
    ImportRun.objects.filter(pk=run.pk).update(total_rows=book.row_count)

    began = monotonic()

    def tell(done: int, total: int) -> None:
        rows = book.row_count * done // total if total else book.row_count
        # The row's moment is the worker's sign of life.
        alive_at = now + timedelta(seconds=monotonic() - began)
        ImportRun.objects.filter(pk=run.pk).update(done_rows=rows, updated_at=alive_at)
        if progress is not None:
            progress(done, total)

    late = write_plan(plan, run, now=now, by=run.user, progress=tell)
    report = make_report(plan, late_refusals=late)
    _finish(run, ImportState.DONE, report, now=now + timedelta(seconds=monotonic() - began))
    rows = "row" if report["created"] == 1 else "rows"
    summary = f"Imported {run.filename or 'a book'}: {report['created']} {rows} new, {report['changed']} changed"
    record("import.done", summary, customer=None, by=run.user, now=now, subject=run, refused=report["refused_rows"])


def _give_up(run: ImportRun, problem: str, *, now: datetime) -> None:
    """What was written stands; started again, the run goes on from there."""
    ImportRun.objects.filter(pk=run.pk, state=ImportState.RUNNING).update(
        state=ImportState.FAILED, report={"problem": problem}, finished_at=now
    )


def _finish(run: ImportRun, state: ImportState, report: dict[str, Any], *, now: datetime) -> None:
    done = {"done_rows": report["total_rows"]} if "total_rows" in report else {}
    ImportRun.objects.filter(pk=run.pk, state=ImportState.RUNNING).update(
        state=state, report=report, finished_at=now, updated_at=now, **done
    )


def _with_names_of_their_own(uploads: Sequence[Upload]) -> list[Upload]:
    """Two files of one name are told apart, as rows are named by their file."""
    seen: dict[str, int] = {}
    named = []
    for upload in uploads:
        name = upload.name.replace("\\", "/").rpartition("/")[2][:120] or "book.csv"
        seen[name] = seen.get(name, 0) + 1
        named.append(Upload(name if seen[name] == 1 else f"{name} ({seen[name]})", upload.data))
    return named


def _pack(uploads: Sequence[Upload]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for upload in uploads:
            archive.writestr(upload.name, upload.data)
    return out.getvalue()


def unpack(run: ImportRun) -> list[Upload]:
    """This will give the files that the run keeps. Raises UnreadableFile where they went with an erasure."""
    if not run.content:
        raise UnreadableFile("the file is no longer kept: somebody in it was erased; upload it again without them")
    with zipfile.ZipFile(io.BytesIO(bytes(run.content))) as archive:
        return [Upload(info.filename, archive.read(info)) for info in archive.infolist()]

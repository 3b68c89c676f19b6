"""The chain over the record, made afterwards: whoever writes a line waits for nobody.

Written: links, how far the chain goes, outside the database, and notices that were lost. A line without the house's
own mark gets its link too, as one without; verification names it (`services/record_checks.py`).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from customers.enums import SealKind
from customers.models import Seal, Unsealed, User
from customers.rules.record_lines import FACTS, LineFacts
from customers.services.activity import record
from customers.services.arrays import insert_rows, moment
from customers.services.chain_heads import Head, furthest_head, keep_head
from customers.services.notices import notify_again
from customers.services.record_marks import link, mark_line

BATCH = 5_000
MOST_AT_ONCE = 200_000
"""Lines per call; what is left is sealed by the next."""

FIELDS = ("number", "line", "kind", "mark", "digest", "sealed_at")
log = structlog.get_logger(__name__)

LOCK = 0x5EA15
"""Names the lock under which PostgreSQL lets one process at a time add links."""


def seal_waiting(*, now: datetime, most: int = MOST_AT_ONCE) -> int:
    """This will give every line that waits its link, in the order they came, and say how many it were."""
    done = 0
    while done < most:
        count = _seal_batch(now=now)
        if not count:
            break
        done += count
    if done:
        keep_head(_head())
    return done


def go_on_from_here(*, now: datetime, by: User | None) -> None:
    """This will have the chain go on after a backup was restored, and put on record how many links that lost."""
    known, head = furthest_head(), _head()
    if known is None or known.number <= head.number:
        return
    summary = f"The record goes on from link {head.number} after a restore; the last had been {known.number}"
    record("record.went_on", summary, customer=None, by=by, now=now, had=known.number, has=head.number)
    keep_head(head, is_shorter=True)


def _seal_batch(*, now: datetime) -> int:
    """Everything is made before the lock is taken, under which others may not write on SQLite."""
    head = _head()
    waiting = list(_list_waiting())
    if not waiting:
        return 0
    lines = [LineFacts(*values) for _, *values in waiting]
    _tell(lines, now=now)
    rows, last = _make_links(head, lines, now=now)
    with transaction.atomic():
        if not _may_add() or _head() != head:
            return 0
        if insert_rows(Seal, FIELDS, rows) != len(rows):
            raise RuntimeError("a link stood there already")
        _forget_sealed(waiting[-1][0])
    assert last.number == rows[-1][0]
    return len(waiting)


def _tell(lines: Sequence[LineFacts], *, now: datetime) -> None:
    """Every line comes by here once it is committed, so that no notice is lost with the process that was to tell it."""
    try:
        notify_again(lines, now=now)
    except Exception:
        log.exception("notices_not_told")


def _list_waiting() -> Any:
    sealed = Exists(Seal.objects.filter(line=OuterRef("line")))
    rows = Unsealed.objects.filter(~sealed, line__at__isnull=False).order_by("id")
    return rows.values_list("id", *(f"line__{name}" for name in FACTS))[:BATCH]


def _make_links(head: Head, lines: Sequence[LineFacts], *, now: datetime) -> tuple[list[list[Any]], Head]:
    rows: list[list[Any]] = []
    if not head.number:
        head = _add(rows, head, kind=SealKind.OPENING, line_id=None, mark="", now=now)
    for line in lines:
        mark = mark_line(line, said=line.said_digest)
        is_ours = line.mark is not None and hmac.compare_digest(line.mark, mark)
        kind = SealKind.LINE if is_ours else SealKind.UNMARKED
        head = _add(rows, head, kind=kind, line_id=line.id.hex, mark=mark, now=now)
    return rows, head


def _add(rows: list[list[Any]], head: Head, *, kind: SealKind, line_id: str | None, mark: str, now: datetime) -> Head:
    number = head.number + 1
    digest = link(head.digest, number=number, kind=kind, line_id=line_id, mark=mark, sealed_at=now)
    rows.append([number, line_id, kind.value, mark, digest, moment(now)])
    return Head(number, digest)


def _head() -> Head:
    last = Seal.objects.order_by("-number").values_list("number", "digest").first()
    return Head(*last) if last else Head(0, "")


def _may_add() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _forget_sealed(last_id: int) -> None:
    """A line that was written before the last of these and committed after them is not sealed yet, and stays."""
    queue, seals = Unsealed._meta.db_table, Seal._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {queue} WHERE id <= %s AND "  # noqa: S608  # our names
            f"EXISTS (SELECT 1 FROM {seals} WHERE {seals}.line_id = {queue}.line_id)",
            [last_id],
        )

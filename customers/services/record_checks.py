"""The record verified: each line against its mark, each link against the one before, the end against what is outside.

Read in batches, so that any length takes the same memory. Writes only what came of it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from customers.enums import CheckState, SealKind
from customers.models import Activity, RecordCheck, Seal, Unsealed, User
from customers.rules.record_lines import FACTS, LineFacts
from customers.services.activity import record
from customers.services.chain_heads import Head, read_heads
from customers.services.record_marks import link, mark_line, mark_wiped

BATCH = 2_000
KEPT_FAULTS = 100
CHANGE_OVER = timedelta(hours=1)
"""Processes of the version before the chain may still have written lines for so long after it began."""
DIED_AFTER = timedelta(hours=2)

Kind = Literal["altered", "removed", "inserted", "link_altered", "link_removed", "end_removed"]


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was. number: the link's place, line_id: the line's id, where there are such."""

    kind: Kind
    says: str
    number: int | None = None
    line_id: str | None = None


@dataclass
class Seen:
    """What verification has come by so far, for whoever asks on the way."""

    lines: int = 0
    links: int = 0
    waiting: int = 0


def verify_record(seen: Seen) -> Iterator[Fault]:
    """This will read the whole record and give each fault as it is found."""
    heads = read_heads()
    last = Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    yield from _verify_links(seen, heads, last)
    yield from _verify_waiting(seen)
    yield from _find_left_out()


def ask_for_check(*, now: datetime, by: User | None) -> RecordCheck | None:
    """This will have the record verified in the background; None when it is already."""
    try:
        with transaction.atomic():
            return RecordCheck.objects.create(asked_at=now, asked_by=by)
    except IntegrityError:
        return None


def check_now(*, now: datetime, by: User | None = None) -> RecordCheck:
    """This will verify the record at once and keep what came of it, beside one that may be running."""
    check = RecordCheck(asked_at=now, asked_by=by, started_at=now)
    _carry_out(check, now=now)
    check.state, check.finished_at = CheckState.DONE, now
    check.save(force_insert=True)
    _put_on_record(check, now=now)
    return check


def check_asked(*, now: datetime) -> int:
    """This will carry out what was asked for, and give up on what a dead worker left; gives how many it carried out."""
    broken = RecordCheck.objects.filter(state=CheckState.RUNNING, started_at__lt=now - DIED_AFTER)
    broken.update(state=CheckState.FAILED, finished_at=now, updated_at=now)
    check = RecordCheck.objects.filter(state=CheckState.QUEUED).first()
    if check is None:
        return 0
    mine = RecordCheck.objects.filter(pk=check.pk, state=CheckState.QUEUED)
    if not mine.update(state=CheckState.RUNNING, started_at=now, updated_at=now):
        return 0
    try:
        _carry_out(check, now=now)
    except BaseException:
        RecordCheck.objects.filter(pk=check.pk).update(state=CheckState.FAILED, finished_at=now, updated_at=now)
        raise
    done = {"lines": check.lines, "faults": check.faults, "fault_count": check.fault_count}
    with transaction.atomic():
        RecordCheck.objects.filter(pk=check.pk, state=CheckState.RUNNING).update(
            **done, state=CheckState.DONE, finished_at=now, updated_at=now
        )
        _put_on_record(check, now=now)
    return 1


def _carry_out(check: RecordCheck, *, now: datetime) -> None:
    seen = Seen()
    faults = verify_record(seen)
    check.faults = [asdict(fault) for fault in islice(faults, KEPT_FAULTS)]
    check.fault_count = len(check.faults) + sum(1 for _ in faults)
    check.lines = seen.lines


def _put_on_record(check: RecordCheck, *, now: datetime) -> None:
    came = f"{check.fault_count} faults" if check.fault_count else "nothing is wrong"
    summary = f"Verified the record, {check.lines} lines: {came}"
    record("record.verified", summary, customer=None, by=check.asked_by, now=now, subject=check,
           lines=check.lines, faults=check.fault_count)  # fmt: skip


def _verify_links(seen: Seen, heads: list[Head], last: int) -> Iterator[Fault]:
    """Walk the chain; after a fault go on from what is there, so that one changed row is named once."""
    outside = {head.number: head.digest for head in heads}
    walk = _Walk()
    for number, kind, line_id, mark, digest, sealed_at, *line in _read_links(last):
        seen.links += 1
        if number > walk.number + 1:
            yield _missing_links(walk.number + 1, number - 1)
        fault = walk.step(number, kind, line_id, mark, digest, sealed_at)
        if fault is None and outside.get(number, digest) != digest:
            fault = Fault("link_altered", f"Link {number} is not the one that was noted outside the database", number)
        if kind != SealKind.OPENING:
            seen.lines += 1
            fault = fault or _verify_line(number, line_id, mark, _facts(line))
            fault = fault or walk.refuses(number, kind, sealed_at, line_id)
        if fault is not None:
            yield fault
    for head in heads:
        if head.number > walk.number:
            says = f"The chain ends with link {walk.number}; noted outside the database is link {head.number}"
            yield Fault("end_removed", says, walk.number + 1)
            return


class _Walk:
    """Where the walk along the chain stands. previous: the digests that the next link may build on."""

    def __init__(self) -> None:
        self.number = 0
        self.previous: tuple[str, ...] = ("",)
        self.opened_at: datetime | None = None
        self.begins_unmarked = False

    def step(self, number: int, kind: str, line_id: Any, mark: str, digest: str, sealed_at: datetime) -> Fault | None:
        follows = number == self.number + 1
        line = line_id.hex if line_id else None
        own = [
            link(one, number=number, kind=kind, line_id=line, mark=mark, sealed_at=sealed_at) for one in self.previous
        ]
        holds = any(hmac.compare_digest(digest, one) for one in own)
        if number == 1 and holds:
            self.opened_at = sealed_at
        if number == 2 and holds:
            self.begins_unmarked = kind == SealKind.UNMARKED
        self.number = number
        self.previous = (digest,) if holds else (digest, *own)
        # After a gap nobody can say what this one was built on; the gap is named.
        if holds or not follows:
            return None
        says = f"Link {number} is not the one that was made there: changed, or moved from another place"
        return Fault("link_altered", says, number, str(line_id) if line_id else None)

    def refuses(self, number: int, kind: str, sealed_at: datetime, line_id: Any) -> Fault | None:
        """A line without the house's mark is believed where the chain began with such, and while it began."""
        if kind != SealKind.UNMARKED:
            return None
        if self.begins_unmarked and self.opened_at and sealed_at <= self.opened_at + CHANGE_OVER:
            return None
        return Fault("inserted", f"The line of link {number} was not written by this house", number, str(line_id))


def _read_links(last: int) -> Iterator[tuple[Any, ...]]:
    names = ("number", "kind", "line_id", "mark", "digest", "sealed_at", *(f"line__{name}" for name in FACTS))
    after = 0
    while True:
        rows = Seal.objects.filter(number__gt=after, number__lte=last).order_by("number").values_list(*names)
        batch = list(rows[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        after = batch[-1][0]


def _facts(values: list[Any]) -> LineFacts | None:
    """None where the line is gone; its id stands on the link even then."""
    return LineFacts(*values) if values[FACTS.index("at")] else None


def _verify_line(number: int, line_id: Any, mark: str, line: LineFacts | None) -> Fault | None:
    if line is None:
        return Fault("removed", f"The line of link {number} is gone", number, str(line_id))
    if _is_as_written(line, mark):
        return None
    says = f"The line of link {number} is not what was written: {line.verb}, {line.at:%Y-%m-%d %H:%M}"
    return Fault("altered", says, number, str(line_id))


def _is_as_written(line: LineFacts, mark: str) -> bool:
    """An erased line keeps the digest of what it said, and has a mark of what is left."""
    if not hmac.compare_digest(mark_line(line, said=line.said_digest), mark):
        return False
    if line.mark is not None and line.mark != mark:
        return False
    return line.said_digest is None or hmac.compare_digest(line.wiped_mark or "", mark_wiped(line))


def _verify_waiting(seen: Seen) -> Iterator[Fault]:
    """Lines that wait for their link have their own mark already, unless the chain has not begun."""
    has_begun = Seal.objects.exists()
    rows = Unsealed.objects.filter(~Exists(Seal.objects.filter(line=OuterRef("line")))).order_by("id")
    names = ("line_id", *(f"line__{name}" for name in FACTS))
    for line_id, *values in rows.values_list(*names).iterator(chunk_size=BATCH):
        line = _facts(values)
        if line is None:
            yield Fault("removed", "A line that waited for its link is gone", None, str(line_id))
            continue
        seen.lines += 1
        seen.waiting += 1
        if line.mark is None and has_begun:
            yield Fault("inserted", f"A line was not written by this house: {line.verb}", None, str(line_id))
        elif line.mark is not None and not _is_as_written(line, line.mark):
            says = f"A line that waits for its link is not what was written: {line.verb}"
            yield Fault("altered", says, None, str(line_id))


def _find_left_out() -> Iterator[Fault]:
    sealed = Exists(Seal.objects.filter(line=OuterRef("pk")))
    queued = Exists(Unsealed.objects.filter(line=OuterRef("pk")))
    rows = Activity.objects.filter(~sealed, ~queued).order_by()
    for line_id, verb, at in rows.values_list("id", "verb", "at").iterator(chunk_size=BATCH):
        says = f"A line stands outside the chain: {verb}, {at:%Y-%m-%d %H:%M}"
        yield Fault("inserted", says, None, str(line_id))


def _missing_links(first: int, last: int) -> Fault:
    which = f"Link {first} is" if first == last else f"Links {first} to {last} are"
    return Fault("link_removed", f"{which} gone, with what they said of their lines", first)

"""What waits for a person's yes. Apps register their kinds in `AppConfig.ready`; `config/desk` shows them in one queue.

Source: promise 2. A person sees the whole text and what differs from the machine's; together only what is safe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet, TextField, Value


class Waiting(NamedTuple):
    """Where one thing stands in the queue, read cheaply for all of them. key: what it is sorted by."""

    kind: str
    id: UUID
    key: datetime


def as_waiting(rows: QuerySet[Any, Any], *, kind: str, key: str) -> QuerySet[Any, Any]:
    """Give rows the columns of `Waiting`, so that all kinds are read in one query."""
    named = rows.order_by().annotate(queue_kind=Value(kind, TextField()), queue_id=F("pk"), queue_key=F(key))
    return named.values_list("queue_kind", "queue_id", "queue_key")


def read_waiting(found: Sequence[QuerySet[Any, Any]], *, start: int, stop: int) -> list[Waiting]:
    """Read a stretch of the common queue: the longest waiting first."""
    if not found:
        return []
    first, *others = _first_of_each(found, stop)
    rows = first.union(*others, all=True).order_by("queue_key", "queue_id")
    return [Waiting(*row) for row in rows[start:stop]]


def _first_of_each(found: Sequence[QuerySet[Any, Any]], stop: int) -> Sequence[QuerySet[Any, Any]]:
    """As far as can be in the stretch: so PostgreSQL reads each kind in the order of an index. SQLite cannot say it."""
    if connection.vendor == "sqlite":
        return found
    return [rows.order_by("queue_key", "queue_id")[:stop] for rows in found]


@dataclass(frozen=True)
class Approval:
    """One thing that waits, as the queue's list shows it.

    version: what an answer must carry. single: why it may not be approved together with others; "" where it may.
    refusal: why this reader may not approve it; "" where they may. leaves_at: when a yes lets it go, None: at once.
    action: what a yes is called on its button. may_be_undone: whether it can be taken back for a moment.
    needs_reason: whether a no must say why.
    """

    kind: str
    kind_label: str
    id: UUID
    version: int
    title: str
    recipient: str
    customer_id: UUID
    customer_name: str
    url: str
    waits_since: datetime
    leaves_at: datetime | None = None
    written_by: str = ""
    warnings: Sequence[str] = ()
    single: str = ""
    refusal: str = ""
    action: str = "Approve and send"
    may_be_undone: bool = True
    needs_reason: bool = False

    @property
    def is_for_bulk(self) -> bool:
        return not self.single

    @property
    def is_for_reader(self) -> bool:
        return not self.refusal


@dataclass(frozen=True)
class WholeApproval:
    """One thing as a person decides it: the whole text, and the machine's own version of it.

    template: of the kind, shows `context`. machine: subject and body as the machine last wrote them, None where a
    person wrote it all.
    """

    approval: Approval
    subject: str
    body: str
    machine: tuple[str, str] | None
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """What an answer did: the state it is in now, in a code and in words."""

    state: str
    message: str
    next_try_at: datetime | None = None


@dataclass(frozen=True)
class ApprovalKind:
    """How one kind of thing is listed, shown and answered. Users are `customers.User`.

    find: the waiting of a reader as `as_waiting` gives it, `mine` for what is expected of them alone; not yet read.
    read: those of these ids that the reader may see and that still wait, in a fixed number of queries.
    show: one whole; None when it is gone or not theirs.
    approve, decline: raise what the kind's services raise; `undo_seconds` for kinds that can wait a moment.
    """

    kind: str
    find: Callable[..., QuerySet[Any, Any]]
    read: Callable[..., Mapping[UUID, Approval]]
    show: Callable[..., WholeApproval | None]
    approve: Callable[..., Answered]
    decline: Callable[..., Answered]


_kinds: dict[str, ApprovalKind] = {}


def register_approvals(kind: ApprovalKind) -> None:
    """This will add a kind to the queue; the same name again replaces it."""
    _kinds[kind.kind] = kind


def list_approval_kinds() -> tuple[ApprovalKind, ...]:
    return tuple(_kinds.values())


def find_approval_kind(name: str) -> ApprovalKind | None:
    return _kinds.get(name)

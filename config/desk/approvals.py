"""The approvals queue: everything that waits for a person's yes, whatever part of the house it comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from config.desk.approvals_answers import APPROVAL_ANSWERS
from customers.models import User
from customers.queries.kept import Key, key_of
from customers.queries.lookup import NotThere
from customers.queries.paging import Counted, count_some
from customers.registry.approvals import (
    Answered,
    Approval,
    ApprovalKind,
    Waiting,
    WholeApproval,
    find_approval_kind,
    list_approval_kinds,
    read_waiting,
)
from emails.rules.comparing import Piece
from journeys.rules.comparing import compare_long

HEAD = 100
"""How much of a queue is read at once; only a longer one is counted besides."""


@dataclass(frozen=True)
class Difference:
    """What a person changed of the machine's own text; empty lists of pieces where there is none."""

    subject: list[Piece]
    body: list[Piece]


class Queue:
    """One reader's queue, paged without reading more of it than the page needs.

    Looks like a list to Django's Paginator: its length is counted, a slice is read of all kinds together.
    mark: what its tables stand at (`APPROVAL_ANSWERS`); who stood first at it, and how many wait, is not asked again.
    Empty: all is asked.
    """

    def __init__(self, user: User, *, mine: bool, now: datetime, mark: str = "") -> None:
        self._user, self._mine, self._now, self._mark = user, mine, now, mark

    def __len__(self) -> int:
        if len(self._head) < HEAD:
            return len(self._head)
        return APPROVAL_ANSWERS.answer(self._mark, self._key("length"), self._count)

    def count_some(self) -> Counted:
        """This will count the queue for a page, which need not know how long a long one is."""
        if len(self._head) < HEAD:
            return Counted(len(self._head))
        return APPROVAL_ANSWERS.answer(self._mark, self._key("some"), lambda: count_some(*self._found))

    def __getitem__(self, place: slice) -> list[Approval]:
        start, stop = place.start or 0, place.stop or 0
        is_known = stop <= HEAD or len(self._head) < HEAD
        return self._read(self._head[place] if is_known else read_waiting(self._found, start=start, stop=stop))

    @cached_property
    def _found(self) -> list[Any]:
        return [kind.find(self._user, mine=self._mine) for kind in list_approval_kinds()]

    @cached_property
    def _head(self) -> list[Waiting]:
        return APPROVAL_ANSWERS.answer(
            self._mark, self._key("head"), lambda: read_waiting(self._found, start=0, stop=HEAD)
        )

    def _count(self) -> int:
        first, *others = self._found
        return int(first.union(*others, all=True).count())

    def _key(self, asked: str) -> Key:
        return key_of(self._user, asked, self._mine, tuple(self._user.desk))

    def _read(self, rows: list[Waiting]) -> list[Approval]:
        ids: dict[str, list[UUID]] = defaultdict(list)
        for row in rows:
            ids[row.kind].append(row.id)
        found: dict[UUID, Approval] = {}
        for name, wanted in ids.items():
            found |= _kind(name).read(wanted, user=self._user, now=self._now)
        return [found[row.id] for row in rows if row.id in found]


def show(item_id: UUID, *, user: User, now: datetime, kind: str = "") -> WholeApproval | None:
    """This will show one thing whole if it still waits and the reader may see it. kind: asked first, where known."""
    kinds = sorted(list_approval_kinds(), key=lambda one: one.kind != kind)
    shown = (one.show(item_id, user=user, now=now) for one in kinds)
    return next((whole for whole in shown if whole is not None), None)


def difference(whole: WholeApproval) -> Difference | None:
    """This will compare the text with the machine's own; None where the machine wrote none, or nothing differs."""
    if whole.machine is None or whole.machine == (whole.subject, whole.body):
        return None
    subject, body = whole.machine
    return Difference(compare_long(subject, whole.subject), compare_long(body, whole.body))


def approve(item_id: UUID, *, version: int, now: datetime, by: User, undo_seconds: int = 0, kind: str = "") -> Answered:
    """This will say yes to one thing. Raises NotThere and what its kind raises."""
    return _answer(item_id, "approve", kind, version=version, now=now, by=by, undo_seconds=undo_seconds)


def decline(item_id: UUID, *, version: int, reason: str, now: datetime, by: User, kind: str = "") -> Answered:
    """This will say no to one thing. Raises NotThere and what its kind raises."""
    return _answer(item_id, "decline", kind, version=version, reason=reason, now=now, by=by)


def read_one(item_id: UUID, *, user: User, now: datetime) -> Approval:
    """This will read one thing that still waits. Raises NotThere."""
    for kind in list_approval_kinds():
        if found := kind.read([item_id], user=user, now=now).get(item_id):
            return found
    raise NotThere("There is no such approval, or it is not yours.")


def _answer(item_id: UUID, verb: str, kind: str, **how: object) -> Answered:
    """Ask the kinds in turn whose it is; each says NotThere for what it does not know."""
    kinds: Iterable[ApprovalKind] = [_kind(kind)] if kind else list_approval_kinds()
    refused = NotThere("There is no such approval, or it is not yours.")
    for one in kinds:
        try:
            answered: Answered = getattr(one, verb)(item_id, **how)
        except NotThere as not_there:
            refused = not_there
        else:
            return answered
    raise refused


def _kind(name: str) -> ApprovalKind:
    kind = find_approval_kind(name)
    if kind is None:
        raise NotThere("There is no such kind of approval.")
    return kind

"""Who must look at accounts of which another system has told something new.

Noted in the transaction that wrote it: news sent after the commit is lost with a process that dies in between, and a
pull tells of a thousand accounts at once (promise 9).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

NoteAccounts = Callable[[Collection[UUID], datetime], None]
"""Takes accounts and now; writes down, in a statement or two, that they are to be looked at, and does nothing else."""

_noters: list[NoteAccounts] = []


def register_noter(note: NoteAccounts) -> None:
    """This will have `note` called for each batch of accounts; once, however often an app starts."""
    if note not in _noters:
        _noters.append(note)


def note_accounts(customer_ids: Collection[UUID], *, now: datetime) -> None:
    """This will have everybody note them. Must be called inside the transaction that wrote what is new."""
    for note in _noters:
        note(customer_ids, now)

"""What the bell of every page says: known up to five seconds late, so that not every page has to ask."""

from __future__ import annotations

import uuid
from time import monotonic

from customers.models import User
from customers.queries.notices import count_unread

REMEMBERED_S = 5.0
MOST_REMEMBERED = 2_000

_seen: dict[uuid.UUID, tuple[int, float]] = {}
_silent_until = 0.0


def read_bell(user: User) -> int:
    """This will give how much a person has not read, asking at most once in five seconds for each process."""
    value, until = _seen.get(user.pk, (0, _silent_until))
    if monotonic() < until:
        return value
    if len(_seen) >= MOST_REMEMBERED:
        _seen.clear()
    value = count_unread(user)
    _seen[user.pk] = (value, monotonic() + REMEMBERED_S)
    return value


def silence_bell(*, seconds: float) -> None:
    """This will have this process's pages say nothing for a while without asking, for whom it has not asked."""
    global _silent_until
    _silent_until = monotonic() + seconds


def forget_bell(user_id: uuid.UUID | None = None) -> None:
    """This will have this process ask again for one person, who has just read something; None: for everybody."""
    global _silent_until
    _silent_until = 0.0
    if user_id is None:
        _seen.clear()
    else:
        _seen.pop(user_id, None)

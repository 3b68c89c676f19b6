"""What the book answered before, for as long as nothing was written that it depends on. SQLite alone.

Triggers (services/book_marks.py) change the mark with every row of `WATCHED` that is written, whoever writes it. A mark
is random, never counted: after a rollback the old one stands again, and the next is none that was seen before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from customers.models import Brake, Contract, Customer, Hold, Stakeholder, Todo, User
from emails.models import Draft
from outreach.models import OutreachPlan, Touch
from renewals.models import Renewal

T = TypeVar("T")
WATCHED: tuple[type[Model], ...] = (
    *(Customer, Contract, Renewal, Stakeholder, User),
    *(Brake, Hold, Todo, Draft, OutreachPlan, Touch),
)
"""Every table that an answer of the book is read from."""
OPERATIONS = ("INSERT", "UPDATE", "DELETE")
MARK_TABLE = "renewals_book_mark"
TRIGGER_PREFIX = "book_mark_"
MOST_KEPT = 128
# Without all triggers, as after a migration that was cut short, there is no mark to be trusted.
_READ = f"""
SELECT mark FROM {MARK_TABLE} WHERE {len(WATCHED) * len(OPERATIONS)} = (
    SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, {len(TRIGGER_PREFIX)}) = '{TRIGGER_PREFIX}'
)
"""  # noqa: S608, E501


def read_mark() -> str:
    """This will read what the tables of the book stand at; empty where nothing may be kept."""
    if connection.vendor != "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def key_of(user: User, *asked: Hashable) -> Hashable:
    """This will name what a person asked, with all that decides what this person may see."""
    return (user.pk, user.is_active, user.is_superuser, user.role, user.team_id, *asked)


class Kept:
    """The last answers at one mark. They are shared, so nobody may change them."""

    def __init__(self) -> None:
        self._lock, self._mark = Lock(), ""
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()

    def forget(self) -> None:
        with self._lock:
            self._answers.clear()

    def answer(self, mark: str, key: Hashable, read: Callable[[], T]) -> T:
        """This will give what was answered at this mark, or read it now. The mark has to be read before."""
        if not mark:
            return read()
        with self._lock:
            if mark == self._mark and key in self._answers:
                self._answers.move_to_end(key)
                found: T = self._answers[key]
                return found
        found = read()
        with self._lock:
            if mark != self._mark:
                self._answers.clear()
                self._mark = mark
            self._answers[key] = found
            while len(self._answers) > MOST_KEPT:
                self._answers.popitem(last=False)
        return found


KEPT = Kept()

"""What a page answered before, for as long as nothing was written that it depends on; on PostgreSQL for a minute.

SQLite: triggers (services/kept_marks.py) change a table's mark with every row that is written, whoever writes it. A
mark is random, never counted: after a rollback the old one stands again, and the next is none that was seen before.
PostgreSQL, where many write at once and a mark would be waited for: what took long to read serves its reader for a
minute (`minute.while_dear`), so that a book of 100,000 accounts opens as fast as a small one, which is read each time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import connection
from django.db.models import Model

from customers.models import User
from customers.queries.minute import forget_dear, while_dear

T = TypeVar("T")
OPERATIONS = ("INSERT", "UPDATE", "DELETE")
MARK_TABLE = "kept_mark"
TRIGGER_PREFIX = "kept_mark_"
MOST_KEPT = 128
A_MINUTE = "a minute"
"""The mark that stands for: may be a minute old."""
# Without all triggers, as after a migration that was cut short, there is no mark to be trusted.
_READ = f"""
SELECT mark FROM {MARK_TABLE} WHERE name IN (%(names)s) AND %(count)s = (
    SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%(names)s)
        AND substr(name, 1, {len(TRIGGER_PREFIX)}) = '{TRIGGER_PREFIX}'
) ORDER BY name
"""  # noqa: S608


Key = tuple[Hashable, ...]


def key_of(user: User, *asked: Hashable) -> Key:
    """This will name what a person asked, with all that decides what this person may see. It begins with the person."""
    return (user.pk, user.is_active, user.is_superuser, user.role, user.team_id, *asked)


class KeptAnswers:
    """The last answers at one mark of the tables they are read from. They are shared, so nobody may change them.

    watched: every table that an answer is read from. most: how many answers are kept.
    """

    def __init__(self, *watched: type[Model], most: int = MOST_KEPT) -> None:
        self.watched = watched
        self._most, self._lock, self._mark = most, Lock(), ""
        self._name = "+".join(model._meta.label for model in watched)
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        _every.append(self)

    def read_mark(self) -> str:
        """This will read what the watched tables stand at, for `answer`; empty where nothing may be kept."""
        if connection.vendor != "sqlite":
            return A_MINUTE
        names = ", ".join(f"'{model._meta.db_table}'" for model in self.watched)
        with connection.cursor() as cursor:
            cursor.execute(_READ % {"names": names, "count": len(self.watched) * len(OPERATIONS)})
            return "".join(mark for (mark,) in cursor.fetchall())

    def answer(self, mark: str, key: Key, read: Callable[[], T]) -> T:
        """This will give what was answered at this mark, or read it now. The mark has to be read before."""
        if not mark:
            return read()
        if mark == A_MINUTE:
            return while_dear(self._name, cast(UUID, key[0]), key, read)
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
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return found

    def forget(self) -> None:
        """This will drop what was answered."""
        with self._lock:
            self._answers.clear()


_every: list[KeptAnswers] = []


def list_watched() -> Iterable[type[Model]]:
    """This will give every table that somebody's answers depend on."""
    return {model for kept in _every for model in kept.watched}


def forget_answers() -> None:
    """This will have everything read anew, as after a change."""
    for kept in _every:
        kept.forget()
    forget_dear()


def figures_of(user: User, name: str, *asked: Hashable, read: Callable[[], T]) -> T:
    """This will read what a page adds up over all that the reader sees; on PostgreSQL what was dear serves a minute."""
    if connection.vendor == "sqlite":
        return read()
    return while_dear(name, user.pk, key_of(user, *asked), read)

"""What the app that sends mail knows of people: whether anything stops mail to them. Read by pages and the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class MailStop:
    """One reason. words: as one says it of a person (“unsubscribed 3 Mar 2026, by link”). topic: "" for everything,
    topic_label: the same for people.

    is_final: contract notices do not reach them either.
    """

    cause: str
    words: str
    since: datetime
    topic: str = ""
    topic_label: str = ""
    is_final: bool = False


@dataclass(frozen=True)
class MailStopSource:
    """read: takes addresses in lower case, gives every stop of each, in one query. join: takes a queryset of
    Stakeholder and gives it with `first_stop` on each row, without a query of its own; unpack: reads that value.
    """

    read: Callable[[Sequence[str]], Mapping[str, Sequence[MailStop]]]
    join: Callable[[Any], Any]
    unpack: Callable[[Any], MailStop | None]


_sources: list[MailStopSource] = []


def register_mail_stops(source: MailStopSource) -> None:
    """This will make the source the one; there is one app that sends mail."""
    _sources[:] = [source]


def attach_mail_stops(people: Iterable[Any]) -> None:
    """This will put `mail_stops` (a list) on each Stakeholder, in one query for all."""
    rows = list(people)
    addresses = sorted({person.email.lower() for person in rows if person.email})
    found = _sources[0].read(addresses) if _sources and addresses else {}
    for person in rows:
        person.mail_stops = list(found.get(person.email.lower(), ()))


def list_with_first_stop(people: Any) -> list[Any]:
    """This will read a queryset of Stakeholder with the first of its `mail_stops` alone, in the one query it is."""
    if not _sources:
        return list(people)
    rows = list(_sources[0].join(people))
    for person in rows:
        first = _sources[0].unpack(person.first_stop)
        person.mail_stops = [first] if first else []
    return rows

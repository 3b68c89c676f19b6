"""What may become of an automation whose moment has come. Pure: facts in, decision out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

RETRY_DELAY = timedelta(minutes=15)  # the journey spec: "Retry in 15 min"

NOWHERE = "NULL"


class Due(NamedTuple):
    """One claimed row, as handlers see it. attempt: 1 is the first. place: where the database keeps it, if it tells."""

    id: UUID
    type: str
    kind: str
    customer_id: UUID
    subject_kind: str
    subject_id: UUID
    occurrence: str
    trigger_at: datetime
    attempt: int
    max_retries: int
    payload: Mapping[str, Any] = MappingProxyType({})
    place: str = NOWHERE

    @property
    def attempts_left(self) -> int:
        """After this one; below zero where its worker died on the last."""
        return self.max_retries + 1 - self.attempt


@dataclass(frozen=True)
class Do:
    """Carry the effects out; `action` says in words what is done."""

    action: str
    effects: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Skip:
    """Never do it, for this reason."""

    reason: str


@dataclass(frozen=True)
class Wait:
    """Look at it again at `until`, which must be later than now; the effects are carried out already."""

    until: datetime
    reason: str
    effects: tuple[Any, ...] = ()


Decision = Do | Skip | Wait


@dataclass(frozen=True)
class RetryAt:
    at: datetime


@dataclass(frozen=True)
class GiveUp:
    attempts: int


def too_late(*, trigger_at: datetime, now: datetime, expires_after: timedelta | None) -> str:
    """Say why a row that waited through an outage must not run any more; empty when it may.

    expires_after: None runs however late it is. Source: promise 8, "no burst after an outage".
    """
    if expires_after is None or now - trigger_at <= expires_after:
        return ""
    late = now - trigger_at
    return f"Due {_in_words(late)} ago; this kind is dropped after {_in_words(expires_after)}."


def after_failure(*, attempt: int, max_retries: int, now: datetime) -> RetryAt | GiveUp:
    """Choose between another attempt in 15 minutes and giving up; 3 retries are 4 attempts."""
    if attempt > max_retries:
        return GiveUp(attempts=attempt)
    return RetryAt(at=now + RETRY_DELAY)


def group_size(attempts_left: int) -> int:
    """Say how many rows may be tried together that have failed before, each with so many attempts left after this one.

    One of them may be what kills the workers: the fewer attempts are left, the fewer share its fate, in the end none.
    """
    return {0: 1, 1: 5}.get(attempts_left, 50)


def share_of(waiting: int, *, most: int) -> int:
    """Say how many of the waiting rows one worker takes at a time, up to `most`.

    Of the last ones half, though no fewer than half of `most`: who takes all leaves the others nothing to do meanwhile.
    """
    return most if waiting > most else max(math.ceil(waiting / 2), most // 2)


def _in_words(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    number, unit = (hours // 24, "day") if hours >= 48 else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"

"""What waits while everything stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from customers.models import Standstill
from emails.queries.about_to_leave import list_about_to_leave
from journeys.queries.due import count_ready, list_due_since


@dataclass(frozen=True)
class Waiting:
    """since_last_tick: of the due automations those that the lost time may have seen already."""

    automations: int
    since_last_tick: int
    letters: int


def read_waiting(standstill: Standstill, *, now: datetime) -> Waiting:
    return Waiting(
        automations=count_ready(now),
        since_last_tick=list_due_since(standstill.last_tick_at, now=now).count(),
        letters=list_about_to_leave(now).count(),
    )

"""What apps on the left do when somebody's absence begins or is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

AbsenceStep = Callable[[Any, datetime], None]
"""Takes the absence and now. Runs in the transaction that moved it."""

_begins: list[AbsenceStep] = []
_ends: list[AbsenceStep] = []


def register_absence_steps(*, begins: AbsenceStep, ends: AbsenceStep) -> None:
    """This will add an app's steps; once each, however often an app starts."""
    if begins not in _begins:
        _begins.append(begins)
        _ends.append(ends)


def list_begin_steps() -> tuple[AbsenceStep, ...]:
    return tuple(_begins)


def list_end_steps() -> tuple[AbsenceStep, ...]:
    return tuple(_ends)

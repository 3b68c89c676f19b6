"""What apps on the left have to say and to do when two accounts become one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

MergeGuard = Callable[[Any, Any], str]
"""Takes the account that stays and the one that goes; gives why they cannot be merged now, or ""."""

MergeStep = Callable[[Any, Any, datetime, Any], None]
"""Takes the two accounts, now and who merges. Runs in the merge's transaction, before rows are moved: clears away what
only one of the two can have."""

_guards: list[MergeGuard] = []
_steps: list[MergeStep] = []


def register_merge(*, guard: MergeGuard, step: MergeStep) -> None:
    """This will add an app's guard and step; once each, however often an app starts."""
    if guard not in _guards:
        _guards.append(guard)
    if step not in _steps:
        _steps.append(step)


def list_merge_guards() -> tuple[MergeGuard, ...]:
    return tuple(_guards)


def list_merge_steps() -> tuple[MergeStep, ...]:
    return tuple(_steps)

"""Where apps on the left say on which day a letter of theirs is to leave. Filled in `AppConfig.ready`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from uuid import UUID

Days = Mapping[UUID, date]
_planners: dict[str, Callable[[Collection[UUID]], Days]] = {}


def register_planned_days(origin_kind: str, read: Callable[[Collection[UUID]], Days]) -> None:
    """This will take `read` (draft ids → the customer's day, those without one left out) for letters of this origin."""
    _planners[origin_kind] = read


def planned_days(ids_by_origin: Mapping[str, Collection[UUID]]) -> Days:
    """This will read the days of letters, one call per origin."""
    days: dict[UUID, date] = {}
    for origin_kind, ids in ids_by_origin.items():
        if (read := _planners.get(origin_kind)) and ids:
            days |= read(ids)
    return days

"""Where apps on the left say when a letter of theirs is to leave and what their templates may name.

Filled in `AppConfig.ready`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class TemplateName:
    """A name that a template may use. example: shown beside the editor. is_link: an address, for a button."""

    name: str
    meaning: str
    example: str
    is_link: bool = False


_names: dict[str, tuple[TemplateName, ...]] = {}


def register_template_names(key: str, names: Iterable[TemplateName]) -> None:
    """This will take the names that the template with this key may use."""
    _names[key] = tuple(names)


def template_names(key: str) -> tuple[TemplateName, ...]:
    return _names.get(key, ())

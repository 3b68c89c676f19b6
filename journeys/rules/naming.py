"""What an automation is called where people read it."""

from __future__ import annotations

import re

from journeys.enums import JourneyKind

_MONTH = re.compile(r"month-(\d+)")


def name_automation(kind: str, occurrence: str = "") -> str:
    """Name what an automation does: "Coming soon, M3"; a kind of another part by its last word."""
    name = JourneyKind(kind).label if kind in JourneyKind.values else _words(kind)
    place = name_place(occurrence)
    return f"{name}, {place}" if place else name


def name_place(occurrence: str) -> str:
    """Say which one of its kind it is: "month-3" → M3; what names no month stays, an id says nothing."""
    if month := _MONTH.match(occurrence):
        return f"M{month[1]}"
    return "" if occurrence.startswith("hold-") else occurrence


def _words(kind: str) -> str:
    return kind.rpartition(".")[2].replace("_", " ").capitalize()

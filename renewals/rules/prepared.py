"""The order of people that Prepare proposed: what it says, and whether the figures of today agree.

Source: Engage, "Integration with Prepare": the stakeholder sequence is refined in step 1 with timing.
"""

from __future__ import annotations

import re

from outreach.enums import SequencingApproach

_ROLES = {
    "champion": SequencingApproach.CHAMPION_FIRST,
    "economic buyer": SequencingApproach.ECONOMIC_BUYER_FIRST,
    # Neither strategy begins with them.
    "decision maker": None,
}
_TOGETHER = re.compile(
    r"\bparallel\b|\bchampion (?:\+|&|and) decision maker\b|\bdecision maker (?:\+|&|and) champion\b"
)


def read_approach(text: str) -> SequencingApproach | None:
    """Tell the strategy that a proposal means: by its name, else by the role it begins with; None for neither."""
    words = _folded(text)
    if _TOGETHER.search(words):
        return SequencingApproach.PARALLEL
    found = [(place, approach) for role, approach in _ROLES.items() if (place := words.find(role)) >= 0]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def names_person(text: str, name: str) -> bool:
    """Say whether the proposal names this person, whole and as it is written."""
    return bool(name.strip()) and f" {_folded(name)} " in f" {_folded(text)} "


def compare(text: str, recommended: SequencingApproach) -> str:
    """Say what Prepare proposed beside what is recommended now; empty where it proposed nothing."""
    if not text.strip():
        return ""
    proposed = read_approach(text)
    if proposed is None:
        return f"Prepare noted for the order: “{text.strip()}”."
    if proposed == recommended:
        return f"Prepare proposed “{text.strip()}”, and today's figures agree."
    return f"Prepare proposed “{text.strip()}”; today's figures call for {recommended.label.lower()}."


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[^\w+&]+", " ", text.casefold().replace("_", " ")).split())

"""The votes on the price as the API writes them: the same in a what-if and in a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from renewals.api.numbers import plain_number
from renewals.rules.pricing import Vote

VOTERS: Mapping[str, str] = {
    "price_increase": "priceIncreasePercent",
    "relationship": "relationshipStrength",
    "competitive_pressure": "competitivePressure",
}
"""The rule's name of a factor → the field that carries it."""


def show_votes(votes: Iterable[Vote], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """This will write each vote with the plain value it rests on. values: field → value, null where not known."""
    return [
        {"factor": VOTERS[vote.factor], "value": _plain(values[VOTERS[vote.factor]]), "vote": vote.vote}
        for vote in votes
    ]


def _plain(value: Any) -> Any:
    return plain_number(value) if isinstance(value, Decimal | int) else value

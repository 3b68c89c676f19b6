"""The questions that the board takes from its address; anything odd there is left out, never an error."""

from __future__ import annotations

from collections.abc import Mapping

from journeys.forms.log import MAX_TEXT, one_of, read_id
from journeys.queries.board import NO_OWNER, STATES, BoardFilter

MOST_MONTHS = 999


def read_board_filter(query: Mapping[str, str]) -> BoardFilter:
    """This will read q, state, owner, segment, programme and month from an address."""
    owner, month = query.get("owner", ""), query.get("month", "")
    return BoardFilter(
        text=query.get("q", "").replace("\0", "").strip()[:MAX_TEXT],
        state=one_of(query.get("state", ""), set(STATES)),
        owner=owner if owner == NO_OWNER else _id(owner),
        segment=query.get("segment", "").replace("\0", "")[:MAX_TEXT],
        programme=_id(query.get("programme", "")),
        month=int(month) if month.isascii() and month.isdigit() and 0 < int(month[:4]) <= MOST_MONTHS else None,
    )


def _id(value: str) -> str:
    found = read_id(value)
    return str(found) if found else ""

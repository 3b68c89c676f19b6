"""The questions that the book page takes from its address; anything odd there is left out, never an error."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from customers.models import SavedView
from renewals.enums import Stage
from renewals.queries.book_filter import DEFAULT_SORT, NO_CONTRACT, NO_OWNER, RISKS, SORTS, BookFilter

MAX_TEXT = 100


def read_filter(query: Mapping[str, str]) -> BookFilter:
    """This will read stage, owner, segment, risk, q and sort ("-price" is descending) from an address."""
    sort = query.get("sort", "")
    name = sort.removeprefix("-")
    return BookFilter(
        stage=_one_of(query.get("stage", ""), {*Stage.values, NO_CONTRACT}),
        owner=_owner(query.get("owner", "")),
        segment=query.get("segment", "").replace("\0", "")[:MAX_TEXT],
        risk=_one_of(query.get("risk", ""), set(RISKS)),
        text=query.get("q", "").replace("\0", "").strip()[:MAX_TEXT],
        sort=name if name in SORTS else DEFAULT_SORT,
        descending=sort.startswith("-") and name in SORTS,
    )


def clean_view_name(name: str) -> str:
    return " ".join(name.replace("\0", "").split())[: SavedView._meta.get_field("name").max_length]


def _one_of(value: str, allowed: set[str]) -> str:
    return value if value in allowed else ""


def _owner(value: str) -> str:
    if value == NO_OWNER:
        return value
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return ""

"""The questions that the book page takes from its address; anything odd there is left out, never an error."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from customers.models import SavedView
from renewals.enums import Stage
from renewals.queries.book_filter import (
    CONFIDENCES,
    DEFAULT_SORT,
    NO_CONTRACT,
    NO_OWNER,
    RISKS,
    SETTLED,
    SORTS,
    BookFilter,
)
from renewals.rules.quarters import read_span

MAX_TEXT = 100
CURRENCY_LETTERS = 3


def read_filter(query: Mapping[str, str]) -> BookFilter:
    """This will read stage, owner, segment, risk, q and sort ("-price" is descending) from an address.

    Beside them team, ends, currency, settled and confidence, by which a figure of the forecast finds its rows.
    """
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
        team=read_id(query.get("team", "")),
        ends=ends if read_span(ends := query.get("ends", "")) else "",
        currency=read_currency(query.get("currency", "")),
        settled=_one_of(query.get("settled", ""), set(SETTLED)),
        confidence=_one_of(query.get("confidence", ""), set(CONFIDENCES)),
    )


def clean_view_name(name: str) -> str:
    return " ".join(name.replace("\0", "").split())[: SavedView._meta.get_field("name").max_length]


def _one_of(value: str, allowed: set[str]) -> str:
    return value if value in allowed else ""


def _owner(value: str) -> str:
    return value if value == NO_OWNER else read_id(value)


def read_id(value: str) -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return ""


def read_currency(value: str) -> str:
    return value if len(value) == CURRENCY_LETTERS and value.isascii() and value.isalpha() else ""

"""The columns of the book's table and of its export."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from renewals.enums import NextAction
from renewals.queries.book_filter import BookFilter
from renewals.queries.book_rows import BookRow
from renewals.rules.stage_guide import all_guides

HEADS: tuple[tuple[str, str, bool], ...] = (
    ("name", "Account", False),
    ("days", "Renews in", False),
    ("price", "Price a year", True),
    ("target", "Target", True),
    ("increase", "Increase", True),
    ("risk", "Churn risk", False),
    ("relationship", "Relation", True),
    ("action", "Next action", False),
    ("waits", "Waits", True),
    ("owner", "Owner", False),
)
LARGEST_FIRST = frozenset({"price", "target", "increase", "risk", "relationship"})
"""Columns of which the first click shows the largest."""

ORDERS = (
    ("days", "Soonest first"),
    ("-risk", "Highest risk"),
    ("-price", "Largest price"),
    ("-increase", "Largest increase"),
    ("name", "By name"),
)
"""What a phone, which shows no column heads, offers to sort by."""

EXPORT_HEAD = (
    "Account ID",
    "Account",
    "Segment",
    "Stage",
    "Renewal date",
    "Days to renewal",
    "Current price",
    "Target price",
    "Currency",
    "Increase %",
    "Price locked",
    "Churn risk",
    "Relationship",
    "Next action",
    "Waits since",
    "Owner",
)

IN_ENGAGE = frozenset(
    {NextAction.OPEN_ENGAGE, NextAction.REVIEW_EMAILS, NextAction.FOLLOW_PLAN, NextAction.MAKE_CONTACT}
)
PAGES = {NextAction.AFTER_REPLY: "renewals:brake", NextAction.AGREE_TERMS: "renewals:negotiate"}
SOME_ID = uuid.UUID(int=0)
ANCHORS = {
    NextAction.ADD_CONTRACT: "renewal",
    NextAction.SET_PRICE: "renewal",
    NextAction.LOCK_PRICE: "renewal",
    NextAction.RECORD_OUTCOME: "renewal",
    NextAction.DO_TODO: "planned",
}


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    is_number: bool
    is_current: bool
    is_descending: bool
    url: str


class Columns:
    """The table's heads, each with the address that sorts by it; a second click turns the order."""

    def __init__(self, query: QueryDict, wanted: BookFilter) -> None:
        self._query, self._wanted = query, wanted

    def __iter__(self) -> Iterator[Column]:
        return (self._column(*head) for head in HEADS)

    def _column(self, key: str, label: str, is_number: bool) -> Column:
        is_current = key == self._wanted.sort
        turns_down = not self._wanted.descending if is_current else key in LARGEST_FIRST
        query = self._query.copy()
        query["sort"] = f"-{key}" if turns_down else key
        query.pop("page", None)
        return Column(key, label, is_number, is_current, self._wanted.descending, f"?{query.urlencode()}")


def list_orders(wanted: BookFilter) -> list[tuple[str, str, bool]]:
    """This will give the orders to choose from, the present one among them: code, label, whether it is that one."""
    present = f"-{wanted.sort}" if wanted.descending else wanted.sort
    orders = [(code, label, code == present) for code, label in ORDERS]
    if not any(is_present for _, _, is_present in orders):
        label = next(label for key, label, _ in HEADS if key == wanted.sort)
        orders.append((present, f"By {label.lower()}", True))
    return orders


class Addresses:
    """Where a row leads: reversed once for the page, not for each of its rows."""

    def __init__(self) -> None:
        self._account = reverse("customers:account", args=[SOME_ID])
        self._engage = reverse("renewals:engage", args=[SOME_ID])
        self._pages = {action: reverse(name, args=[SOME_ID]) for action, name in PAGES.items()}

    def account(self, row: BookRow) -> str:
        return self._account.replace(str(SOME_ID), str(row.customer_id))

    def next_step(self, row: BookRow) -> str:
        """This will give where the next action is done: a page of its own, or a panel of the account page."""
        if row.action in self._pages:
            return self._pages[row.action].replace(str(SOME_ID), str(row.customer_id))
        if row.action in IN_ENGAGE:
            return self._engage.replace(str(SOME_ID), str(row.customer_id))
        anchor = ANCHORS.get(row.action, "")
        return self.account(row) + (f"#{anchor}" if anchor else "")


def export_cells(row: BookRow) -> list[object]:
    increase = row.increase_pct
    return [
        str(row.customer_id),
        row.name,
        row.segment,
        row.stage.label if row.stage else "No contract",
        row.renewal_date.isoformat() if row.renewal_date else None,
        row.days,
        row.current_price,
        row.target_price,
        row.currency,
        None if increase is None else round(increase, 1),
        "yes" if row.price_locked else "no",
        row.churn_risk,
        row.relationship,
        row.action_text,
        row.waits_since.isoformat() if row.waits_since else None,
        row.owner_name,
    ]


@lru_cache(maxsize=1)
def draw_guides() -> SafeString:
    """This will draw what the stages are for: the same words for everybody, drawn once."""
    return render_to_string("renewals/_stage_guides.html", {"guides": all_guides()})


@lru_cache(maxsize=2_000)
def draw_row(row: BookRow, url: str, step_url: str) -> SafeString:
    """This will draw one row. What is drawn depends on the arguments alone, so the same row is drawn once."""
    return render_to_string("renewals/_book_row.html", {"row": row, "url": url, "step_url": step_url})

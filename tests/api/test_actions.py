"""docs/actions.md: every page that takes a form has the call that does the same, or says why there is none."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.api.description import list_operations
from tests.rights.table import NO_METHOD, read_table

TABLE = Path(__file__).resolve().parents[2] / "docs" / "actions.md"
NONE, MISSING = "–", "missing"
CALL = re.compile(r"(GET|POST|PUT|PATCH|DELETE) `(/api/[^`]*)`")


@dataclass(frozen=True)
class Row:
    """One line of the table. calls: method and address as the description has them."""

    page: str
    said: str
    remark: str

    @property
    def calls(self) -> list[tuple[str, str]]:
        return [(method.lower(), address) for method, address in CALL.findall(self.said)]

    @property
    def is_missing(self) -> bool:
        return MISSING in (self.said, self.remark.split(":")[0])


@cache
def rows() -> dict[str, Row]:
    found: dict[str, Row] = {}
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        if len(cells) == 3 and cells[0].startswith("`"):
            row = Row(cells[0].strip("`"), cells[1], cells[2])
            assert row.page not in found, f"{row.page} has two rows"
            found[row.page] = row
    return found


def pages_with_a_form() -> list[str]:
    """Every page route that takes a POST: docs/rights.md has them, and is held to the URL tables."""
    named = (row.name.split(" ")[0] for row in read_table().values() if row.write != NO_METHOD)
    return list(dict.fromkeys(name for name in named if not name.startswith("/api/") and name.islower()))


def test_every_page_with_a_form_has_a_row_and_every_row_a_page() -> None:
    pages = pages_with_a_form()

    assert [page for page in pages if page not in rows()] == []
    assert [page for page in rows() if page not in pages] == []
    assert len(pages) > 150


def test_the_rows_stand_in_the_order_of_the_rights() -> None:
    assert list(rows()) == pages_with_a_form()


def test_every_call_is_described() -> None:
    described = set(list_operations())

    assert [(row.page, call) for row in rows().values() for call in row.calls if call not in described] == []


def test_every_row_names_a_call_or_says_why_not() -> None:
    words = {row.page: CALL.sub("", row.said).replace("·", "").strip() for row in rows().values()}

    assert {page: word for page, word in words.items() if word not in ("", NONE, MISSING)} == {}
    assert [row.page for row in rows().values() if not row.calls and row.said not in (NONE, MISSING)] == []
    assert [row.page for row in rows().values() if row.said == NONE and not row.remark] == []


def test_few_pages_have_none() -> None:
    """What needs a browser is the door, and the stand-ins' own pages; what is still missing is printed."""
    needs_a_browser = [row.page for row in rows().values() if row.said == NONE]

    missing = [row.page for row in rows().values() if row.is_missing]
    sys.stdout.write(f"{len(missing)} missing: {', '.join(missing)}\n")
    assert len(needs_a_browser) < 35

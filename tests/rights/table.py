"""What docs/rights.md says of each address, and what may be answered in each cell of the matrix."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from customers.enums import Role

TABLE = Path(__file__).resolve().parents[2] / "docs" / "rights.md"
COLUMNS = 4
NOBODY = "nobody"
EVERYBODY = {role.value for role in Role}
WORKERS = {Role.CSM, Role.LEAD, Role.OPS}
WHO = {
    "open": {NOBODY, *EVERYBODY},
    "all": EVERYBODY,
    "people": EVERYBODY - {Role.INTEGRATION},
    "writers": {*WORKERS, Role.INTEGRATION},
    "workers": WORKERS,
    "approvers": WORKERS,
    "leaders": {Role.LEAD, Role.OPS},
    "ops": {Role.OPS},
    "ops by the page": set(),
    "signed calls": set(),
}
NO_METHOD = "–"
LED_AWAY = "to the sign-in"
OBJECTS = {"account", "own", "workspace", "queue", "secret", NO_METHOD}
TEAM_READERS = {Role.LEAD, Role.OPS, Role.READ_ONLY, Role.INTEGRATION}
"""The integration of the matrix is in a team; tests/rights/test_integration.py has one that is in none."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    object: str
    read: str
    write: str

    def who(self, method: str) -> str:
        return self.read if method == "get" else self.write

    @property
    def has_object(self) -> bool:
        return self.object not in ("secret", NO_METHOD)

    def sees(self, role: str, relation: str) -> bool:
        """Tell whether this role sees the object in this relation to whose it is."""
        if relation == "missing":
            return False
        if self.object == "own":
            return relation == "own"
        if self.object not in ("account", "queue") or relation == "own":
            return True
        return role in TEAM_READERS if relation == "team" else role == Role.OPS


def answers_of_page(row: Row, *, method: str, role: str, relation: str) -> set[str]:
    """Give the kinds of answer that are right in this cell."""
    said = row.who(method)
    if said == LED_AWAY:
        return {"sign-in"}
    if said == "signed calls":
        return {"refused"}
    if role in (NOBODY, Role.INTEGRATION):  # It signs in nowhere: a stranger, whatever session it had.
        return {"done"} if said == "open" else {"sign-in", "no method"} if said == NO_METHOD else {"sign-in"}
    return _answers_to(row, said, role=role, relation=relation)


def answers_of_api(row: Row, *, method: str, role: str, relation: str) -> set[str]:
    """Give the kinds of answer that are right in this cell."""
    said = row.who(method)
    if role == NOBODY:
        return {"done", "sign-in"} if said == "open" else {"unknown"}
    return _answers_to(row, said, role=role, relation=relation)


def _answers_to(row: Row, said: str, *, role: str, relation: str) -> set[str]:
    is_seen = not row.has_object or row.sees(role, relation)
    if said == NO_METHOD:
        return {"no method", "refused"} if is_seen else {"no method", "refused", "not found"}
    if role not in WHO[said]:
        return {"refused"} if is_seen else {"refused", "not found"}
    if is_seen:
        return {"done"}
    return {"led back"} if row.object == "queue" else {"not found"}


@cache
def read_table() -> dict[str, Row]:
    """Give the rows by their name: a route, a route and which of its pages, an address, a method and an address."""
    rows: dict[str, Row] = {}
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == COLUMNS and cells[0].startswith("`"):
            row = Row(cells[0].strip("`"), *cells[1:])
            assert row.name not in rows, f"{row.name} has two rows"
            rows[row.name] = row
    return rows


def row_of_page(page: str) -> Row | None:
    """Find the row of a page, its own or that of its route."""
    rows = read_table()
    return rows.get(page) or rows.get(page.split(" ")[0])


def row_of_operation(method: str, address: str) -> Row | None:
    rows = read_table()
    return rows.get(f"{method.upper()} {address}") or rows.get(address)

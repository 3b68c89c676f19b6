"""The figures of all drills in one table, for people; the JSON lines stay what programs read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

COLUMNS = (
    ("drill", ("drill",)),
    ("of it", ("fault", "gap", "way", "webhook", "repeats")),
    ("database", ("database",)),
    ("passed", ("passed",)),
    ("counted", ("rows", "letters", "events", "calls", "clicks", "toggles", "rounds", "approved", "clients", "links")),
    ("duplicates", ("duplicates",)),
    ("lost", ("lost",)),
    ("early", ("early",)),
    ("kills", ("kills",)),
    ("server down", ("server_down",)),
    ("longest wait s", ("longest_wait_s",)),
    ("recovery s", ("recovery_s", "longest_until_held_s", "held_after_s")),
    ("took s", ("drill_s",)),
)
"""A column's name, and the figures that stand in it, the first that the drill gives."""
PASSED, FAILED, LEFT_OUT = "yes", "NO", "left out"


def ended(line: dict[str, Any]) -> str:
    """This will say how a line ended: what could not be tried has neither passed nor failed."""
    if line["passed"] is None:
        return LEFT_OUT
    return PASSED if line["passed"] else FAILED


def draw_table(lines: Sequence[dict[str, Any]]) -> str:
    """This will draw one row for each line; a figure that a drill does not give stays empty."""
    rows = [[name for name, _ in COLUMNS]] + [[_figure(line, names) for _, names in COLUMNS] for line in lines]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    return "\n".join("  ".join(_align(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _figure(line: dict[str, Any], names: Sequence[str]) -> str:
    if names == ("passed",):
        return ended(line)
    return next((str(line[name]) for name in names if line.get(name) is not None), "")


def _align(cell: str, width: int) -> str:
    return cell.rjust(width) if cell.replace(".", "").isdigit() else cell.ljust(width)

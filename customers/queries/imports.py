"""The report of an import as its page shows it: one kind of row at a time, filtered by words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KINDS = (
    ("refused", "Refused"),
    ("created", "New"),
    ("changed", "Changed"),
    ("unchanged", "Left alone"),
    ("notices", "Notes"),
)

_TOLD_BY_ROW = ("created", "changed", "unchanged")


@dataclass(frozen=True)
class ReportTab:
    kind: str
    label: str
    count: int

    @property
    def title(self) -> str:
        return f"{self.label} ({self.count:,})"


@dataclass(frozen=True)
class ReportView:
    """What of a report is looked at: the tabs, the chosen kind, and its rows that hold the words."""

    tabs: tuple[ReportTab, ...]
    kind: str
    words: str
    rows: Sequence[Mapping[str, Any]]
    left_out: int


def view_report(report: Mapping[str, Any], *, kind: str, words: str) -> ReportView:
    """This will choose rows of a report. kind: one of KINDS; "" takes the first that has rows."""
    tabs = tuple(ReportTab(key, label, _count(report, key)) for key, label in KINDS)
    if kind not in dict(KINDS):
        kind = next((tab.kind for tab in tabs if tab.count), "refused")
    rows = [row for row in _rows(report, kind) if _holds(row, words.casefold().split())]
    told = sum(1 for row in report.get("rows", ()) if row["verdict"] == kind)
    left_out = max(0, _count(report, kind) - told) if kind in _TOLD_BY_ROW else 0
    return ReportView(tabs, kind, words, rows, left_out)


def _rows(report: Mapping[str, Any], kind: str) -> Sequence[Mapping[str, Any]]:
    if kind in ("refused", "notices"):
        return list(report.get(kind, ()))
    return [row for row in report.get("rows", ()) if row["verdict"] == kind]


def _count(report: Mapping[str, Any], kind: str) -> int:
    if kind == "refused":
        return int(report.get("refused_rows", 0))
    return len(report.get("notices", ())) if kind == "notices" else int(report.get(kind, 0))


def _holds(row: Mapping[str, Any], words: Sequence[str]) -> bool:
    if not words:
        return True
    text = " ".join(str(value) for value in row.values()).casefold()
    return all(word in text for word in words)

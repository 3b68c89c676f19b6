"""What an import shows: counts, each row's fate, refusals with column and reason, people to invite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from customers.rules.book.rows import Refusal
from customers.rules.book.tables import Table
from customers.rules.csv_cells import csv_line
from customers.services.importing.plans import Plan, Verdict
from customers.services.importing.reading import ReadBook
from customers.services.importing.writes import shown

# A report is one JSON value of a row; a book of 40,000 rows is told by its counts and by these.
MAX_ROWS_KEPT = 2_000
MAX_REFUSALS_KEPT = 20_000
_DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SAMPLES, _SAMPLE_ROWS, _SAMPLE_LENGTH = 3, 50, 40


def make_report(plan: Plan, *, late_refusals: Sequence[Refusal] = ()) -> dict[str, Any]:
    """This will put a plan into plain JSON. late_refusals: rows that were refused while writing."""
    late = {refusal.place for refusal in late_refusals}
    names = plan.book.file_names
    outcomes = [outcome for outcome in plan.outcomes() if outcome.place not in late]
    refusals = [*plan.refusals, *late_refusals]
    counts = {verdict.value: sum(1 for o in outcomes if o.verdict == verdict) for verdict in Verdict}
    # What would change is told first: of a large book only so many rows are kept.
    told = sorted(outcomes, key=lambda outcome: outcome.verdict == Verdict.UNCHANGED)
    return {
        "created": counts[Verdict.CREATED],
        "changed": counts[Verdict.CHANGED],
        "unchanged": counts[Verdict.UNCHANGED],
        "refused_rows": len({refusal.place for refusal in refusals}),
        "refused": [_refusal(refusal, names) for refusal in refusals[:MAX_REFUSALS_KEPT]],
        "rows": [
            {
                "file": names[outcome.place.file],
                "row": outcome.place.row,
                "verdict": outcome.verdict.value,
                "account": outcome.account,
                "changes": [_change(change) for change in outcome.changes],
            }
            for outcome in told[:MAX_ROWS_KEPT]
        ],
        "rows_left_out": max(0, len(told) - MAX_ROWS_KEPT),
        "notices": _notices(plan, names),
        "people_to_invite": [
            {"name": user.display_name, "email": user.email, "title": user.title} for user in plan.new_colleagues
        ],
        **describe_files(plan.book),
    }


def describe_files(book: ReadBook) -> dict[str, Any]:
    """This will say what was recognised: per file its columns, and the columns that wait for a choice."""
    return {
        "files": [
            {
                "name": table.name,
                "rows": len(table.rows),
                "encoding": table.encoding,
                "delimiter_name": _DELIMITER_NAMES.get(table.delimiter, table.delimiter),
                "notices": list(table.notices),
                "names_account": table.name not in book.without_account,
                "columns": [
                    {
                        "index": column.index,
                        "header": column.header,
                        "key": column.key,
                        "note": column.note,
                        "chosen": column.chosen,
                        "samples": _samples(table, column.index),
                    }
                    for column in columns
                ],
            }
            for table, columns in zip(book.tables, book.columns, strict=True)
        ],
        "open_columns": [
            {"file": name, "column": column.header, "kind": column.kind.value, "cells": column.cells}
            for name, column in book.open_columns
        ],
        "total_rows": book.row_count,
    }


def _samples(table: Table, index: int) -> list[str]:
    """The first different cells of a column, for the eye that maps it."""
    seen: dict[str, None] = {}
    for cell in islice(table.column(index), _SAMPLE_ROWS):
        text = "".join(c if c.isprintable() else " " for c in cell).strip()
        if text:
            seen.setdefault(text if len(text) <= _SAMPLE_LENGTH else f"{text[: _SAMPLE_LENGTH - 1]}…")
        if len(seen) == _SAMPLES:
            break
    return list(seen)


def answer(report: dict[str, Any]) -> dict[str, Any]:
    """This will give the report in the shape of `POST /api/imports`."""
    return {
        "created": report["created"],
        "changed": report["changed"],
        "unchanged": report["unchanged"],
        "refused": report["refused"],
    }


def refusals_csv(report: dict[str, Any]) -> str:
    """This will give the refusals as a CSV that a spreadsheet opens without running what cells say."""
    rows = [["File", "Row", "Column", "Reason"]]
    rows += [
        [str(refusal[name]) for name in ("file", "row", "column", "reason")] for refusal in report.get("refused", ())
    ]
    return b"".join(csv_line(row) for row in rows).decode()


def _refusal(refusal: Refusal, names: Sequence[str]) -> dict[str, Any]:
    return {
        "file": names[refusal.place.file],
        "row": refusal.place.row,
        "column": refusal.column,
        "reason": refusal.reason,
    }


def _change(change: Any) -> dict[str, str]:
    return {"field": change.label, "old": "" if change.is_new else shown(change.old), "new": shown(change.new)}


def _notices(plan: Plan, names: Sequence[str]) -> list[dict[str, Any]]:
    rows: Iterable[dict[str, Any]] = (
        {"file": names[place.file], "row": place.row, "text": text} for place, text in sorted(plan.notices)
    )
    return list(rows)[:MAX_ROWS_KEPT]

"""Lines of a CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A text that begins like this, the wide forms too, is a formula to Excel, LibreOffice and Google Sheets.

Source: OWASP, CSV injection.
"""


def csv_line(cells: Iterable[object]) -> bytes:
    """Write one line in UTF-8. Texts that would be formulas get an apostrophe in front; numbers stay numbers."""
    line = io.StringIO()
    csv.writer(line).writerow([safe_cell(cell) for cell in cells])
    return line.getvalue().encode()


def safe_cell(cell: object) -> object:
    """Give the cell as it may be written; None is empty."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(STARTS_A_FORMULA):
        return f"'{cell}"
    return cell

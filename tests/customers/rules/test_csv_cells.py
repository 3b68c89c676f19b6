from __future__ import annotations

from decimal import Decimal

import pytest

from customers.rules.csv_cells import csv_line


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 40 1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "  =cmd|' /C calc'!A0"]
)
def test_csv_line_text_that_would_run_gets_an_apostrophe(text: str) -> None:
    line = csv_line([text]).decode()

    assert line.lstrip('"').startswith("'")


def test_csv_line_numbers_stay_numbers_and_none_is_empty() -> None:
    assert csv_line(["Acme, Inc.", Decimal("-7.2"), None, -3]) == b'"Acme, Inc.",-7.2,,-3\r\n'

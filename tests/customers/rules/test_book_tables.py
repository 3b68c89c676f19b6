"""Bytes to cells: encodings, delimiters, headers, footers and broken rows."""

import pytest

from customers.rules.book.tables import UnreadableFile, read_table

TEXT = "Account Name,Notes\r\nMüller,“grün”\r\nAcme,plain\r\n"
PLAIN = "Account Name,Notes\r\nMüller & Söhne,schön\r\nAcme,plain\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_file_in_each_encoding_is_read_alike(encoding):
    table = read_table("book.csv", TEXT.encode(encoding))

    assert table.headers == ("Account Name", "Notes")
    assert [row.cells for row in table.rows] == [("Müller", "“grün”"), ("Acme", "plain")]


def test_latin_1_file_is_read():
    table = read_table("book.csv", PLAIN.encode("latin-1"))

    assert table.rows[0].cells == ("Müller & Söhne", "schön")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(delimiter):
    text = f"Name{delimiter}Amount\nA{delimiter}1\nB{delimiter}2\n"

    table = read_table("book.csv", text.encode())

    assert (table.delimiter, table.rows[1].cells) == (delimiter, ("B", "2"))


def test_semicolons_win_over_decimal_commas():
    table = read_table("book.csv", b"Name;Amount\nA;1,5\nB;2,5\nC;3,5\n")

    assert table.rows[0].cells == ("A", "1,5")


def test_sep_line_of_excel_is_honoured():
    table = read_table("book.csv", b"sep=;\r\nName;Amount\r\nA;1\r\n")

    assert (table.headers, table.rows[0].cells) == (("Name", "Amount"), ("A", "1"))


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    table = read_table("book.csv", b'Name,Notes\nA,"two\nlines"\n\nB,x\n')

    assert [(row.number, row.cells[0]) for row in table.rows] == [(2, "A"), (4, "B")]


def test_footer_of_a_salesforce_report_is_left_out():
    footer = (
        b'\n\n"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
        b'"Confidential Information - Do Not Distribute"\n'
    )

    table = read_table("report.csv", b"Name,Amount\nA,1\n" + footer)

    assert len(table.rows) == 1
    assert len(table.notices) == 2


def test_row_with_too_many_cells_is_a_problem_and_the_others_stand():
    table = read_table("book.csv", b"Name,Amount\nAcme, Inc.,1\nB,2\nC\nD,4,,\n")

    assert [bool(row.problem) for row in table.rows] == [True, False, False, False]
    assert "3 cells" in table.rows[0].problem
    assert table.rows[2].cells == ("C", "")


def test_quote_that_is_never_closed_is_a_problem_of_its_row():
    table = read_table("book.csv", b'Name,Notes\nA,fine\nB,"open\nC,lost\n')

    assert [row.cells[:1] for row in table.rows[:1]] == [("A",)]
    assert "never closed" in table.rows[-1].problem


def test_very_long_cell_does_not_stop_the_file():
    table = read_table("book.csv", b"Name,Notes\nA," + b"x" * 500_000 + b"\nB,2\n")

    assert table.rows[1].cells == ("B", "2")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"PK\x03\x04rest", "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "save the sheet as CSV"),
        (b"%PDF-1.7", "PDF"),
        (b"only one column\n1\n", "fewer than two column names"),
    ],
)
def test_file_that_is_no_table_is_refused_with_what_to_do(data, reason):
    with pytest.raises(UnreadableFile, match=reason):
        read_table("book.csv", data)

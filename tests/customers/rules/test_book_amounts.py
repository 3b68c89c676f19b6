"""Amounts: separators are proved by the cell or its column, or chosen; never guessed."""

from decimal import Decimal

import pytest

from customers.rules.book.amounts import (
    Amount,
    AmountColumn,
    read_amount,
    read_plain_number,
    settle_currency,
    study_amounts,
)
from customers.rules.book.reading import BadValue, DecimalMark

OPEN = AmountColumn(None)
POINT = AmountColumn(DecimalMark.POINT, chosen=True)
COMMA = AmountColumn(DecimalMark.COMMA, chosen=True)


@pytest.mark.parametrize(
    ("cell", "column", "value", "currency"),
    [
        ("1234", OPEN, "1234", None),
        ("1,234.50", OPEN, "1234.50", None),
        ("1.234,50", OPEN, "1234.50", None),
        ("1.234,50", COMMA, "1234.50", None),
        ("1234.5", OPEN, "1234.5", None),
        ("1234,5", OPEN, "1234.5", None),
        ("1,234,567", OPEN, "1234567", None),
        ("1.234.567", OPEN, "1234567", None),
        ("1.234", POINT, "1.234", None),
        ("1.234", COMMA, "1234", None),
        ("1,234", POINT, "1234", None),
        ("1234.567", OPEN, "1234.567", None),
        ("0.500", OPEN, "0.500", None),
        ("1 234,50", OPEN, "1234.50", None),
        ("1\u202f234\u202f567", OPEN, "1234567", None),
        ("1'234.50", OPEN, "1234.50", None),
        ("$250,000.00", OPEN, "250000.00", "$"),
        ("$ 250,000.00", OPEN, "250000.00", "$"),
        ("€12.000,00", OPEN, "12000.00", "EUR"),
        ("12.000,00 €", OPEN, "12000.00", "EUR"),
        ("£1,000,000", OPEN, "1000000", "GBP"),
        ("EUR 12.000,00", OPEN, "12000.00", "EUR"),
        ("250000 USD", OPEN, "250000", "USD"),
        ("CHF 12'000.-", OPEN, "12000", "CHF"),
        ("CA$1,000.00", OPEN, "1000.00", "CAD"),
        ("250k", OPEN, "250000", None),
        ("$1.2m", OPEN, "1200000.0", "$"),
        ("$52K", OPEN, "52000", "$"),
        ("1,5 Mio. €", OPEN, "1500000.0", "EUR"),
        ("0", OPEN, "0", None),
    ],
)
def test_amount_in_a_readable_form_is_read(cell, column, value, currency):
    assert read_amount(cell, column) == Amount(Decimal(value), currency)


@pytest.mark.parametrize(
    ("cell", "column", "reason"),
    [
        ("1.234", OPEN, "thousands or decimals"),
        ("12,000", OPEN, "thousands or decimals"),
        ("-500", OPEN, "negative"),
        ("$-500", OPEN, "negative"),
        ("(1,234.00)", OPEN, "negative"),
        ("500-", OPEN, "negative"),
        ("−500", OPEN, "negative"),
        ("1,234.50", COMMA, "does not fit the chosen number format"),
        ("1.234,50", POINT, "does not fit the chosen number format"),
        ("1,23,456.78", OPEN, "not a number"),
        ("1.2.3,4", OPEN, "not a number"),
        ("call me", OPEN, "not an amount"),
        ("12 apples", OPEN, "not an amount"),
        ("XYZ 100", OPEN, "not a currency"),
        ("€100 USD", OPEN, "two currencies"),
        ("999999999999999", OPEN, "too large"),
        ("=1+1", OPEN, "not an amount"),
        ("1e6", OPEN, "not an amount"),
    ],
)
def test_amount_that_is_none_or_open_is_refused_with_the_reason(cell, column, reason):
    with pytest.raises(BadValue, match=reason):
        read_amount(cell, column)


@pytest.mark.parametrize(
    ("cells", "mark", "ambiguous"),
    [
        (["1.234", "1.234,50"], DecimalMark.COMMA, 1),
        (["12,000", "12,500.75"], DecimalMark.POINT, 1),
        (["12,000", "1,200,000"], DecimalMark.POINT, 1),
        (["1.234", "5.678"], None, 2),
        (["1.234", "1,234.5", "1.234,5"], None, 1),
        (["1000", "2000"], None, 0),
    ],
)
def test_amount_column_decides_only_by_what_it_proves(cells, mark, ambiguous):
    column = study_amounts(cells)

    assert (column.decimal, column.ambiguous) == (mark, ambiguous)


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["12,000", "250,000"], DecimalMark.POINT),
        (["$250,000"], DecimalMark.POINT),
        (["12.000", "250.000"], None),
        (["12,000", "1.234"], None),
        (["12,000", "1.250,75"], DecimalMark.COMMA),
    ],
)
def test_money_with_commas_alone_is_grouped_by_them(cells, mark):
    assert study_amounts(cells, money=True).decimal == mark


def test_ambiguous_amount_is_decided_by_the_rest_of_its_column():
    column = study_amounts(["12.000", "1.250,75"])

    assert read_amount("12.000", column).value == Decimal("12000")


@pytest.mark.parametrize(
    ("amount", "stated", "default", "expected"),
    [
        (Amount(Decimal(1)), None, "EUR", "EUR"),
        (Amount(Decimal(1)), "GBP", "EUR", "GBP"),
        (Amount(Decimal(1), "EUR"), None, "USD", "EUR"),
        (Amount(Decimal(1), "$"), "CAD", "USD", "CAD"),
        (Amount(Decimal(1), "$"), None, "EUR", "USD"),
        (Amount(Decimal(1), "$"), None, "AUD", "AUD"),
    ],
)
def test_currency_comes_from_the_cell_the_row_then_the_workspace(amount, stated, default, expected):
    assert settle_currency(amount, stated=stated, default=default) == expected


@pytest.mark.parametrize(("currency", "stated"), [("EUR", "USD"), ("$", "EUR")])
def test_currency_of_cell_and_row_that_differ_are_refused(currency, stated):
    with pytest.raises(BadValue, match="row's currency"):
        settle_currency(Amount(Decimal(1), currency), stated=stated, default="USD")


@pytest.mark.parametrize("cell", ["-1", "$5", "ten", "5k"])
def test_plain_number_refuses_signs_and_words(cell):
    with pytest.raises(BadValue):
        read_plain_number(cell, OPEN)

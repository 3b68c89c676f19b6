"""How rows of another system are read: what is mapped is taken, what is odd is named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from customers.rules.source_mapping import (
    BadMapping,
    BadRow,
    PulledReading,
    find_items,
    read_mapping,
    read_row,
    their_fields,
    write_mapping,
)
from tests.conftest import NOW

LONG = read_mapping("account = customer.id\nmetric = name\nvalue = used\nlimit = allowed\nat = when")
WIDE = read_mapping(
    'account = Id\nusage.seats = Seats__c\nlimit.seats = Max__c\nusage.api = Api__c\ncontract.plan = "Pro"'
)
ITEM = {"customer": {"id": "12345"}, "name": "seats", "used": 98, "allowed": "100", "when": "2026-03-01T00:00:00Z"}


def test_row_of_one_metric() -> None:
    row = read_row(ITEM, LONG, now=NOW)

    assert row.account == "12345"
    assert row.readings == (PulledReading("seats", Decimal(98), Decimal(100), datetime(2026, 3, 1, tzinfo=UTC)),)
    assert row.contract == {}


def test_row_with_a_column_per_metric_leaves_empty_ones_out() -> None:
    row = read_row({"Id": 7, "Seats__c": 1.5, "Max__c": None, "Api__c": ""}, WIDE, now=NOW)

    assert row.readings == (PulledReading("seats", Decimal("1.5"), None, None),)
    assert (row.account, row.contract) == ("7", {"plan": "Pro"})


def test_contract_fields_are_read_by_their_kind() -> None:
    lines = ["account = a", *(f"contract.{name} = {name}" for name in ("current_price", "currency", "renewal_date"))]
    mapping = read_mapping("\n".join([*lines, "contract.notice_days = n"]))

    row = read_row(
        {"a": "1", "current_price": "250000", "currency": "usd", "renewal_date": "2026-07-02T00:00:00Z", "n": 60.0},
        mapping,
        now=NOW,
    )

    assert row.contract == {
        "current_price": Decimal("250000.00"),
        "currency": "USD",
        "renewal_date": date(2026, 7, 2),
        "notice_days": 60,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"customer": None},
        {"customer": {"id": ""}},
        {"customer": {"id": True}},
        {"customer": {"id": "x" * 121}},
        {"customer": {"id": "a\0b"}},
        {"customer": ["id"]},
        {"name": None},
        {"name": "m" * 81},
        {"used": None},
        {"used": True},
        {"used": "many"},
        {"used": float("nan")},
        {"used": float("inf")},
        {"used": "1e400"},
        {"used": "10000000000000"},
        {"used": "9" * 41},
        {"used": [1]},
        {"used": 10**15},
        {"allowed": "no limit"},
        {"when": "soon"},
        {"when": 1772636400},
        {"when": "0001-01-01T00:00:00Z"},
        {"when": "2026-03-07T00:00:00Z"},
    ],
)
def test_odd_row_is_named(changes: dict[str, Any]) -> None:
    with pytest.raises(BadRow):
        read_row({**ITEM, **changes}, LONG, now=NOW)


@pytest.mark.parametrize("item", [None, 3, "x", [], [{}]])
def test_row_that_is_no_object_is_named(item: Any) -> None:
    with pytest.raises(BadRow, match="no object"):
        read_row(item, LONG, now=NOW)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("current_price", -1),
        ("current_price", 10**12),
        ("currency", "US"),
        ("currency", "U$D"),
        ("renewal_date", "July"),
        ("renewal_date", "1889-01-01"),
        ("notice_days", 731),
        ("notice_days", 1.5),
        ("plan", {"a": 1}),
    ],
)
def test_odd_contract_is_named(field: str, value: Any) -> None:
    mapping = read_mapping(f"account = a\ncontract.{field} = v")

    with pytest.raises(BadRow, match=field):
        read_row({"a": "1", "v": value}, mapping, now=NOW)


def test_row_that_brings_nothing_is_named() -> None:
    with pytest.raises(BadRow, match="brings nothing"):
        read_row({"a": "1"}, read_mapping("account = a\nusage.seats = s"), now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "metric = m\nvalue = v",
        "account = a",
        "account = a\nmetric = m",
        "account = a\nvalue = v",
        "account = a\naccount = b\nusage.seats = s",
        "account = a\nusage. = s",
        "account = a\ncontract.target_price = s",
        "account = a\nowner = s\nusage.seats = s",
        "account = a b\nusage.seats = s",
        "account = \nusage.seats = s",
        "account = a'--\nusage.seats = s",
        "account: a",
        "\n".join(["account = a", *(f"usage.m{n} = m{n}" for n in range(60))]),
    ],
)
def test_mapping_that_cannot_be_used_says_so(text: str) -> None:
    with pytest.raises(BadMapping):
        read_mapping(text)


def test_mapping_is_written_as_it_was_typed() -> None:
    assert read_mapping(write_mapping(WIDE)) == WIDE
    assert their_fields(WIDE) == ["Api__c", "Id", "Max__c", "Seats__c"]


@pytest.mark.parametrize(("body", "path"), [({}, ""), ({"a": 1}, "a"), ({"a": [1]}, "a.b"), (None, "a"), ("x", "")])
def test_answer_without_a_list_is_named(body: Any, path: str) -> None:
    with pytest.raises(BadRow):
        find_items(body, path)


def test_list_is_found_where_it_stands() -> None:
    assert find_items({"data": {"items": [1]}}, "data.items") == [1]
    assert find_items([2], "") == [2]

"""Names as lists of contacts have them."""

from __future__ import annotations

import pytest

from customers.rules.calling import given_name, split_name


@pytest.mark.parametrize(
    ("name", "called", "parts"),
    [
        ("Jennifer Park", "Jennifer", ("Jennifer", "Park")),
        ("Madonna", "Madonna", ("Madonna", "")),
        ("  Ana   María Cruz ", "Ana", ("Ana", "María Cruz")),
        ("Dr. Ana Cruz", "Ana", ("Ana", "Cruz")),
        ("Prof. Dr. Ana Cruz", "Ana", ("Ana", "Cruz")),
        ("Dipl.-Ing. Jan Weber", "Jan", ("Jan", "Weber")),
        ("Ing. Jan Weber", "Jan", ("Jan", "Weber")),
        ("Hon Wai Lee", "Hon", ("Hon", "Wai Lee")),
        ("Herr Jan Weber", "Jan", ("Jan", "Weber")),
        ("Dr. Cruz", "Dr. Cruz", ("", "Dr. Cruz")),
        ("Ms. Lee", "Ms. Lee", ("", "Ms. Lee")),
        ("Park, Jennifer", "Jennifer", ("Jennifer", "Park")),
        ("Cruz, Dr. Ana", "Ana", ("Ana", "Cruz")),
        ("Berg, Jan van den", "Jan", ("Jan", "van den Berg")),
        ("Ada Byrne, back on Monday", "Ada", ("Ada", "Byrne")),
        ("Ada of the team that buys, Please write", "Ada", ("Ada", "of the team that buys")),
        ("Jennifer Park, PhD", "Jennifer", ("Jennifer", "Park")),
        ("J. Park", "J.", ("J.", "Park")),
        ("Dr.", "Dr.", ("Dr.", "")),
        ("", "", ("", "")),
    ],
)
def test_person_is_called_by_the_given_name(name: str, called: str, parts: tuple[str, str]) -> None:
    assert (given_name(name), split_name(name)) == (called, parts)

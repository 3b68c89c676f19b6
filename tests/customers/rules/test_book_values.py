"""Scores, spans, words, places, addresses and ids."""

from decimal import Decimal
from functools import partial

import pytest

from customers.enums import Pressure, StakeholderRole
from customers.rules.book import contacts, numbers, places, words
from customers.rules.book.contacts import PersonRef
from customers.rules.book.reading import BadValue, DateOrder, DecimalMark, choices_for_locale

SCORE_10 = partial(numbers.read_whole_score, top=10)
SCORE_100 = partial(numbers.read_whole_score, top=100)
TEXT = partial(contacts.read_text, limit=20)


@pytest.mark.parametrize(
    ("read", "cell", "expected"),
    [
        (SCORE_10, "8", 8),
        (SCORE_10, "8/10", 8),
        (SCORE_10, "8.0", 8),
        (SCORE_10, "0", 0),
        (SCORE_10, "10", 10),
        (SCORE_100, "82", 82),
        (SCORE_100, "82%", 82),
        (SCORE_100, "82/100", 82),
        (numbers.read_percent, "7.2", Decimal("7.2")),
        (numbers.read_percent, "7,2 %", Decimal("7.2")),
        (numbers.read_percent, "-8%", Decimal("-8")),
        (numbers.read_multiple, "2.08x", Decimal("2.08")),
        (numbers.read_multiple, "2,08", Decimal("2.08")),
        (numbers.read_days, "90", 90),
        (numbers.read_days, "90 days", 90),
        (numbers.read_days, "3 months", 90),
        (numbers.read_days, "0", 0),
        (words.read_pressure, "High", Pressure.HIGH),
        (words.read_pressure, "Mittel", Pressure.MEDIUM),
        (words.read_bool, "Yes", True),
        (words.read_bool, "FALSE", False),
        (places.read_country, "DE", "DE"),
        (places.read_country, "de", "DE"),
        (places.read_country, "Deutschland", "DE"),
        (places.read_country, "United States", "US"),
        (places.read_country, "USA", "US"),
        (places.read_country, "UK", "GB"),
        (places.read_country, "Bosnia & Herzegovina", "BA"),
        (places.read_timezone, "Europe/Berlin", "Europe/Berlin"),
        (places.read_timezone, "america/new_york", "America/New_York"),
        (places.read_timezone, "america_slash_new_york", "America/New_York"),
        (places.read_timezone, "Eastern Time", "America/New_York"),
        (places.read_timezone, "(GMT-08:00) Pacific Standard Time (America/Los_Angeles)", "America/Los_Angeles"),
        (places.read_timezone, "utc", "UTC"),
        (places.read_currency, "eur", "EUR"),
        (places.read_currency, "€", "EUR"),
        (places.read_currency, "EUR - Euro", "EUR"),
        (contacts.read_email, "Dana.Fox@Example.COM", "dana.fox@example.com"),
        (contacts.read_email, "Dana Fox <dana@example.com>", "dana@example.com"),
        (contacts.read_email, "mailto:a@b.example", "a@b.example"),
        (contacts.read_email, "jürgen@münchen.example", "jürgen@münchen.example"),
        (contacts.read_person_name, "Fox, Dana", "Dana Fox"),
        (contacts.read_person_name, "Martin Luther King, Jr.", "Martin Luther King, Jr."),
        (contacts.read_person_ref, "Dana Fox", PersonRef("", "Dana Fox")),
        (contacts.read_person_ref, "dana@us.example", PersonRef("dana@us.example", "")),
        (contacts.read_person_ref, "Dana Fox <dana@us.example>", PersonRef("dana@us.example", "Dana Fox")),
        (contacts.read_external_id, "001Ax00000K8vQd", "001Ax00000K8vQdIAJ"),
        (contacts.read_external_id, "001Ax00000K8vQdIAJ", "001Ax00000K8vQdIAJ"),
        (contacts.read_external_id, "9823411", "9823411"),
        (TEXT, "  two \t words ", "two words"),
        (TEXT, "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        (partial(contacts.read_list, limit=50), "one; two;one\nthree;", ("one", "two", "three")),
        (partial(contacts.read_long_text, limit=50), "a\r\nb", "a\nb"),
    ],
)
def test_value_in_a_readable_form_is_read(read, cell, expected):
    assert read(cell) == expected


@pytest.mark.parametrize(
    ("read", "cell", "reason"),
    [
        (SCORE_10, "11", "outside 0 to 10"),
        (SCORE_10, "-1", "outside 0 to 10"),
        (SCORE_10, "8.5", "whole number"),
        (SCORE_10, "80%", "scale from 0 to 10"),
        (SCORE_10, "8/100", "scale from 0 to 10"),
        (SCORE_100, "101", "outside 0 to 100"),
        (SCORE_100, "green", "not a number"),
        (numbers.read_days, "soon", "number of days"),
        (numbers.read_days, "9999", "outside 0 to 730"),
        (numbers.read_multiple, "lots", "not a number"),
        (words.read_pressure, "urgent!", "not low, medium or high"),
        (words.read_bool, "maybe", "not yes or no"),
        (words.read_roles, "Wizard", "is not a role"),
        (places.read_country, "Atlantis", "not a country"),
        (places.read_timezone, "CST", "not a time zone"),
        (places.read_timezone, "UTC+3", "not a time zone"),
        (places.read_currency, "$", "not a currency"),
        (places.read_currency, "XYZ", "not a currency"),
        (contacts.read_email, "dana", "not an email address"),
        (contacts.read_email, "dana@localhost", "not an email address"),
        (contacts.read_email, "a b@example.com", "not an email address"),
        (contacts.read_email, "dana@example..com", "not an email address"),
        (contacts.read_email, "a@b.example\nBcc: x@y.example", "not an email address"),
        (contacts.read_email, "a" * 65 + "@example.com", "not an email address"),
        (contacts.read_person_name, "---", "not a name"),
        (contacts.read_external_id, "9.82E+15", "shortened by a spreadsheet"),
        (TEXT, "x" * 21, "at most 20"),
        (TEXT, "a\x00b", "control characters"),
    ],
)
def test_value_that_is_none_is_refused_with_the_reason(read, cell, reason):
    with pytest.raises(BadValue, match=reason):
        read(cell)


@pytest.mark.parametrize(
    ("cell", "roles", "dropped"),
    [
        ("Champion", [StakeholderRole.CHAMPION], ()),
        ("Decision Maker", [StakeholderRole.DECISION_MAKER], ()),
        ("decision_maker", [StakeholderRole.DECISION_MAKER], ()),
        ("Budget Holder;Champion", [StakeholderRole.ECONOMIC_BUYER, StakeholderRole.CHAMPION], ()),
        ("End User", [StakeholderRole.USER], ()),
        ("Executive Sponsor / Champion", [StakeholderRole.EXECUTIVE_SPONSOR, StakeholderRole.CHAMPION], ()),
        ("Influencer", [], ("Influencer",)),
        ("Champion; Champion", [StakeholderRole.CHAMPION], ()),
    ],
)
def test_roles_are_read_with_the_words_of_crms(cell, roles, dropped):
    read = words.read_roles(cell)

    assert (list(read.roles), read.dropped) == (roles, dropped)


def test_locale_decides_both_choices():
    choices = choices_for_locale("de_DE")

    assert (choices.date_order, choices.decimal) == (DateOrder.DAY_FIRST, DecimalMark.COMMA)
    with pytest.raises(BadValue):
        choices_for_locale("tlh")


def test_zone_of_a_country_with_one_zone_is_known():
    assert places.zone_of_country("DE") == "Europe/Berlin"
    assert places.zone_of_country("US") is None

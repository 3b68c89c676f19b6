"""Fields that forms of all apps share: dates that somebody means, moments that exist."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test.html import parse_html
from django.utils import timezone

from customers.form_base import DateField, LongSelect, MomentField


def moment_in(zone: str, text: str) -> str:
    field = MomentField()
    field.zone = ZoneInfo(zone)
    moment = field.clean(text)
    assert moment is not None
    return moment.isoformat()


@pytest.mark.parametrize("text", ["0001-01-01", "0202-03-04", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_date_of_a_year_that_nobody_means_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="from 1900 to 2199"):
        DateField().clean(text)
    with pytest.raises(ValidationError, match="from 1900 to 2199"):
        MomentField().clean(f"{text}T10:00")


@pytest.mark.parametrize("text", ["1900-01-01", "2199-12-31"])
def test_date_at_the_edge_is_taken(text: str) -> None:
    value = DateField().clean(text)

    assert value is not None
    assert value.isoformat() == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("America/New_York", "2027-03-14T02:30"),
        ("America/New_York", "2026-11-01T01:30"),
        ("Europe/Berlin", "2027-03-28T02:30"),
        ("Europe/Berlin", "2026-10-25T02:30"),
        ("Australia/Sydney", "2026-10-04T02:30"),
    ],
)
def test_hour_that_the_clocks_leave_out_or_repeat_is_refused(zone: str, text: str) -> None:
    with pytest.raises(ValidationError, match="may not exist"):
        moment_in(zone, text)


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        ("America/New_York", "2027-03-28T02:30", "2027-03-28T02:30:00-04:00"),
        ("Europe/Berlin", "2026-10-26T02:30", "2026-10-26T02:30:00+01:00"),
        ("Australia/Sydney", "2027-03-28T02:30", "2027-03-28T02:30:00+11:00"),
        ("Asia/Kathmandu", "2027-03-28T02:30", "2027-03-28T02:30:00+05:45"),
    ],
)
def test_zone_of_the_reader_does_not_matter_where_another_is_set(zone: str, text: str, expected: str) -> None:
    with timezone.override("Europe/Berlin"):
        assert moment_in(zone, text) == expected


@pytest.mark.parametrize("value", ["b", "", None, "<x>", 7, "unknown"])
def test_long_select_draws_what_django_draws(value: object) -> None:
    choices = [("", "Nobody"), ("b", "Bo & <Co>"), ("<x>", "X"), (7, "Seven")]
    attrs = {"id": "id_who", "required": True, "disabled": False, "aria-describedby": "help"}

    ours = LongSelect(attrs={"class": "wide"}, choices=choices).render("who", value, attrs)
    django_s = forms.Select(attrs={"class": "wide"}, choices=choices).render("who", value, attrs)

    assert parse_html(ours) == parse_html(django_s)

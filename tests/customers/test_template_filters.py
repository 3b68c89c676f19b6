"""What templates write: amounts in a column, and which fields of a form are marked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import defaultfilters, engines
from django.utils import timezone

from customers.templatetags.desk import _QUICK, field_mark, when, whole_money, write_date


class Mostly(forms.Form):
    """One field must be filled in, two need not; a tick box counts as neither."""

    name = forms.CharField()
    segment = forms.CharField(required=False)
    notes = forms.CharField(required=False)
    primary = forms.BooleanField(required=False)


class Strict(forms.Form):
    name = forms.CharField()
    price = forms.DecimalField()
    plan = forms.CharField(required=False)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("268000.00", "USD", "$268,<wbr>000"),
        ("1234.50", "EUR", "€1,<wbr>235"),
        ("-950.49", "AED", "−AED 950"),
        (None, "USD", "–"),
    ],
)
def test_whole_money_may_break_after_a_comma(amount: str | None, currency: str, written: str) -> None:
    assert whole_money(None if amount is None else Decimal(amount), currency) == written


def test_whole_money_escapes_its_currency() -> None:
    assert whole_money(Decimal(5), "<b>") == "&lt;b&gt; 5"


def test_fewer_fields_of_a_form_are_the_marked_ones() -> None:
    marks = {field.name: field_mark(field) for field in Mostly()}

    assert marks == {"name": "required", "segment": "", "notes": "", "primary": ""}
    assert {field.name: field_mark(field) for field in Strict()} == {"name": "", "price": "", "plan": "optional"}


def test_form_of_one_kind_of_fields_marks_none() -> None:
    class Free(forms.Form):
        name = forms.CharField(required=False)
        note = forms.CharField(required=False)

    assert {field_mark(field) for field in Free()} == {""}


@pytest.mark.parametrize("pattern", [*_QUICK, "c", "l jS", None])
@pytest.mark.parametrize("value", [datetime(2026, 5, 31, 4, 7), datetime(2026, 9, 3, 14), None, "", "no date"])
def test_date_is_written_as_django_writes_it(value: datetime | str | None, pattern: str | None) -> None:
    assert write_date(value, pattern) == defaultfilters.date(value, pattern)


@pytest.mark.parametrize("pattern", [pattern for pattern in _QUICK if "H" not in pattern])
def test_day_without_a_time_is_written_as_django_writes_it(pattern: str) -> None:
    assert write_date(date(2026, 9, 3), pattern) == defaultfilters.date(date(2026, 9, 3), pattern)


def test_moment_is_written_in_the_readers_zone() -> None:
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    with timezone.override(ZoneInfo("Europe/Berlin")):
        shown = engines["django"].from_string('{{ it|date:"j M Y, H:i" }}').render({"it": moment})
        element = when(moment)

    assert shown == "1 Jan 2027, 00:30"
    assert element == '<time datetime="2026-12-31T23:30:00+00:00">1 Jan 2027, 00:30</time>'

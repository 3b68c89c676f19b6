"""What templates write: amounts in a column, and which fields of a form are marked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms

from customers.templatetags.desk import field_mark, whole_money


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

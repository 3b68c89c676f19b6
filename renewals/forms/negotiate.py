"""The workspace of a negotiation: an objection, terms, a next step."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from customers.form_base import DateField
from customers.models import Customer, Stakeholder
from renewals.enums import ObjectionKind
from renewals.rules.cycles import LONGEST_TERM_MONTHS


class ObjectionForm(forms.Form):
    kind = forms.ChoiceField(choices=ObjectionKind.choices, label="About")
    quote = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}), label="What was said", max_length=2000, help_text="In their words."
    )
    stakeholder = forms.ModelChoiceField(queryset=Stakeholder.objects.none(), required=False, label="By whom")

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["stakeholder"]
        people.queryset = Stakeholder.objects.filter(customer=customer, left_at=None)
        people.empty_label = "Nobody in particular"


class SettleForm(forms.Form):
    how = forms.CharField(max_length=500, label="How it was met")


class TermsForm(forms.Form):
    """One version of the terms; at least one of the fields."""

    price = forms.DecimalField(
        label="Price a year", max_digits=14, decimal_places=2, min_value=Decimal(0), required=False
    )
    term_months = forms.IntegerField(
        label="Term, in months", min_value=1, max_value=LONGEST_TERM_MONTHS, required=False
    )
    discount_pct = forms.DecimalField(
        label="Discount, in %",
        max_digits=5,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=Decimal(100),
        required=False,
    )
    note = forms.CharField(label="Note", max_length=1000, required=False)


class NextStepForm(forms.Form):
    title = forms.CharField(max_length=300, label="Next step")
    due_date = DateField(label="Until")


class StartForm(forms.Form):
    reason = forms.CharField(max_length=400, label="Why now", help_text="What was objected, in a few words.")

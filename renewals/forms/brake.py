"""How an account goes on after a reply."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms

from customers.form_base import DateField
from customers.models import Customer
from customers.queries.calendars import zone
from outreach.enums import Choice


class ReactionForm(forms.Form):
    """The choice; a day for a hold alone, which ends at the start of that day where the customer is."""

    choice = forms.ChoiceField(choices=Choice.choices)
    until = DateField(required=False)
    reason = forms.CharField(required=False, max_length=500)

    def __init__(self, *args: Any, customer: Customer, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer, self.now = customer, now

    def clean_until(self) -> datetime | None:
        day: date | None = self.cleaned_data["until"]
        if day is None:
            return None
        until = datetime.combine(day, time(), tzinfo=zone(self.customer.timezone))
        if until <= self.now:
            raise forms.ValidationError("Choose a day in the future.")
        return until

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("choice") != Choice.HOLD:
            data["until"] = None
            self.errors.pop("until", None)
        return data

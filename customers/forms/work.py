"""Meetings, tasks, successes and holds."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from customers.enums import HoldScope
from customers.form_base import DateField, MomentField
from customers.models import Customer, Stakeholder, Todo, Win
from customers.queries.calendars import zone


class MeetingForm(forms.Form):
    title = forms.CharField(max_length=200, label="What about")
    starts_at = MomentField(label="When", help_text="In your time zone. In the past: it counts as held.")
    stakeholders = forms.ModelMultipleChoiceField(
        queryset=Stakeholder.objects.none(),
        label="With whom",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), required=False, label="Notes")

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["stakeholders"]
        people.queryset = Stakeholder.objects.filter(customer=customer, left_at=None)


class MeetingHeldForm(forms.Form):
    notes = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 5}), required=False, label="What was said", max_length=10_000
    )
    actions = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        label="What was agreed to be done",
        max_length=4000,
        help_text="One line each. Every line becomes a task, and stands in the recap.",
    )

    def clean_actions(self) -> list[str]:
        return [line.strip(" -•*\t") for line in self.cleaned_data["actions"].splitlines() if line.strip(" -•*\t")]


class TodoForm(forms.ModelForm):
    due_date = DateField(label="Due", required=False)

    class Meta:
        model = Todo
        fields = ["title", "detail", "due_date"]
        labels = {"title": "What is to be done"}
        widgets = {"detail": forms.Textarea(attrs={"rows": 3})}


class WinForm(forms.ModelForm):
    achieved_on = DateField(label="When", required=False)

    class Meta:
        model = Win
        fields = ["text", "value", "achieved_on"]
        labels = {"text": "What they achieved with us", "value": "Worth a year"}


class HoldForm(forms.Form):
    """A hold ends at the start of the day named, in the customer's zone."""

    scope = forms.ChoiceField(
        choices=HoldScope.choices, initial=HoldScope.ACCOUNT, widget=forms.RadioSelect, label="What stops"
    )
    until = DateField(required=False, label="First day on which it goes on", help_text="Empty: until somebody resumes.")
    reason = forms.CharField(max_length=500, label="Why", required=False)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer = customer

    def clean_until(self) -> datetime | None:
        day = self.cleaned_data["until"]
        if day is None:
            return None
        until = datetime.combine(day, time.min, tzinfo=zone(self.customer.timezone))
        if until <= timezone.now():
            raise forms.ValidationError("Choose a day in the future.")
        return until

"""The account's own fields."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.enums import Pressure
from customers.form_base import ColleagueField, DateField, TimezoneField
from customers.models import Customer, User


class AccountForm(forms.ModelForm):
    """Make or change an account. Who may not hand it over sees the owner, and cannot change it."""

    timezone = TimezoneField(label="Time zone", initial="UTC", help_text="Days are counted there.")
    owner = ColleagueField(label="Owner (CSM)", required=False)
    account_executive = ColleagueField(label="Account executive", required=False)
    executive = ColleagueField(label="Executive", required=False, help_text="Steps in when it matters most.")
    programme_start_date = DateField(label="Programme starts", required=False)

    class Meta:
        model = Customer
        fields = [
            "name",
            "external_id",
            "segment",
            "country",
            "timezone",
            "currency",
            "owner",
            "account_executive",
            "executive",
            "programme_start_date",
            "health_score",
            "relationship_strength",
            "churn_risk",
            "competitive_pressure",
            "budget_pressure",
            "notes",
        ]
        labels = {
            "external_id": "Id in the CRM",
            "health_score": "Health",
            "relationship_strength": "Relationship",
            "churn_risk": "Churn risk",
            "competitive_pressure": "Competitive pressure",
            "budget_pressure": "Budget pressure",
        }
        help_texts = {
            "external_id": "Imports find the account by it.",
            "country": "Two letters, such as DE; decides the holidays.",
            "currency": "Three letters, such as EUR.",
            "notes": "What a colleague should know before writing to them.",
        }
        widgets = {"notes": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].disabled = not user.is_leader and self.instance.owner_id is not None
        for name in ("competitive_pressure", "budget_pressure"):
            self.fields[name].widget.choices = [("", "Not known"), *Pressure.choices]
        for name in ("country", "currency"):
            self.fields[name].widget.attrs |= {"autocapitalize": "characters", "autocomplete": "off"}

"""People at the account."""

from __future__ import annotations

from django import forms

from customers.enums import StakeholderRole
from customers.form_base import TimezoneField
from customers.models import Stakeholder


class StakeholderForm(forms.ModelForm):
    roles = forms.MultipleChoiceField(
        choices=StakeholderRole.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    timezone = TimezoneField(label="Time zone", required=False, empty_label="The account's")

    class Meta:
        model = Stakeholder
        fields = [
            "name",
            "email",
            "title",
            "relationship_strength",
            "roles",
            "primary",
            "timezone",
            "language",
            "history",
        ]
        labels = {
            "primary": "Primary contact",
            "relationship_strength": "Relationship, 0 to 10",
            "history": "What we know of this person",
        }
        help_texts = {
            "primary": "Mails to the account as a whole go here; there is one.",
            "language": "Two letters, such as en.",
            "history": "Letters may refer to it; write what you would say to their face.",
        }
        widgets = {"history": forms.Textarea(attrs={"rows": 3})}

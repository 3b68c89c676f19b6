"""People at the account."""

from __future__ import annotations

from typing import Any

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
            "wished_email",
            "title",
            "phone",
            "relationship_strength",
            "roles",
            "primary",
            "timezone",
            "language",
            "social_handles",
            "history",
        ]
        labels = {
            "primary": "Primary contact",
            "wished_email": "Address they asked for",
            "relationship_strength": "Relationship, 0 to 10",
            "history": "What we know of this person",
        }
        help_texts = {
            "primary": "Mails to the account as a whole go here; there is one.",
            "language": "Two letters, such as en.",
            "history": "Letters may refer to it; write what you would say to their face.",
        }
        widgets = {
            "history": forms.Textarea(attrs={"rows": 3}),
            "social_handles": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.wished_email:
            del self.fields["wished_email"]

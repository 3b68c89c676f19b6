"""What a client's contact says of themselves; the service checks again."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.models import Customer, Stakeholder
from journeys.rules.portal import HANDLES_MOST, refuse_handles, refuse_phone, tidy_handles

YES_NO = (("yes", "Yes"), ("no", "No"))


def _is_yes(value: str) -> bool:
    return value == "yes"


class DetailsForm(forms.Form):
    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    title = forms.CharField(
        label="Job title",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    email = forms.EmailField(
        label="Mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="A new one is checked by us before mail goes there.",
    )
    phone = forms.CharField(
        max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    )
    social_handles = forms.CharField(
        label="Social media",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"One a line, up to {HANDLES_MOST}. For example: Instagram @yourname",
    )

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        return _unless(refuse_phone(phone), phone)

    def clean_social_handles(self) -> str:
        text: str = self.cleaned_data["social_handles"]
        return _unless(refuse_handles(tidy_handles(text)), text)


def _unless(refusal: str, value: str) -> str:
    if refusal:
        raise forms.ValidationError(refusal)
    return value


def details_of(person: Stakeholder) -> dict[str, str]:
    """This will give what the form begins with."""
    return {
        "name": person.name,
        "title": person.title,
        "email": person.wished_email or person.email,
        "phone": person.phone,
        "social_handles": person.social_handles,
    }


class FeedbackForm(forms.Form):
    """Two questions at the end, each a yes or a no."""

    is_supported = forms.TypedChoiceField(
        label="Did you feel well supported?", choices=YES_NO, coerce=_is_yes, widget=forms.RadioSelect
    )
    likes_reminders = forms.TypedChoiceField(
        label="Were our reminders welcome?", choices=YES_NO, coerce=_is_yes, widget=forms.RadioSelect
    )


class LinkForm(forms.Form):
    """Who is to get a new link."""

    stakeholder: forms.Field = forms.ModelChoiceField(queryset=Stakeholder.objects.none())

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Stakeholder.objects.filter(customer=customer, left_at=None).order_by("-primary", "name")
        self.fields["stakeholder"] = forms.ModelChoiceField(label="For", queryset=people, empty_label=None)

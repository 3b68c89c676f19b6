"""Forms of expansion: how to introduce it, what was asked for, where it stands, what is sold."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.form_base import DateField
from outreach.enums import Directness, Framing, OpportunityStage
from outreach.models import Offer
from outreach.models.offers import LONGEST_FEATURE, MOST_FEATURES


class IntroductionForm(forms.Form):
    """How an introduction is written."""

    approach = forms.ChoiceField(choices=Framing.choices)
    directness = forms.ChoiceField(choices=Directness.choices)
    copies_account_executive = forms.BooleanField(required=False)


class RequestForm(forms.Form):
    """One thing that the account asked for."""

    text = forms.CharField(label="What they asked for", max_length=200)
    source = forms.CharField(label="Where", max_length=80, required=False, help_text="A ticket, a meeting, the CRM.")
    asked_on = DateField(label="When", required=False)


class StageForm(forms.Form):
    """Where an opportunity is moved to. seen: the stage that the page showed."""

    stage = forms.ChoiceField(label="Stage", choices=OpportunityStage.choices)
    reason = forms.CharField(
        label="Reason", max_length=300, required=False, help_text="Needed where it is won or lost; stays on record."
    )
    seen = forms.ChoiceField(choices=OpportunityStage.choices, widget=forms.HiddenInput)


class OfferForm(forms.ModelForm):
    """A plan of the price list; its features one a line."""

    features = forms.CharField(
        label="Features",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One a line, in words that may stand in a letter.",
    )

    resources_url = forms.URLField(
        label="Where to read about it",
        required=False,
        assume_scheme="https",
        help_text="https; put under introductions of this plan.",
    )

    class Meta:
        model = Offer
        fields = ["name", "annual_price", "currency", "position", "features", "resources_url", "is_active"]
        labels = {
            "annual_price": "Price a year",
            "is_active": "It is offered",
            "position": "Order",
        }
        help_texts = {"annual_price": "Empty where it is agreed case by case. No letter states it."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.is_bound:
            self.initial["features"] = "\n".join(self.instance.features)

        self.fields["position"].required = False

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0

    def clean_features(self) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["features"].splitlines() if line.strip()]
        if len(lines) > MOST_FEATURES or any(len(line) > LONGEST_FEATURE for line in lines):
            raise forms.ValidationError(f"At most {MOST_FEATURES} lines of at most {LONGEST_FEATURE} characters.")
        return list(dict.fromkeys(lines))

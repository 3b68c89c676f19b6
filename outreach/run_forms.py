"""Forms of upsell runs: starting one by hand, and what a person puts down with a yes."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.form_base import MomentField
from customers.models import Customer, User
from outreach.enums import AutomationLevel, UpsellReply
from outreach.services.upsell.starting import LONGEST_ID, LONGEST_METRIC

MOST_METRICS = 30


class StartForm(forms.Form):
    """A run by hand. customer: one that the reader may see, by name or by the other system's id."""

    account = forms.CharField(label="Account", max_length=200, help_text="Its name, or its id in the other system.")
    metric = forms.CharField(
        label="Metric", max_length=LONGEST_METRIC, help_text="As the usage records name it, such as trade_volume."
    )
    event_id = forms.CharField(
        label="Event",
        max_length=LONGEST_ID,
        help_text="What sets this run apart: each account has one run per event.",
    )
    level = forms.ChoiceField(label="How much it does alone", choices=AutomationLevel.choices)

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reader = reader
        self.customer: Customer | None = None

    def clean_account(self) -> str:
        said: str = self.cleaned_data["account"].strip()
        rows = Customer.objects.visible_to(self._reader)
        found = list(rows.filter(external_id=said)[:1]) or list(rows.filter(name__iexact=said)[:2])
        if not found:
            found = list(rows.filter(name__icontains=said)[:2])
        if not found:
            raise forms.ValidationError("No account of yours is called so.")
        if len(found) > 1:
            raise forms.ValidationError("Several accounts are called so: write the whole name, or the id.")
        self.customer = found[0]
        return said


class ApproveForm(forms.Form):
    """A yes, with what may be put down along: the opportunity's value, or when to meet."""

    estimated_value = forms.DecimalField(
        label="Value a year", required=False, min_value=0, max_digits=14, decimal_places=2
    )
    starts_at = MomentField(label="Meet on", required=False, help_text="In your own zone; empty: the first free hour.")


class ReasonForm(forms.Form):
    """Why something is left out, or the run is cancelled."""

    reason = forms.CharField(label="Reason", max_length=LONGEST_ID, required=False)


class ReplyForm(forms.Form):
    """What they answered, on the phone for instance."""

    reply = forms.ChoiceField(
        label="They answered", choices=[(one.value, one.label) for one in UpsellReply if one is not UpsellReply.TIMEOUT]
    )

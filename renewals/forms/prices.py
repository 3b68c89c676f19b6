"""A renewal's price, its outcome, and what Prepare found."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from customers.form_base import DateField
from customers.models import Contract
from renewals.enums import OUTCOMES_WITH_NEXT_CYCLE, Outcome
from renewals.models import Renewal
from renewals.rules.cycles import LONGEST_TERM_MONTHS


class ContractForm(forms.ModelForm):
    """The running contract; the target price has a form of its own, since it is locked."""

    start_date = DateField(label="Starts", required=False)
    renewal_date = DateField(label="Renews", help_text="The first day of the next term.")

    class Meta:
        model = Contract
        fields = ["plan", "current_price", "currency", "start_date", "renewal_date", "notice_days"]
        labels = {"current_price": "Price a year", "notice_days": "Notice, in days", "plan": "Plan or tier"}
        help_texts = {
            "current_price": "",
            "plan": "",
            "notice_days": "So many days before the renewal, notice must have been given.",
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, renewal = data.get("start_date"), data.get("renewal_date")
        if start and renewal and renewal <= start:
            self.add_error("renewal_date", "The renewal must come after the start of the contract.")
        return data

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class TargetPriceForm(forms.Form):
    price = forms.DecimalField(
        label="Target price a year", max_digits=14, decimal_places=2, min_value=Decimal(0), required=False
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].help_text = f"In {currency}, for the next term. Empty: not decided yet."


class OutcomeForm(forms.Form):
    """How the renewal ended; price and term are asked for wherever there is a next contract."""

    outcome = forms.ChoiceField(choices=Outcome.choices, widget=forms.RadioSelect, label="How it ended")
    price = forms.DecimalField(
        label="Price a year of the next term", max_digits=14, decimal_places=2, min_value=Decimal(0), required=False
    )
    term_months = forms.IntegerField(
        label="Length of the next term, in months", min_value=1, max_value=LONGEST_TERM_MONTHS, required=False
    )
    reason = forms.CharField(label="Why", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    renewal = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("renewal") not in (None, self.initial.get("renewal")):
            # Sent twice, or from an old tab: it would end the next term on the day on which it began.
            raise forms.ValidationError("This renewal has its outcome already. Nothing was recorded a second time.")
        if data.get("outcome") not in OUTCOMES_WITH_NEXT_CYCLE:
            # A churned customer has no next contract, whatever stood in the fields.
            data["price"] = data["term_months"] = None
        return data


class PrepareForm(forms.ModelForm):
    """The outputs of Prepare; the target price has a form of its own."""

    class Meta:
        model = Renewal
        fields = [
            "confidence",
            "stickiness",
            "engagement_approach",
            "prepare_sequence",
            "quantified_value",
            "value_leverage",
            "peer_price_pct",
            "crm_id",
        ]
        labels = {
            "prepare_sequence": "Order of people it proposed",
            "quantified_value": "Value delivered a year",
            "value_leverage": "Value over price",
            "peer_price_pct": "Price against peers, in %",
            "crm_id": "Salesforce opportunity",
        }
        help_texts = {
            "confidence": "0 to 100: how sure we are that they renew.",
            "stickiness": "0 to 100: how hard it would be to leave.",
            "engagement_approach": "Colours the tone of the letters.",
            "value_leverage": "2.08 means 2.08 times the price.",
            "peer_price_pct": "-8 means 8 % below.",
            "prepare_sequence": "",
            "quantified_value": "As money.",
            "crm_id": "Its id there, 15 or 18 signs; empty: found by our own id.",
        }

"""The running contract."""

from __future__ import annotations

from django import forms

from customers.forms.fields import DateField
from customers.models import Contract


class ContractForm(forms.ModelForm[Contract]):
    start_date = DateField(label="Starts", required=False)
    renewal_date = DateField(label="Renews")

    class Meta:
        model = Contract
        fields = ["plan", "current_price", "currency", "start_date", "renewal_date", "notice_days"]
        labels = {"current_price": "Price a year", "notice_days": "Notice, in days", "plan": "Plan or tier"}
        help_texts = {
            "renewal_date": "The first day of the next term.",
            "notice_days": "So many days before the renewal, notice must have been given.",
        }

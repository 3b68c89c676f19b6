"""The form of a source of usage and contracts."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.forms.settings import STALE
from customers.models import UsageSource
from customers.rules.source_mapping import BadMapping, read_mapping, write_mapping

FIELDS = ("name", "kind", "url", "items_path", "sobject", "is_enabled")


class SourceForm(forms.ModelForm):
    """`version` is the one that the form was made from; the secret goes in and never out."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    secret = forms.CharField(
        label="Secret",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Signs each call, so that they know who asks. 16 signs or more.",
    )
    mapping = forms.CharField(
        label="Which field is what",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=(
            "One a line, ours = theirs: account, metric, value, limit, at; usage.NAME and limit.NAME where each metric "
            "has a column; contract.plan, contract.current_price, contract.renewal_date. A text of its own in quotes."
        ),
    )

    class Meta:
        model = UsageSource
        fields = FIELDS
        labels = {
            "kind": "Where it comes from",
            "url": "Address",
            "items_path": "Where the list stands",
            "sobject": "Object at Salesforce",
            "is_enabled": "Ask once a day",
        }
        help_texts = {
            "name": "As it stands in the record.",
            "url": "https://… that answers with JSON.",
            "items_path": "Such as data.items; empty where the answer is the list.",
            "sobject": "Such as Account, read for the accounts whose id is one of Salesforce.",
        }

    field_order = [
        "version", "name", "kind", "url", "secret", "items_path", "sobject", "mapping", "is_enabled"
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["mapping"] = write_mapping(self.instance.mapping)
        if self.instance.sealed_secret:
            self.fields["secret"].help_text = "One is kept and cannot be read; type another to replace it."

    def clean_mapping(self) -> dict[str, str]:
        try:
            return read_mapping(self.cleaned_data["mapping"])
        except BadMapping as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any] | None:
        is_new = self.instance._state.adding
        if not is_new and self.cleaned_data.get("version") != self.initial["version"]:
            raise forms.ValidationError(STALE)
        return super().clean()

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*FIELDS, "mapping")}

    def _post_clean(self) -> None:
        """The service checks the row as a whole; here only the fields are, so that each error is said once."""

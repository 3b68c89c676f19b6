"""The form of an endpoint that is told of news."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.forms.settings import STALE
from customers.models import WebhookEndpoint
from customers.rules.webhook_events import EVENT_TYPES


class EndpointForm(forms.ModelForm):
    """`version` is the one that the form was made from; the secret is made by us."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    event_types = forms.MultipleChoiceField(
        label="Of what it is told",
        choices=[(name, name) for name in EVENT_TYPES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: of everything.",
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("url", "description", "is_enabled")
        labels = {"url": "Address", "is_enabled": "Switched on"}
        help_texts = {"url": "https://…, public, on port 443 or 8443.", "description": "What it is for."}

    field_order = ["version", "url", "description", "is_enabled", "event_types"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["event_types"] = self.instance.event_types

    def clean(self) -> dict[str, Any] | None:
        is_new = self.instance._state.adding
        if not is_new and self.cleaned_data.get("version") != self.initial["version"]:
            raise forms.ValidationError(STALE)
        return super().clean()

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("url", "description", "is_enabled", "event_types")}

    def _post_clean(self) -> None:
        """The service checks the row as a whole."""

"""The form of what automations save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from journeys.enums import AutomationType
from journeys.models.savings import MOST_MINUTES


class SavingsForm(forms.Form):
    """A field of minutes for every type of automation."""

    def __init__(self, *args: Any, minutes: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for type in AutomationType:
            self.fields[type.value] = forms.IntegerField(
                label=str(type.label), min_value=0, max_value=MOST_MINUTES, initial=minutes[type]
            )

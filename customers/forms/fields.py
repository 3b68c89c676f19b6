"""Form fields that more than one form has."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms

from customers.models import User


class DateField(forms.DateField):
    """A date with the browser's own picker; the value is always YYYY-MM-DD there."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class MomentField(forms.DateTimeField):
    """A date and time in the reader's zone, with the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"], **kwargs)


class ColleagueField(forms.ModelChoiceField):
    """One of our own people, shown by name."""

    def __init__(self, **kwargs: Any) -> None:
        people = User.objects.order_by("first_name", "last_name", "username")
        super().__init__(queryset=people, empty_label="Nobody", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.display_name} ({obj.title})" if obj.title else str(obj.display_name)


class TimezoneField(forms.ChoiceField):
    """An IANA zone, chosen from the list."""

    def __init__(self, *, empty_label: str = "", **kwargs: Any) -> None:
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        first = [("", empty_label)] if empty_label else []
        choices = [*first, ("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]
        super().__init__(choices=choices, **kwargs)

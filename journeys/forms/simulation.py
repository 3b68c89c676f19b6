"""What is assumed when a journey is played forward."""

from __future__ import annotations

from typing import Any

from django import forms

from journeys.rules.simulated.world import MOST_DAYS, Assumptions, Opens

OPENS = ((Opens.ALL, "Opens everything"), (Opens.NONE, "Opens nothing"))


class SimulationForm(forms.Form):
    """Asked by GET: it changes nothing, and its address can be passed on."""

    days = forms.IntegerField(
        label="Days", min_value=1, max_value=MOST_DAYS, required=False, help_text="Empty: to the end of the programme."
    )
    opens = forms.ChoiceField(label="The client", choices=OPENS, initial=Opens.ALL)
    approve_after_days = forms.IntegerField(
        label="Reviewed after days",
        min_value=0,
        max_value=365,
        required=False,
        initial=0,
        help_text="0: on the day they are written. Empty: nobody approves anything.",
    )
    reply_on_day = forms.IntegerField(
        label="Somebody replies on day",
        min_value=0,
        max_value=MOST_DAYS,
        required=False,
        help_text="Counted from today.",
    )
    hold_from = forms.DateField(label="Paused from", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    hold_to = forms.DateField(label="Goes on", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("hold_from"), cleaned.get("hold_to")
        if bool(first) != bool(last) and not ({"hold_from", "hold_to"} & self.errors.keys()):
            self.add_error("hold_to" if first else "hold_from", "A pause needs both days.")
        elif first and last and first >= last:
            self.add_error("hold_to", "It must go on after it was paused.")
        return cleaned

    @property
    def assumptions(self) -> Assumptions:
        asked = self.cleaned_data
        first, last = asked["hold_from"], asked["hold_to"]
        return Assumptions(
            opens=Opens(asked["opens"]),
            reply_on_day=asked["reply_on_day"],
            hold=(first, last) if first and last else None,
            approve_after_days=asked["approve_after_days"],
        )

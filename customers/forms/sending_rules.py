"""When and how often mails leave to one account."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.enums import Weekday
from customers.models import Customer, User, WorkspaceSettings
from customers.queries.calendars import NO_HOLIDAYS
from customers.services.sending_rules import CAPS


class SendingRulesForm(forms.ModelForm):
    """What is left empty is as the workspace has it, which stands beside each field."""

    window_start = forms.TimeField(required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    window_end = forms.TimeField(required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    working_days = forms.TypedMultipleChoiceField(
        choices=Weekday.choices, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Customer
        fields = ["window_start", "window_end", "working_days", "holidays_place", "contact_cap", "account_cap"]

    def __init__(self, *args: Any, user: User, workspace: WorkspaceSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.instance.country
        days = ", ".join(Weekday(day).label for day in sorted(workspace.working_days))
        for name, label, help_text in (
            (
                "window_start",
                "Mails leave from",
                f"In {self.instance.timezone}. Workspace: {workspace.window_start:%H:%M}.",
            ),
            ("window_end", "until", f"Workspace: {workspace.window_end:%H:%M}."),
            ("working_days", "Working days", f"None ticked: {days}."),
            ("holidays_place", "Holidays of", _say_holidays(country)),
            ("contact_cap", "Mails to one contact", f"At most so many in 7 days. Workspace: {workspace.contact_cap}."),
            ("account_cap", "Mails to the account", f"At most so many in 7 days. Workspace: {workspace.account_cap}."),
        ):
            self.fields[name].label, self.fields[name].help_text = label, help_text
        for name in CAPS:
            self.fields[name].disabled = not user.is_leader
            if not user.is_leader:
                self.fields[name].help_text += " A lead sets it."


def _say_holidays(country: str) -> str:
    own = f"those of {country}" if country else "none, as the account has no country"
    return f"A country (DE) or a part of it (DE-BY); {NO_HOLIDAYS} where they work on holidays. Empty: {own}."

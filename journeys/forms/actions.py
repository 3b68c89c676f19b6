"""Forms of what is done to a journey: dates, reasons, months. Each gives the service's arguments in `arguments`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from customers.form_base import DateField
from journeys.enums import JourneyKind
from journeys.models import ProgrammeVersion
from journeys.rules.moments import moment_of
from journeys.rules.timeline import MONTH_KINDS

MOST_DAYS = 730
LONGEST_REASON = 300


class ReasonField(forms.CharField):
    """Why it is done, for the record."""

    def __init__(self) -> None:
        super().__init__(
            label="Why", required=False, max_length=LONGEST_REASON, help_text="For us; the client does not see it."
        )


@dataclass(frozen=True)
class Ground:
    """What a form stands on. today and zone: the customer's, or the reader's where it is for many.

    start_date: what is offered first; months: number and title of those that can be chosen.
    """

    today: date
    zone: str
    start_date: date | None = None
    months: Sequence[tuple[int, str]] = ()
    month: int | None = None


class ActionForm(forms.Form):
    """A form without fields."""

    def __init__(self, *args: Any, ground: Ground, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ground = ground

    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class ReasonForm(ActionForm):
    """Nothing is asked but why."""

    reason = ReasonField()


class StartForm(ActionForm):
    start_date = DateField(label="First day", help_text="Month 1 is due on it, once the business plan is approved.")
    version = forms.ModelChoiceField(
        queryset=ProgrammeVersion.objects.none(), label="Programme", required=False, empty_label="That of the segment"
    )
    include_past = forms.BooleanField(
        label="Catch up on what is past",
        required=False,
        help_text="Else what would lie before today is skipped, and says so.",
    )
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = ProgrammeVersion.objects.filter(published_at__isnull=False, programme__is_archived=False)
        field: Any = self.fields["version"]
        field.queryset = published.select_related("programme").order_by("programme__name", "-number")
        self.fields["start_date"].initial = max(self.ground.start_date or self.ground.today, self.ground.today)


class PauseForm(ActionForm):
    until = DateField(
        label="Goes on from", required=False, help_text="Leave both open to pause until somebody resumes."
    )
    days = forms.IntegerField(label="or after so many days", required=False, min_value=1, max_value=MOST_DAYS)
    reason = ReasonField()

    def clean_until(self) -> date | None:
        day: date | None = self.cleaned_data["until"]
        if day is not None and day <= self.ground.today:
            raise ValidationError("Choose a day after today.")
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("until") and given.get("days"):
            self.add_error("days", "Give a day or a number of days, not both.")
        return given

    def arguments(self) -> dict[str, Any]:
        day = self.cleaned_data["until"]
        until: datetime | None = moment_of(day, time.min, self.ground.zone) if day else None
        return {"until": until, "days": self.cleaned_data["days"], "reason": self.cleaned_data["reason"]}


class AdjustForm(ActionForm):
    start_date = DateField(label="New first day", help_text="Months that are not delivered yet move by the difference.")
    include_past = forms.BooleanField(
        label="Catch up on what is past",
        required=False,
        help_text="Else what the move puts before today is skipped, and says so.",
    )
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start_date"].initial = self.ground.start_date


class MonthForm(ActionForm):
    month = forms.TypedChoiceField(coerce=int)
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["month"]
        field.choices = _month_choices(self.ground)
        field.initial = self.ground.month

    def arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return {"number": given.pop("month"), **given}


class TriggerForm(ActionForm):
    kind = forms.ChoiceField(label="What", choices=[(kind.value, kind.label) for kind in MONTH_KINDS])
    month = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["month"]
        field.choices = [("", "The next one"), *_month_choices(self.ground)]
        field.initial = self.ground.month

    def arguments(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return {"kind": JourneyKind(given.pop("kind")), "number": given.pop("month"), **given}


class CancelForm(ActionForm):
    reason = forms.CharField(max_length=LONGEST_REASON, help_text="Why the journey ends before its time.")


def _month_choices(ground: Ground) -> list[tuple[int, str]]:
    return [(number, f"M{number}: {title}" if title else f"M{number}") for number, title in ground.months]

"""A draft of a programme as a form: the version, and its steps below each other. The service checks again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from journeys.models import Programme
from journeys.rules.programmes import LABELS, MOST_STEPS, VERSION_LABELS, Problem, StepText, VersionText, read_lines
from journeys.services.programmes import MOST_NOTE

DAYS_APART = 30


class ProgrammeForm(forms.ModelForm):
    class Meta:
        model = Programme
        fields = ["name", "segment", "is_archived"]
        labels = {"is_archived": "Archived: nobody starts on it any more"}


class VersionForm(forms.Form):
    phase_name = forms.CharField(label=VERSION_LABELS["phase_name"], max_length=40, help_text="Month, phase, module …")
    local_time = forms.TimeField(
        label=VERSION_LABELS["local_time"], widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    celebrates_apart = forms.BooleanField(label=VERSION_LABELS["celebrates_apart"], required=False)
    note = forms.CharField(label="What is new in it", max_length=MOST_NOTE, required=False)
    edit = forms.IntegerField(required=False, widget=forms.HiddenInput)


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), max_length=5000, required=False, **kwargs)


class StepForm(forms.Form):
    number = forms.IntegerField(label="Number", min_value=1, max_value=MOST_STEPS)
    title = forms.CharField(label=LABELS["title"], max_length=120)
    offset_days = forms.IntegerField(label=LABELS["offset_days"], min_value=0)
    reminder_days = forms.IntegerField(label=LABELS["reminder_days"], min_value=0, initial=3)
    overdue_days = forms.IntegerField(label=LABELS["overdue_days"], min_value=1, initial=3)
    escalation_days = forms.IntegerField(label=LABELS["escalation_days"], min_value=1, initial=7)
    description = forms.CharField(
        label=LABELS["description"], max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    key_items = LinesField(label=LABELS["key_items"], help_text="What the client finds inside; one a line.")
    achievements = LinesField(label=LABELS["achievements"], help_text="What the client has then; one a line.")

    def text(self) -> StepText:
        data = {name: value for name, value in self.cleaned_data.items() if name != "DELETE"}
        for name in ("key_items", "achievements"):
            data[name] = read_lines(data[name])
        return StepText(**data)


StepFormSet = formset_factory(StepForm, extra=0, can_delete=True, max_num=MOST_STEPS, absolute_max=MOST_STEPS)


def forms_of(text: VersionText, *, note: str, edit: int | None) -> tuple[VersionForm, BaseFormSet[StepForm]]:
    """This will give the forms filled with a version."""
    version = VersionForm(
        initial={
            "phase_name": text.phase_name,
            "local_time": text.local_time,
            "celebrates_apart": text.celebrates_apart,
            "note": note,
            "edit": edit,
        }
    )
    return version, StepFormSet(initial=[_initial(step) for step in text.steps], prefix="steps")


def with_one_more(data: Mapping[str, Any]) -> Any:
    """This will give what was typed with an empty step after it, its number and day following the last."""
    more: Any = data.copy()  # type: ignore[attr-defined]
    count = _whole(data.get("steps-TOTAL_FORMS"), 0)
    if count >= MOST_STEPS:
        return more
    kept = [place for place in range(count) if not data.get(f"steps-{place}-DELETE")]
    numbers = [_whole(data.get(f"steps-{place}-number"), 0) for place in kept]
    offsets = [_whole(data.get(f"steps-{place}-offset_days"), 0) for place in kept]
    fresh = {
        "number": max(numbers, default=0) + 1,
        "offset_days": max(offsets) + DAYS_APART if offsets else 0,
        "reminder_days": 3,
        "overdue_days": 3,
        "escalation_days": 7,
    }
    for name, value in fresh.items():
        more[f"steps-{count}-{name}"] = str(value)
    more["steps-TOTAL_FORMS"] = str(count + 1)
    return more


def read_version(version: VersionForm, given: Sequence[StepText]) -> VersionText:
    data = version.cleaned_data
    return VersionText(
        steps=tuple(sorted(given, key=lambda step: step.number)),
        phase_name=data["phase_name"],
        local_time=data["local_time"],
        celebrates_apart=data["celebrates_apart"],
    )


def kept_forms(steps: BaseFormSet[StepForm]) -> list[StepForm]:
    """This will give the steps that are not ticked to be taken out, in the order they stand in."""
    return [form for form in steps.forms if not form.cleaned_data.get("DELETE")]


def put_problems(version: VersionForm, forms_kept: Sequence[StepForm], problems: Sequence[Problem]) -> None:
    """This will put each problem beside its field."""
    for problem in problems:
        form: forms.Form = version if problem.place is None else forms_kept[problem.place]
        form.add_error(problem.field if problem.field in form.fields else None, problem.text)


def _initial(step: StepText) -> dict[str, Any]:
    lines = {name: "\n".join(getattr(step, name)) for name in ("key_items", "achievements")}
    plain = ("number", "title", "description", "offset_days", "reminder_days", "overdue_days", "escalation_days")
    return {name: getattr(step, name) for name in plain} | lines


def _whole(value: Any, otherwise: int) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else otherwise

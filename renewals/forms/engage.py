"""What a person decides in Engage: each choice with the reason that goes on record."""

from __future__ import annotations

from django import forms

from customers.enums import TodoState
from emails.enums import PriceApproach
from outreach.enums import OwnerKind, SequencingApproach, TouchState
from renewals.queries.steps.sequence import parse_order

LONGEST_REASON = 500


class ReasonForm(forms.Form):
    """A choice that differs from the advice, with why."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        label="Why",
        error_messages={
            "required": "Say why, so that others can follow it.",
            "max_length": f"At most {LONGEST_REASON} characters.",
        },
    )

    @property
    def reason_error(self) -> str:
        """The sentence that stands beside the reason."""
        return str(next(iter(self.errors.get("reason", [])), ""))

    @property
    def other_error(self) -> str:
        """What else is wrong, in one sentence above the step."""
        others = [str(error) for name, errors in self.errors.items() if name != "reason" for error in errors]
        return " ".join(others)


class StrategyForm(ReasonForm):
    approach = forms.ChoiceField(choices=SequencingApproach.choices)


class OrderForm(ReasonForm):
    order = forms.CharField(max_length=10_000, error_messages={"required": "Name at least one person."})

    def clean_order(self) -> tuple[str, ...]:
        order = parse_order(self.cleaned_data["order"])
        if not order:
            raise forms.ValidationError("Name at least one person.")
        return order


class OwnerForm(ReasonForm):
    stakeholder = forms.UUIDField()
    owner = forms.ChoiceField(choices=OwnerKind.choices)


class PriceForm(ReasonForm):
    approach = forms.ChoiceField(choices=PriceApproach.choices)


class VariationForm(ReasonForm):
    stakeholder = forms.UUIDField()
    approach = forms.ChoiceField(choices=PriceApproach.choices)


class CloseForm(forms.Form):
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        label="Why",
        widget=forms.TextInput(attrs={"autofocus": True}),
        error_messages={"required": "Say why the plan ends here."},
    )


class TaskForm(forms.Form):
    state = forms.ChoiceField(choices=[(TodoState.DONE, "Done"), (TodoState.OPEN, "Open")])


class TouchForm(forms.Form):
    state = forms.ChoiceField(choices=[(TouchState.DONE, "Done"), (TouchState.SKIPPED, "Skipped")])

"""Forms of enrollments: whom to put into which sequence, and what triggers it."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.enums import StakeholderRole
from customers.models import Customer
from outreach.enums import TriggerType
from outreach.models import OutreachSequence, TriggerMapping
from outreach.queries.custom_fields import SOURCES


def sequence_choices(rows: list[OutreachSequence]) -> list[tuple[str, str]]:
    return [(str(row.sequence_id), row.name) for row in rows]


class EnrollForm(forms.Form):
    """Whom to put forward, and for which sequence."""

    sequence = forms.ChoiceField(label="Sequence")
    people = forms.MultipleChoiceField(label="People", error_messages={"required": "Tick who is to be enrolled."})

    def __init__(self, data: Any = None, *, sequences: list[OutreachSequence], people: list[Any]) -> None:
        super().__init__(data)
        self.fields["sequence"].choices = sequence_choices(sequences)  # type: ignore[attr-defined]
        self.fields["people"].choices = [(str(person.pk), person.name) for person in people]  # type: ignore[attr-defined]


MAPPED = ("trigger_type", "sequence_id", "stakeholder_roles", "segment_filter", "health_threshold", "enabled")


class MappingForm(forms.Form):
    """One mapping: trigger, sequence, and whom it asks for."""

    trigger_type = forms.ChoiceField(label="When", choices=TriggerType.choices)
    sequence_id = forms.ChoiceField(label="Sequence")
    stakeholder_roles = forms.MultipleChoiceField(
        label="Roles",
        choices=StakeholderRole.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: anybody.",
    )
    segment_filter = forms.CharField(label="Segment", max_length=80, required=False, help_text="Empty: every segment.")
    health_threshold = forms.IntegerField(
        label="Health",
        min_value=0,
        max_value=100,
        required=False,
        help_text="For a health drop at or below it, for the others at or above. Empty: any.",
    )
    enabled = forms.BooleanField(label="Switched on", required=False, initial=True)

    def __init__(
        self, data: Any = None, *, sequences: list[OutreachSequence], mapping: TriggerMapping | None = None
    ) -> None:
        initial = None
        choices = sequence_choices(sequences)
        if mapping is not None:
            initial = {name: getattr(mapping, name) for name in MAPPED}
            if str(mapping.sequence_id) not in dict(choices):
                choices.append((str(mapping.sequence_id), f"{mapping.sequence_name} (takes nobody now)"))
        super().__init__(data, initial=initial)
        self.fields["sequence_id"].choices = choices  # type: ignore[attr-defined]


class TrialForm(forms.Form):
    """The mapping that is tried, and the account on which."""

    mapping = forms.ChoiceField(label="Mapping", required=False)

    account = forms.CharField(
        label="Account", max_length=200, required=False, help_text="Its name, its id, or ext: and its id elsewhere."
    )

    def __init__(self, data: Any = None, *, mappings: list[TriggerMapping]) -> None:
        super().__init__(data)
        self.fields["mapping"].choices = [(str(one.pk), str(one)) for one in mappings]  # type: ignore[attr-defined]


class CustomFieldsForm(forms.Form):
    """Which custom field of a person at Outreach.io holds what of ours."""

    custom_fields = forms.CharField(
        label="Custom fields",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line: custom1 = segment. There are " + ", ".join(SOURCES) + ".",
    )


def find_account(said: str, customers: Any) -> Customer | None:
    """This will find the one account that is meant; None where there is none, or more than one."""
    named = list(customers.filter(name__iexact=said)[:2])
    rows = named or list(customers.filter(search_text__contains=said.lower())[:2])
    return rows[0] if len(rows) == 1 else None

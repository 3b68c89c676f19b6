"""Forms of a draft; services check again."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms

from customers.form_base import DateField, MomentField
from customers.models import Customer, Stakeholder
from customers.queries.calendars import zone
from emails.enums import AUTOMATIC_CLASSES, HUMAN_CLASSES, PriceApproach, ReplyClass, Tone


class TextForm(forms.Form):
    """Subject and body as they are typed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    subject = forms.CharField(required=False, strip=False)
    body = forms.CharField(required=False, strip=False)

    def clean_subject(self) -> str:
        """The field wraps; a line break typed or pasted into it without script becomes a space."""
        return " ".join(self.cleaned_data["subject"].splitlines())


class DetailsForm(forms.Form):
    """What surrounds the text."""

    cc = forms.CharField(
        label="Copy to",
        required=False,
        help_text="Addresses of people at the account or of colleagues, parted by commas.",
    )
    tone = forms.ChoiceField(choices=Tone.choices)
    price_approach = forms.ChoiceField(
        label="Price approach", choices=PriceApproach.choices, help_text="Counts when the letter is written again."
    )
    track_engagement = forms.BooleanField(label="Watch opens, clicks and replies", required=False)
    in_my_name = forms.BooleanField(label="Send it in my name", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def changes(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data.pop("version")
        data.pop("in_my_name")
        data["cc"] = [address.strip() for address in data["cc"].replace(";", ",").split(",") if address.strip()]
        return data


class ScheduleForm(forms.Form):
    """A moment in the customer's zone."""

    at = MomentField(label="Send on")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, zone_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone: ZoneInfo = zone(zone_name)
        at = cast(MomentField, self.fields["at"])
        at.zone = self.zone
        at.help_text = f"In the customer's time: {zone_name}."


class RegenerateForm(forms.Form):
    """What should differ."""

    instruction = forms.CharField(
        label="What should be different?",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For instance: shorter · warmer · more formal · no price · mention the migration.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class UploadForm(forms.Form):
    file = forms.FileField(label="File")
    version = forms.IntegerField(widget=forms.HiddenInput)


class PersonField(forms.ModelChoiceField):
    """A person of the account, by name and address."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} <{obj.email}>"


class WriteForm(forms.Form):
    """To whom a letter is begun, and about what."""

    stakeholder: forms.Field = forms.ModelChoiceField(queryset=Stakeholder.objects.none())
    subject = forms.CharField(max_length=300, required=False, help_text="It can be changed in the letter.")

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Stakeholder.objects.filter(customer=customer, left_at=None).exclude(email="")
        self.fields["stakeholder"] = PersonField(
            label="To", queryset=people.order_by("-primary", "name"), empty_label=None
        )


def _choices(codes: frozenset[ReplyClass]) -> list[tuple[str, str]]:
    """In the order in which the classes are written down."""
    return [(code.value, code.label) for code in ReplyClass if code in codes]


class CorrectionForm(forms.Form):
    """What a reply is, by a person's word."""

    classification = forms.ChoiceField(
        label="It is",
        choices=[
            ("A person wrote it", _choices(HUMAN_CLASSES)),
            ("A machine wrote it", _choices(AUTOMATIC_CLASSES)),
            ("Nobody can say who wrote it", [(ReplyClass.UNVERIFIED.value, ReplyClass.UNVERIFIED.label)]),
        ],
    )
    return_date = DateField(
        label="Back on",
        required=False,
        help_text="Of an absence. Left empty, it is read from the text.",
    )


class SuppressForm(forms.Form):
    """A colleague's word that somebody is to get no more mail."""

    note = forms.CharField(
        label="Why", max_length=300, required=False, help_text="For colleagues: “asked for it at the fair”."
    )


class LiftForm(forms.Form):
    """Why an address may be written to again."""

    reason = forms.CharField(label="Why may they be written to again?", max_length=300)

"""The form of a business plan: typed, or handed in as a file."""

from __future__ import annotations

from typing import Any

from django import forms

from journeys.rules.plan_files import TAKEN, PlanFile, UnfitFile, read_plan_file


class PlanForm(forms.Form):
    """version: the one that was read. has_file: whether the last version has a file that may go along or be dropped."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    body = forms.CharField(
        label="The plan in words",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="“# ” heads a part, “- ” begins a point. Deliverables quote from here.",
    )
    file = forms.FileField(
        label="File",
        required=False,
        allow_empty_file=True,
        help_text=f"{TAKEN}, at most 5 MB. What it says is read into the field above where that is empty; "
        "a PDF of pictures only a person can read.",
    )
    drop_file = forms.BooleanField(label="Leave the file of the last version out", required=False)

    def __init__(self, *args: Any, has_file: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_file:
            del self.fields["drop_file"]

    def clean_file(self) -> PlanFile | None:
        uploaded = self.cleaned_data["file"]
        if not uploaded:
            return None
        try:
            return read_plan_file(uploaded.name, uploaded.read())
        except UnfitFile as error:
            raise forms.ValidationError(str(error)) from None

"""The form of the CRM's settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from outreach.enums import OpportunityStage
from outreach.models import CrmSettings
from outreach.rules.words import STALE
from outreach.services.crm_settings import LONGEST_STAGE


class CrmSettingsForm(forms.Form):
    """One field per stage of ours; a list to choose from once the organisation's stages were read."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, row: CrmSettings) -> None:
        initial = {f"stage_{code}": row.stage_map.get(code, "") for code in OpportunityStage.values}
        super().__init__(data, initial={"version": row.version, "renewal_stage": row.renewal_stage, **initial})
        known = [(one["value"], one["label"]) for one in row.stages if one["active"]]
        self.fields["renewal_stage"] = _field("“Renewal Proposed”", known, self.initial["renewal_stage"])
        self.fields["renewal_stage"].help_text = "Where a renewal goes with the first email of Engage that leaves."
        for stage in OpportunityStage:
            name = f"stage_{stage.value}"
            self.fields[name] = _field(f"“{stage.label}”", known, self.initial[name])

    def clean(self) -> dict[str, Any] | None:
        if self.cleaned_data.get("version") != self.initial["version"]:
            raise forms.ValidationError(STALE)
        return super().clean()

    def changes(self) -> Mapping[str, Any]:
        stages = {code: self.cleaned_data[f"stage_{code}"] for code in OpportunityStage.values}
        return {"renewal_stage": self.cleaned_data["renewal_stage"], "stage_map": stages}

    def stage_fields(self) -> Iterable[forms.BoundField]:
        return [self[f"stage_{code}"] for code in OpportunityStage.values]


def _field(label: str, known: list[tuple[str, str]], now: str) -> forms.Field:
    """A value that the list has not stays choosable, so that nothing is changed by looking at the page."""
    if not known:
        return forms.CharField(label=label, max_length=LONGEST_STAGE)
    if now and now not in dict(known):
        known = [(now, f"{now} (not in the list)"), *known]
    return forms.ChoiceField(label=label, choices=known)

"""Forms of outreach."""

from __future__ import annotations

from typing import Any

from django import forms

from outreach.models import OutreachSettings
from outreach.rules.upsell.metric_rules import BadMetrics, read_metric_rules, read_metrics, write_metric_rules
from outreach.rules.words import STALE


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})


class ExpansionSettingsForm(forms.ModelForm):
    """The one row; `version` is the one that the form was made from."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    metrics = forms.CharField(
        label="Watched metrics", required=False, widget=_lines(4), help_text="One a line, as the alerts name them."
    )
    metric_rules = forms.CharField(
        label="Rules of single metrics",
        required=False,
        widget=_lines(4),
        help_text="One a line: metric; above; any or all; days. Such as: trade_volume; 5000; all; 7",
    )
    is_sure = forms.BooleanField(
        label="Full automation: I am sure that runs of critical alerts may mail customers by themselves",
        required=False,
    )

    class Meta:
        model = OutreachSettings
        fields = [
            "upsell_ceiling",
            "reply_timeout_hours",
            "high_value",
            "cool_down_days",
            "matching",
            "slack_approvals",
        ]
        labels = {
            "upsell_ceiling": "A run goes as far as",
            "reply_timeout_hours": "Wait for a reply",
            "high_value": "High value",
            "cool_down_days": "Cool-down",
            "matching": "A run starts when",
            "slack_approvals": "Ask at Slack whether a mail of expansion may go",
        }
        help_texts = {
            "upsell_ceiling": "Critical alerts ask for full, high ones for hybrid. Each mail passes the gate anyhow.",
            "reply_timeout_hours": "Hours; then the follow-ups after 3 and 7 days go on.",
            "high_value": "An alert above it is one of the three conditions.",
            "cool_down_days": "Days per account and metric before another run starts; 0: none.",
            "matching": "Of: high or critical severity, a high value, a watched metric.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["metrics"] = "\n".join(self.instance.metrics)
        self.initial["metric_rules"] = write_metric_rules(self.instance.metric_rules)
        self.initial["high_value"] = f"{self.instance.high_value.normalize():f}"

    def clean_metrics(self) -> list[str]:
        return self._read(read_metrics, "metrics")

    def clean_metric_rules(self) -> list[dict[str, Any]]:
        return self._read(read_metric_rules, "metric_rules")

    def clean(self) -> dict[str, Any] | None:
        if self.cleaned_data.get("version") != self.initial["version"]:
            raise forms.ValidationError(STALE)
        return super().clean()

    def changes(self) -> dict[str, Any]:
        """This will give the settings as they were typed; what is unchanged makes no difference."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "is_sure")}

    def _read(self, read: Any, name: str) -> Any:
        try:
            return read(self.cleaned_data[name])
        except BadMetrics as error:
            raise forms.ValidationError(str(error)) from error

"""The settings of expansion that ops may change; one row, beside the workspace's, which knows nothing of outreach."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from customers.models.base import WorkspaceQuerySet
from customers.models.workspace import ONLY_ID
from outreach.enums import AutomationLevel, Matching
from outreach.rules.upsell.levels import DEFAULT_CEILING
from outreach.rules.upsell.triggering import COOL_DOWN, HIGH_VALUE, METRICS


def default_metrics() -> list[str]:
    """The three of the spec."""
    return sorted(METRICS)


class OutreachSettings(models.Model):
    """When alerts start runs and how much a run may do alone; one row. Defaults: the rules' own.

    metrics: the metrics watched for expansion, in small letters. metric_rules: what holds for single metrics instead,
    as `outreach.rules.upsell.metric_rules` writes it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ID, editable=False)
    upsell_ceiling = models.CharField(max_length=20, choices=AutomationLevel.choices, default=DEFAULT_CEILING)
    reply_timeout_hours = models.PositiveSmallIntegerField(
        default=24, validators=[MinValueValidator(1), MaxValueValidator(24 * 14)]
    )
    high_value = models.DecimalField(
        max_digits=18, decimal_places=4, default=HIGH_VALUE, validators=[MinValueValidator(Decimal(0))]
    )
    cool_down_days = models.PositiveSmallIntegerField(default=COOL_DOWN.days, validators=[MaxValueValidator(365)])
    matching = models.CharField(max_length=3, choices=Matching.choices, default=Matching.ANY)
    metrics = models.JSONField(default=default_metrics, blank=True)
    metric_rules = models.JSONField(default=list, blank=True)
    slack_approvals = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "settings of expansion"
        constraints = [
            models.CheckConstraint(condition=Q(id=ONLY_ID), name="outreach_settings_one_row"),
            models.CheckConstraint(
                condition=Q(upsell_ceiling__in=AutomationLevel.values), name="outreach_settings_known_ceiling"
            ),
            models.CheckConstraint(
                condition=Q(reply_timeout_hours__gte=1, high_value__gte=0), name="outreach_settings_in_range"
            ),
        ]

    def __str__(self) -> str:
        return "Settings of expansion"

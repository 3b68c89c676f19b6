"""Usage alerts: each as it was told, once, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import CustomerRow
from customers.rules.metrics import metric_name
from outreach.enums import AlertOutcome, AutomationLevel, Severity


class UsageAlert(CustomerRow):
    """One alert of another system, its signature checked. Kept first, decided afterwards; the row is the job.

    account_id: the account's id there. Without a customer the account is not known here (yet): seen by those who see
    every account. due_at: when to look at it; whoever looks moves it on, so that an alert whose worker died falls due
    again. None: it is done with. happened_at: when the other system says it was; received_at: when it came.
    reasons: why it starts a run or not, as sentences.
    """

    customer = models.ForeignKey(  # type: ignore[assignment]  # the parent demands one
        "customers.Customer", on_delete=models.CASCADE, null=True, blank=True, related_name="usage_alerts"
    )
    webhook_id = models.CharField(max_length=200, unique=True)
    event_id = models.CharField(max_length=200)
    account_id = models.CharField(max_length=200)
    source = models.CharField(max_length=80)
    metric = models.CharField(max_length=80)
    value = models.DecimalField(max_digits=18, decimal_places=4)
    threshold = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    period = models.CharField(max_length=80, blank=True)
    trend = models.CharField(max_length=80, blank=True)
    context = models.JSONField(default=dict, blank=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=20, choices=AlertOutcome.choices, default=AlertOutcome.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    level = models.CharField(max_length=20, choices=AutomationLevel.choices, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta(CustomerRow.Meta):
        ordering = ["-received_at", "-created_at"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="usagealert_due"),
            models.Index(fields=["customer", "metric", "-decided_at"], name="usagealert_cool_down"),
            models.Index(fields=["account_id"], condition=Q(customer=None), name="usagealert_unknown"),
            models.Index(fields=["-received_at"], name="usagealert_latest"),
            models.Index(
                fields=["decided_at"], condition=Q(outcome=AlertOutcome.STARTS_RUN), name="usagealert_starts_run"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "event_id"], name="usagealert_event_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=[AlertOutcome.WAITING, AlertOutcome.UNKNOWN_ACCOUNT])
                | Q(decided_at__isnull=False, customer__isnull=False),
                name="usagealert_decided_has_account",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=AlertOutcome.STARTS_RUN) | ~Q(level=""), name="usagealert_start_has_level"
            ),
        ]

    def __str__(self) -> str:
        return f"{metric_name(self.metric)} {self.value.normalize():f}, {self.get_severity_display().lower()}"

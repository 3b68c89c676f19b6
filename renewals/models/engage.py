"""The Engage workflow of one renewal: what was advised when it opened, and where a person decided otherwise."""

from __future__ import annotations

from django.db import models

from customers.models.base import CustomerRow, CustomerScopedQuerySet, Row
from customers.rules.persons import OfPerson
from renewals.enums import OverrideKind


class EngageRun(CustomerRow):
    """One opening of Engage. facts and advice: as they were at opening, so that a later reader sees why."""

    renewal = models.OneToOneField("renewals.Renewal", on_delete=models.CASCADE, related_name="engage_run")
    plan = models.OneToOneField("outreach.OutreachPlan", on_delete=models.CASCADE, related_name="engage_run")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    advice = models.JSONField(default=dict)
    order = models.JSONField(default=list, blank=True, help_text="Stakeholder ids in a person's own order.")
    owners = models.JSONField(default=dict, blank=True, help_text="Stakeholder id → owner, a person's choice.")
    scenarios = models.JSONField(default=list, blank=True)

    class Meta(CustomerRow.Meta):
        verbose_name = "Engage run"
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return f"Engage of {self.customer_id}"


class OverrideQuerySet(CustomerScopedQuerySet):
    customer_path = "run__customer__"


class Override(Row):
    """Where a person decided otherwise than advised, from what to what, and why."""

    of_person = OfPerson(named="subject", words=("subject", "old", "new", "reason"))

    run = models.ForeignKey(EngageRun, on_delete=models.CASCADE, related_name="overrides")
    kind = models.CharField(max_length=20, choices=OverrideKind.choices)
    subject = models.CharField(max_length=200, blank=True, help_text="The person it is about, if one.")
    old = models.CharField(max_length=300, blank=True)
    new = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects = OverrideQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.new}"

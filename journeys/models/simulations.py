"""A book of accounts played forward in the background."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import OwnQuerySet, Row


class SimulationRun(Row):
    """One question and its answer. The row is the job: due_at stands until it is finished.

    customer_ids: who was meant when it was asked. assume, result: as `Assumptions` and `Book` write themselves.
    """

    user = models.ForeignKey("customers.User", on_delete=models.CASCADE, related_name="simulation_runs")
    assume = models.JSONField(default=dict)
    days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="None: to the end of the programme.")
    customer_ids = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    played = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    claim_token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict)

    objects = OwnQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at=None, finished_at__isnull=False) | Q(due_at__isnull=False, finished_at=None),
                name="simulation_due_until_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.total} accounts played forward"

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

"""What the clock has yet to look at, in a small table of its own beside the large one."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models

from customers.models.base import CustomerScopedQuerySet
from journeys.enums import AutomationStatus
from journeys.models.automations import AutomationSchedule


class PendingQuerySet(CustomerScopedQuerySet):
    customer_path = "automation__customer__"

    def due(self, now: datetime | models.Expression) -> Self:
        return self.filter(status=AutomationStatus.SCHEDULED, at__lte=now).in_turn()

    def in_turn(self) -> Self:
        """The order of the index: the first of it is found without looking at the others."""
        return self.order_by("at", "automation_id")


PendingManager = models.Manager.from_queryset(PendingQuerySet)


class PendingAutomation(models.Model):
    """One line for each automation that is scheduled or running. Triggers write it, see services/pending_lines.py.

    What changes with each run stands in no index of the large table this way: among ten million rows, PostgreSQL
    writes the row where it is (a heap-only update) and not an entry in each of three large indexes. The table's own
    key is (status, at, automation), the order in which lines are looked for, and its only index.
    """

    # No constraint: the line is written and removed by the change of its row, in the same statement.
    automation = models.OneToOneField(
        AutomationSchedule, on_delete=models.DO_NOTHING, primary_key=True, related_name="pending", db_constraint=False
    )
    at = models.DateTimeField(help_text="When it falls due; of one that runs, when its lease is over.")
    status = models.CharField(max_length=10, choices=AutomationStatus.choices, help_text="SCHEDULED or RUNNING.")

    objects: ClassVar[PendingManager] = PendingManager()

    def __str__(self) -> str:
        return f"{self.automation_id} at {self.at}"

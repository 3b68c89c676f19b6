"""What the clock remembers of itself, so that "is it running?" is one small read."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from customers.models.base import WorkspaceQuerySet

ONLY_ID = 1


class ClockState(models.Model):
    """The last tick: its moment, and what it did. One row.

    database, epoch: with the moment the mark that is kept outside, by which a restored backup is known.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ID, editable=False)
    last_tick_at = models.DateTimeField(null=True, blank=True)
    database = models.UUIDField(default=uuid.uuid4, editable=False)
    epoch = models.PositiveIntegerField(default=1, editable=False)
    last_report = models.JSONField(default=dict, blank=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "clock"
        constraints = [models.CheckConstraint(condition=Q(id=ONLY_ID), name="clock_state_one_row")]

    def __str__(self) -> str:
        return f"Last tick {self.last_tick_at or 'never'}"

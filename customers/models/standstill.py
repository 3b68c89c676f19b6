"""The safe hold of the whole workspace, when the clock and the database do not agree."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import Row, WorkspaceQuerySet


class Standstill(Row):
    """A time in which nothing leaves and no automation runs, until ops say how to go on.

    last_tick_at: the last tick that the database knew when it began; what fell due since may have been done already.
    """

    reason = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    last_tick_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-began_at"]
        constraints = [
            # Every row has the same value there, so that one of them at most can be open.
            models.UniqueConstraint(models.Value(1), condition=Q(ended_at=None), name="standstill_open_once"),
        ]

    def __str__(self) -> str:
        return self.reason

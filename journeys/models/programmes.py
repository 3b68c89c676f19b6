"""What a journey goes through: a programme, its published versions, and the steps of each."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from customers.models.base import Row, WorkspaceQuerySet

NINE = time(9, 0)  # DESIGN, section 5, Journey: 09:00 in the customer's zone
REMINDER_DAYS = 3
OVERDUE_DAYS = 3
ESCALATION_DAYS = 7


class Programme(Row):
    """A programme of months (or other phases) for a segment; the one without a segment is for everybody else."""

    name = models.CharField(max_length=120, unique=True)
    segment = models.CharField(max_length=80, blank=True, help_text="Empty: for every segment without its own.")
    is_archived = models.BooleanField(default=False)

    objects: ClassVar[Any] = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["segment", "name"]
        constraints = [
            models.UniqueConstraint(fields=["segment"], condition=Q(is_archived=False), name="programme_segment_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ProgrammeVersion(Row):
    """One state of a programme. A draft until it is published; then never changed, as journeys stand on it."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    phase_name = models.CharField(max_length=40, default="Month", help_text="What one step is called.")
    local_time = models.TimeField(default=NINE, help_text="In the customer's zone.")
    celebrates_apart = models.BooleanField(
        default=False, help_text="“Ready” and “month completed” go as two mails instead of one."
    )
    note = models.CharField(max_length=300, blank=True, help_text="What is new in it.")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects: ClassVar[Any] = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["programme", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="programme_version_once"),
            models.UniqueConstraint(fields=["programme"], condition=Q(published_at=None), name="programme_draft_once"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} v{self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class ProgrammeStep(Row):
    """One month of a version. offset_days: from the start date; the reminders count from the step's own date."""

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    key_items = models.JSONField(default=list, blank=True, help_text="What the client finds inside; lines of text.")
    achievements = models.JSONField(default=list, blank=True, help_text="What the client has then; lines of text.")
    offset_days = models.PositiveSmallIntegerField()
    reminder_days = models.PositiveSmallIntegerField(default=REMINDER_DAYS, help_text="“Coming soon” so long before.")
    overdue_days = models.PositiveSmallIntegerField(
        default=OVERDUE_DAYS, validators=[MinValueValidator(1)], help_text="After delivery, while not opened."
    )
    escalation_days = models.PositiveSmallIntegerField(
        default=ESCALATION_DAYS, validators=[MinValueValidator(1)], help_text="After delivery, while not opened."
    )

    objects: ClassVar[Any] = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="programme_step_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="programme_step_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

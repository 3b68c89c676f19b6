"""What a journey goes through: a programme, its published versions, and the steps of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import time
from typing import Any, ClassVar, Self
from uuid import UUID

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from customers.models.base import Row, WorkspaceQuerySet

NINE = time(9, 0)  # DESIGN, section 5, Journey: 09:00 in the customer's zone
REMINDER_DAYS = 3
OVERDUE_DAYS = 3
ESCALATION_DAYS = 7


class Published(Exception):
    """Raised when something tries to change what was published: journeys stand on it."""


class VersionedQuerySet(WorkspaceQuerySet):
    """Rows that are fixed once their version is published. `version_path` leads from the row to the version."""

    version_path = ""

    def published(self) -> Self:
        return self.filter(**{f"{self.version_path}published_at__isnull": False})

    def update(self, **kwargs: Any) -> int:
        self._refuse_published()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_published()
        return super().delete()

    def _refuse_published(self) -> None:
        if self.published().exists():
            raise Published("What is published is never changed: publish a new version.")


class StepQuerySet(VersionedQuerySet):
    version_path = "version__"

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        steps = list(objs)
        refuse_in_use({step.version_id for step in steps})
        return super().bulk_create(steps, *args, **kwargs)


class Versioned(Row):
    """The parent of what is fixed once it is published. Guarded here and in the queryset."""

    class Meta(Row.Meta):
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self._refuse_published()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._refuse_published()
        return super().delete(*args, **kwargs)

    def _refuse_published(self) -> None:
        type(self)._default_manager.filter(pk=self.pk)._refuse_published()  # type: ignore[attr-defined]


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


class ProgrammeVersion(Versioned):
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

    edit = models.PositiveIntegerField(default=1, help_text="Grows with every change of a draft.")

    objects: ClassVar[Any] = VersionedQuerySet.as_manager()

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


class ProgrammeStep(Versioned):
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

    objects: ClassVar[Any] = StepQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="programme_step_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="programme_step_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            refuse_in_use({self.version_id})
        super().save(*args, **kwargs)


def refuse_in_use(version_ids: Collection[UUID]) -> None:
    """This will raise Published where a step would be added to a version that a journey stands on."""
    if ProgrammeVersion.objects.published().filter(pk__in=version_ids, journeys__isnull=False).exists():
        raise Published("A journey stands on this version: publish a new one.")

"""What a person answered, for a journey on an older version, when a newer one was published."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from customers.models.base import CustomerRow, Row, WorkspaceQuerySet
from journeys.enums import VersionAnswer
from journeys.models.journeys import Journey
from journeys.models.programmes import ProgrammeVersion


class VersionChoice(CustomerRow):
    """The last answer for one journey and one published version. Without a row nobody was asked yet: it stays."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="version_choices")
    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="choices")
    answer = models.CharField(max_length=10, choices=VersionAnswer.choices)
    at = models.DateTimeField()
    by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta(CustomerRow.Meta):
        constraints = [models.UniqueConstraint(fields=["journey", "version"], name="version_choice_once")]

    def __str__(self) -> str:
        return f"{self.journey}: {self.answer}"


class RolloutRun(Row):
    """An answer for all journeys that a version touches, worked off by the clock some hundred at a time.

    The row is the job: last_id is the last journey that was looked at, moved in the transaction that answers for it.
    refused: name and reason of those who stay. problem: why it ended before its time.
    """

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="rollout_runs")
    answer = models.CharField(max_length=10, choices=VersionAnswer.choices)
    step = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Which month to leave out alone.")
    asked_at = models.DateTimeField()
    by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    total = models.PositiveIntegerField()
    answered = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list, blank=True)
    last_id = models.UUIDField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["asked_at"], condition=Q(finished_at=None), name="rollout_run_open")]
        constraints = [
            models.UniqueConstraint(fields=["version"], condition=Q(finished_at=None), name="rollout_run_once"),
            models.CheckConstraint(
                condition=Q(claim_token=None, leased_until=None)
                | Q(claim_token__isnull=False, leased_until__isnull=False),
                name="rollout_run_claim_whole",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(claim_token=None), name="rollout_run_finished_is_free"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.answer}"

    @property
    def seen(self) -> int:
        return self.answered + len(self.refused)

"""A version that Claude is asked for in the background. The row is the job; a task or the clock only says "look"."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from customers.models.base import Row
from emails.models.drafts import Draft
from emails.models.parts import PartOfDraftQuerySet

KEPT_ASIDE = "You touched this letter while Claude wrote, so Claude's version stands among its texts."


class Writing(Row):
    """The last version of a draft that Claude was asked for.

    due_at: when to ask; whoever asks moves it to the end of their lease, so that a job whose worker died falls due
    again; None: nothing is being asked. version: the draft as it was then; a draft that moved on keeps its text.
    """

    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, related_name="writing")
    version = models.PositiveIntegerField()
    instruction = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=300, blank=True, help_text="What became of it, or why it still waits.")

    objects: ClassVar[Any] = PartOfDraftQuerySet.as_manager()

    class Meta(Row.Meta):
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="writing_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(token__isnull=True) | Q(due_at__isnull=False), name="writing_claimed_has_lease"
            )
        ]

    def __str__(self) -> str:
        return f"Claude's version of {self.draft_id}"

    @property
    def is_open(self) -> bool:
        return self.due_at is not None

    @property
    def is_kept_aside(self) -> bool:
        return self.outcome == KEPT_ASIDE

    @property
    def is_waiting(self) -> bool:
        """Asked before without an answer, and waiting to ask again."""
        return self.is_open and bool(self.outcome)

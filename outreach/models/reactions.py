"""What a reply brought about: the decision that a person took on it, and each row that it moved."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import CustomerRow
from customers.rules.persons import OfPerson
from outreach.enums import CauseKind, Choice, TargetKind


class Reaction(CustomerRow):
    """A person's answer to “how shall we go on?”, after a reply or a booked meeting had stopped the account.

    proposed: what was preselected. reply: the one that it reacts to; none after a meeting or a brake set by hand.
    """

    of_person = OfPerson(by=("reply",), words=("reason",), adds=("hold_id",))

    brake = models.ForeignKey("customers.Brake", on_delete=models.CASCADE, related_name="reactions")
    reply = models.ForeignKey(
        "emails.Reply", on_delete=models.SET_NULL, null=True, blank=True, related_name="reactions"
    )
    choice = models.CharField(max_length=12, choices=Choice.choices)
    proposed = models.CharField(max_length=12, choices=Choice.choices)
    reason = models.CharField(max_length=500, blank=True)
    hold = models.ForeignKey("customers.Hold", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    cancelled_drafts = models.JSONField(default=list, blank=True, help_text="Ids of letters that it made needless.")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(CustomerRow.Meta):
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(fields=["brake"], condition=Q(undone_at=None), name="reaction_once_for_a_brake")
        ]

    def __str__(self) -> str:
        return self.get_choice_display()

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None


class ScheduleChange(CustomerRow):
    """One row that was moved or ended because of something, with what it was before: so that it can be put back.

    before, after: the fields that changed, as texts.
    """

    cause_kind = models.CharField(max_length=10, choices=CauseKind.choices)
    cause_id = models.UUIDField()
    target_kind = models.CharField(max_length=12, choices=TargetKind.choices)
    target_id = models.UUIDField()
    before = models.JSONField()
    after = models.JSONField()
    made_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True, blank=True)

    class Meta(CustomerRow.Meta):
        ordering = ["made_at", "created_at"]
        indexes = [
            models.Index(fields=["target_kind", "target_id"], name="change_target"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["cause_kind", "cause_id", "target_kind", "target_id"],
                condition=Q(restored_at=None),
                name="change_once_for_a_cause",
            )
        ]

    def __str__(self) -> str:
        return f"{self.target_kind} {self.target_id}"

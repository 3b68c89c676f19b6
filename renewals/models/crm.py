"""The move of a renewal's opportunity at the CRM to “Renewal Proposed”, once a cycle."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.base import ClaimedRow
from customers.enums import ClaimState
from customers.rules.persons import OfPerson


class CrmStageMove(ClaimedRow):
    """Asked for by the first email of Engage that left. Read first, written once; a repeat changes nothing.

    note: what became of it, for the task. opportunity_id: the CRM's own, as it was found.
    """

    of_person = OfPerson(by=("draft_id",), words=("outcome", "receipt", "note"))

    renewal = models.OneToOneField("renewals.Renewal", on_delete=models.CASCADE, related_name="crm_move")
    draft_id = models.UUIDField(help_text="The email that asked for it.")
    asked_at = models.DateTimeField()
    opportunity_id = models.CharField(max_length=18, blank=True)
    stage_before = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClaimedRow.Meta):
        verbose_name = "CRM stage move"
        ordering = ["-asked_at"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state=ClaimState.QUEUED), name="crmstagemove_queued"),
            models.Index(fields=["leased_until"], condition=Q(state=ClaimState.SENDING), name="crmstagemove_leased"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ClaimState.SENT) | Q(done_at__isnull=False), name="crmstagemove_done_has_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.note or self.get_state_display()

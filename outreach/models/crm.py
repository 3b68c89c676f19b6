"""The CRM: how our stages are called there, and what of each opportunity is written there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.base import ClaimedRow
from customers.enums import ClaimState
from customers.models.base import WorkspaceQuerySet
from customers.models.workspace import ONLY_ID
from outreach.enums import OpportunityStage

RENEWAL_PROPOSED = "Renewal Proposed"


def default_stages() -> dict[str, str]:
    """Salesforce's own values, as an organisation has them that changed none."""
    return {
        OpportunityStage.IDENTIFIED.value: "Prospecting",
        OpportunityStage.INTRODUCED.value: "Qualification",
        OpportunityStage.IN_TALKS.value: "Proposal/Price Quote",
        OpportunityStage.WON.value: "Closed Won",
        OpportunityStage.LOST.value: "Closed Lost",
    }


class CrmSettings(models.Model):
    """How our stages are called in the organisation's own picklist; one row.

    renewal_stage: what “Renewal Proposed” is called there. stage_map: our stage → theirs. stages: the picklist as it
    was read last, `[{value, label, active}]`.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ID, editable=False)
    renewal_stage = models.CharField(max_length=120, default=RENEWAL_PROPOSED)
    stage_map = models.JSONField(default=default_stages)
    stages = models.JSONField(default=list, blank=True)
    stages_read_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "settings of the CRM"
        constraints = [models.CheckConstraint(condition=Q(id=ONLY_ID), name="crm_settings_one_row")]

    def __str__(self) -> str:
        return "Settings of the CRM"


class CrmWrite(ClaimedRow):
    """One opportunity on its way to the CRM, each time that it changed. A write changes nothing when it is repeated."""

    opportunity = models.OneToOneField("outreach.Opportunity", on_delete=models.CASCADE, related_name="crm_write")

    class Meta(ClaimedRow.Meta):
        verbose_name = "CRM write"
        ordering = ["-updated_at"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state=ClaimState.QUEUED), name="crmwrite_queued"),
            models.Index(fields=["leased_until"], condition=Q(state=ClaimState.SENDING), name="crmwrite_leased"),
            models.Index(
                fields=["-updated_at"],
                condition=Q(state__in=[ClaimState.FAILED, ClaimState.NEEDS_REVIEW]),
                name="crmwrite_problem",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}, {self.get_state_display().lower()}"

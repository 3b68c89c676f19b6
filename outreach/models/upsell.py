"""Expansion: an opportunity, the run that follows it up step by step, and each introduction that was written."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from customers.base import ClaimedRow
from customers.models.base import CustomerRow
from customers.rules.metrics import metric_name
from customers.rules.persons import OfPerson
from outreach.enums import (
    ENDED_RUN_STATES,
    STAGES_FOR_THE_CRM,
    AutomationLevel,
    Directness,
    Framing,
    LedBy,
    OpportunityStage,
    RunState,
    StepState,
    UpsellReply,
    UpsellStepName,
)

DEFINITION_VERSION = 1
"""Of the eight steps and their order: a run goes on by the definition that it was started with."""


class UpsellRun(CustomerRow):
    """One execution of the workflow, at most one per account and event.

    wanted_level: before the workspace's ceiling. waits_until: while it waits for a reply, when that wait is over.
    Reply and timeout have one winner: `reply` is set once, by a conditional UPDATE.
    """

    event_id = models.CharField(max_length=200)
    metric = models.CharField(max_length=80)
    alert = models.OneToOneField(
        "outreach.UsageAlert", on_delete=models.SET_NULL, null=True, blank=True, related_name="run"
    )
    definition_version = models.PositiveSmallIntegerField(default=DEFINITION_VERSION)
    level = models.CharField(max_length=20, choices=AutomationLevel.choices)
    wanted_level = models.CharField(max_length=20, choices=AutomationLevel.choices)
    level_reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=16, choices=RunState.choices, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    waits_until = models.DateTimeField(null=True, blank=True)
    reply = models.CharField(max_length=10, choices=UpsellReply.choices, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta(CustomerRow.Meta):
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["state", "-started_at"], name="upsellrun_by_state"),
            models.Index(fields=["waits_until"], condition=Q(state=RunState.WAITING_REPLY), name="upsellrun_reply_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "event_id"], name="upsellrun_event_once"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED_RUN_STATES), ended_at__isnull=False)
                | (~Q(state__in=sorted(ENDED_RUN_STATES)) & Q(ended_at=None)),
                name="upsellrun_ended_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=RunState.WAITING_REPLY) | Q(waits_until__isnull=False),
                name="upsellrun_waits_until_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(reply="", replied_at=None) | (~Q(reply="") & Q(replied_at__isnull=False)),
                name="upsellrun_reply_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{metric_name(self.metric)}, {self.get_state_display().lower()}"

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED_RUN_STATES


class UpsellStep(ClaimedRow):
    """One of the eight steps of a run, claimed and leased like a mail; done once and never again.

    needs_person: it waits for a yes before it may be claimed. note: why it was not done, or by whose stand-in.
    """

    run = models.ForeignKey(UpsellRun, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=30, choices=UpsellStepName.choices)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=14, choices=StepState.choices, default=StepState.WAITING)
    needs_person = models.BooleanField(default=False)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    input = models.JSONField(default=dict, blank=True)
    output = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(ClaimedRow.Meta):
        ordering = ["run", "position"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state=StepState.QUEUED), name="upsellstep_queued"),
            models.Index(fields=["leased_until"], condition=Q(state=StepState.SENDING), name="upsellstep_leased"),
            models.Index(
                fields=["updated_at"],
                condition=Q(name=UpsellStepName.SEND_EMAIL_DRAFT, state=StepState.WAITING),
                name="upsellstep_mail_waits",
            ),
            models.Index(fields=["-created_at", "position"], name="upsellstep_latest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="upsellstep_once"),
            models.UniqueConstraint(fields=["run", "position"], name="upsellstep_position_once"),
            models.CheckConstraint(
                condition=~Q(state__in=[StepState.SENT, StepState.SKIPPED]) | Q(done_at__isnull=False),
                name="upsellstep_done_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(needs_person=False)
                | Q(approved_at__isnull=False)
                | ~Q(state__in=[StepState.QUEUED, StepState.SENDING, StepState.SENT]),
                name="upsellstep_taken_after_its_yes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}, {self.get_state_display().lower()}"

    @property
    def waits_for_yes(self) -> bool:
        return self.state == StepState.WAITING and self.needs_person and self.approved_at is None


class Opportunity(CustomerRow):
    """One expansion that may be sold. intro_sent_at and intro_response hold the latest; each introduction is kept.

    signals: what speaks for it, with the data behind, as it was when it was found.
    """

    run = models.OneToOneField(UpsellRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="opportunity")
    name = models.CharField(max_length=200)
    recommended_plan = models.CharField(max_length=200, blank=True)
    estimated_value = models.DecimalField(
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="More a year.",
    )
    currency = models.CharField(max_length=3, default="USD")
    stage = models.CharField(max_length=14, choices=OpportunityStage.choices, default=OpportunityStage.IDENTIFIED)
    led_by = models.CharField(max_length=12, choices=LedBy.choices, default=LedBy.CSM)
    signals = models.JSONField(default=list, blank=True)
    found_at = models.DateTimeField()
    intro_sent_at = models.DateTimeField(null=True, blank=True)
    intro_response = models.CharField(max_length=10, choices=UpsellReply.choices, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True, help_text="Why it was won, lost or dismissed.")
    crm_id = models.CharField(max_length=40, blank=True, help_text="Its id in the CRM, where one is connected.")
    crm_synced_at = models.DateTimeField(null=True, blank=True)
    crm_note = models.CharField(max_length=300, blank=True)
    crm_seen_at = models.DateTimeField(
        null=True, blank=True, help_text="Which change was last taken up for the CRM, as `updated_at` said it."
    )

    class Meta(CustomerRow.Meta):
        ordering = ["-found_at"]
        verbose_name_plural = "opportunities"
        indexes = [
            models.Index(fields=["stage", "-found_at"], name="opportunity_by_stage"),
            models.Index(fields=["-found_at"], name="opportunity_latest"),
            models.Index(fields=["stage", "currency", "estimated_value", "customer"], name="opportunity_sums"),
            models.Index(
                fields=["updated_at"],
                condition=Q(crm_seen_at=None, stage__in=sorted(STAGES_FOR_THE_CRM))
                | Q(updated_at__gt=models.F("crm_seen_at")),
                name="opportunity_crm_behind",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(estimated_value=None) | Q(estimated_value__gte=0), name="opportunity_value_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=[OpportunityStage.WON, OpportunityStage.LOST], closed_at__isnull=False)
                | (~Q(stage__in=[OpportunityStage.WON, OpportunityStage.LOST]) & Q(closed_at=None)),
                name="opportunity_closed_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UpsellIntroduction(CustomerRow):
    """One introduction as it was written: its framing with the reasons, and what came of it.

    proposed: the framing that the rules chose; framing: the one that was taken.
    """

    of_person = OfPerson(by=("draft",), words=("reasons",))

    opportunity = models.ForeignKey(
        Opportunity, on_delete=models.SET_NULL, null=True, blank=True, related_name="introductions"
    )
    draft = models.OneToOneField(
        "emails.Draft", on_delete=models.SET_NULL, null=True, blank=True, related_name="upsell_introduction"
    )
    run = models.ForeignKey(UpsellRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="introductions")
    framing = models.CharField(max_length=16, choices=Framing.choices)
    proposed = models.CharField(max_length=16, choices=Framing.choices)
    reasons = models.JSONField(default=list, blank=True)
    directness = models.CharField(max_length=8, choices=Directness.choices, default=Directness.SOFT)
    copies_account_executive = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    response = models.CharField(max_length=10, choices=UpsellReply.choices, blank=True)
    responded_at = models.DateTimeField(null=True, blank=True)

    class Meta(CustomerRow.Meta):
        ordering = ["-written_at"]
        indexes = [models.Index(fields=["framing", "sent_at"], name="introduction_by_framing")]
        constraints = [
            models.CheckConstraint(
                condition=Q(response="", responded_at=None)
                | (~Q(response="") & Q(responded_at__isnull=False, sent_at__isnull=False)),
                name="introduction_answered_was_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_framing_display()}, {self.written_at:%d %b %Y}"

"""An outreach plan and its touches. Source: Engage, step 4 and "outreach_plans"."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import CustomerRow, CustomerScopedQuerySet, Row
from customers.rules.persons import OfPerson
from emails.enums import PriceApproach
from outreach.enums import LIVE_PLAN_STATES, OwnerKind, PlanEnd, PlanState, SequencingApproach, TouchKind, TouchState


class OutreachPlan(CustomerRow):
    """How one renewal is carried to the customer: order, price approach, and the four weeks of touches.

    renewal_id: plain, because the renewal lives in an app on the left.
    """

    renewal_id = models.UUIDField(db_index=True)
    approach = models.CharField(max_length=30, choices=SequencingApproach.choices)
    pricing_approach = models.CharField(max_length=20, choices=PriceApproach.choices)
    variations = models.JSONField(default=dict, blank=True, help_text="Stakeholder id → price approach.")
    first_date = models.DateField(null=True, blank=True)
    deadline = models.DateField()
    state = models.CharField(max_length=10, choices=PlanState.choices, default=PlanState.PROPOSED)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    end = models.CharField(max_length=20, choices=PlanEnd.choices, blank=True)
    end_reason = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(CustomerRow.Meta):
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "customer"], name="plan_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state__in=sorted(LIVE_PLAN_STATES)), name="plan_live_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.OPEN) | Q(opened_at__isnull=False), name="plan_open_has_moment"
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.CLOSED) | (Q(closed_at__isnull=False) & ~Q(end="")),
                name="plan_closed_has_moment_and_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_approach_display()}, {self.get_state_display().lower()}"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_PLAN_STATES


class TouchQuerySet(CustomerScopedQuerySet):
    customer_path = "plan__customer__"


class Touch(Row):
    """One thing to do at one day of the plan, or one that does not fit and is named. key: the planner's."""

    of_person = OfPerson(
        by=("stakeholder", "draft_id"),
        words=("title", "condition", "moved_reason", "infeasible_reason", "note", "fixed_reason"),
    )

    plan = models.ForeignKey(OutreachPlan, on_delete=models.CASCADE, related_name="touches")
    stakeholder = models.ForeignKey(
        "customers.Stakeholder", on_delete=models.SET_NULL, null=True, blank=True, related_name="touches"
    )
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=TouchKind.choices)
    title = models.CharField(max_length=200)
    order = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=40, blank=True)
    owner_kind = models.CharField(max_length=10, choices=OwnerKind.choices, default=OwnerKind.CSM)
    owner = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    wanted_date = models.DateField()
    due_date = models.DateField(null=True, blank=True)
    day = models.SmallIntegerField(null=True, blank=True, help_text="Days to renewal; counts down.")
    week = models.PositiveSmallIntegerField(null=True, blank=True)
    condition = models.CharField(max_length=300, blank=True)
    moved_reason = models.CharField(max_length=300, blank=True)
    infeasible_reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=TouchState.choices, default=TouchState.PLANNED)
    draft_id = models.UUIDField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    automation = models.ForeignKey(
        "journeys.AutomationSchedule",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="touches",
        help_text="The clock's row that this touch shows, once its letter has left.",
    )
    note = models.CharField(max_length=300, blank=True, help_text="What became of it, in words.")
    fixed_date = models.DateField(
        null=True, blank=True, help_text="A day that a reply gave it; it stays when the plan is computed again."
    )
    fixed_reason = models.CharField(max_length=300, blank=True)

    objects = TouchQuerySet.as_manager()

    class Meta(Row.Meta):
        verbose_name_plural = "touches"
        ordering = ["due_date", "order", "key"]
        indexes = [
            models.Index(fields=["due_date"], condition=Q(state="planned"), name="touch_planned_due"),
            models.Index(fields=["due_date"], name="touch_due"),
            models.Index(fields=["draft_id"], condition=Q(draft_id__isnull=False), name="touch_of_draft"),
            # What a person still has to do, by plan: neither conditional nor a letter.
            models.Index(
                fields=["plan", "due_date"],
                condition=Q(state="planned", condition="", draft_id=None),
                name="touch_for_a_person",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["plan", "key"], name="touch_once"),
            models.CheckConstraint(
                condition=~Q(state=TouchState.DONE) | Q(done_at__isnull=False), name="touch_done_has_moment"
            ),
            models.CheckConstraint(
                condition=Q(due_date__isnull=False) | Q(state__in=["infeasible", "skipped", "cancelled"]),
                name="touch_planned_has_date",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_conditional(self) -> bool:
        return bool(self.condition)

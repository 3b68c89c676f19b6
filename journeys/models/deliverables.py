"""What a month gives the client, every text it had, and what it is written from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import CustomerRow
from emails.enums import Writer
from journeys.enums import WAITING_DELIVERABLES, DeliverableState, JobPriority
from journeys.models.journeys import Journey, JourneyMonth


class Deliverable(CustomerRow):
    """The deliverable of one month. Delivered is done: its text stays as the client got it.

    due_at, priority, claim_token, attempts, outcome: the job of writing it, as in `emails.Writing`; the row is the job.
    opened_at: the button on the landing page was pressed (a POST), which is what "accessed" means.
    """

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="deliverables")
    month = models.OneToOneField(JourneyMonth, on_delete=models.CASCADE, related_name="deliverable")
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True, help_text="Plain text: “## ” heads a section, “- ” begins a point.")
    state = models.CharField(max_length=14, choices=DeliverableState.choices, default=DeliverableState.WRITING)
    version = models.PositiveIntegerField(default=1)
    writer = models.CharField(max_length=20, choices=Writer.choices, default=Writer.PERSON)
    writer_note = models.CharField(max_length=500, blank=True)
    facts = models.JSONField(default=list, blank=True, help_text="What the text may state, and from which record.")
    confirmed = models.JSONField(default=list, blank=True, help_text="Claims a person vouches for.")
    first_body = models.TextField(blank=True)
    instruction = models.CharField(max_length=500, blank=True, help_text="What a person asked of the next text.")
    asked_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    due_at = models.DateTimeField(null=True, blank=True)
    priority = models.PositiveSmallIntegerField(choices=JobPriority.choices, default=JobPriority.MEDIUM)
    claim_token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=300, blank=True)

    review_since = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)
    rejected_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    rejection_note = models.TextField(blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(
        "customers.Stakeholder", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta(CustomerRow.Meta):
        ordering = ["journey", "month__number"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="deliverable_to_write"),
            models.Index(
                fields=["review_since"],
                condition=Q(state=DeliverableState.PENDING_REVIEW),
                name="deliverable_in_review",
            ),
            models.Index(
                fields=["journey"], condition=Q(state__in=sorted(WAITING_DELIVERABLES)), name="deliverable_waits"
            ),
            models.Index(fields=["-updated_at"], name="deliverable_latest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=DeliverableState.DELIVERED, delivered_at__isnull=False)
                | (~Q(state=DeliverableState.DELIVERED) & Q(delivered_at=None)),
                name="deliverable_delivered_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliverableState.REJECTED) | Q(rejected_at__isnull=False),
                name="deliverable_rejected_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(delivered_at__isnull=False), name="deliverable_opened_when_delivered"
            ),
            models.CheckConstraint(
                condition=Q(claim_token__isnull=True) | Q(due_at__isnull=False),
                name="deliverable_claimed_has_lease",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_delivered(self) -> bool:
        return self.state == DeliverableState.DELIVERED


class DeliverableVersion(CustomerRow):
    """One text that a deliverable had. Only added to; what one person types in one sitting is one text."""

    deliverable = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    writer = models.CharField(max_length=20, choices=Writer.choices)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta(CustomerRow.Meta):
        ordering = ["deliverable", "-number"]
        constraints = [models.UniqueConstraint(fields=["deliverable", "number"], name="deliverable_version_once")]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class Onboarding(CustomerRow):
    """What the client answered when they came, one row per time it was saved; the last counts."""

    number = models.PositiveIntegerField()
    answers = models.JSONField(default=list, help_text="[{question, answer}]")
    saved_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField()

    class Meta(CustomerRow.Meta):
        ordering = ["customer", "-number"]
        constraints = [models.UniqueConstraint(fields=["customer", "number"], name="onboarding_once")]

    def __str__(self) -> str:
        return f"Onboarding v{self.number}"


class BusinessPlan(CustomerRow):
    """The client's plan, one row per version; approving one releases the first month."""

    number = models.PositiveIntegerField()
    body = models.TextField(blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    content = models.BinaryField(default=bytes, blank=True)
    saved_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta(CustomerRow.Meta):
        ordering = ["customer", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="business_plan_once"),
            models.CheckConstraint(condition=~Q(body="") | ~Q(file_name=""), name="business_plan_says_something"),
        ]

    def __str__(self) -> str:
        return f"Business plan v{self.number}"

"""One customer's way through a programme, its months, and what was changed on the way."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import CustomerRow
from journeys.enums import JourneyState
from journeys.models.programmes import NINE, ProgrammeStep, ProgrammeVersion


class Journey(CustomerRow):
    """A customer in a programme. Starting it approves the mails of this version (promise 2).

    zone: the customer's when the dates were computed. held_since: since when a hold of the journey or of the account
    keeps its rows; the dates move by that time when the last hold ends. open_due_date and unopened_since say from when
    it is late; triggers keep them, see services/lateness.py.
    """

    version = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="journeys")
    start_date = models.DateField()
    zone = models.CharField(max_length=64)
    local_time = models.TimeField(default=NINE)
    state = models.CharField(max_length=10, choices=JourneyState.choices, default=JourneyState.ACTIVE)
    current_month = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    held_since = models.DateTimeField(null=True, blank=True)
    open_due_date = models.DateField(
        null=True, editable=False, help_text="The first due date of a month that is not delivered."
    )
    unopened_since = models.DateTimeField(
        null=True, editable=False, help_text="The first delivery that the customer has not opened."
    )
    completed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was cancelled.")

    class Meta(CustomerRow.Meta):
        ordering = ["-started_at"]
        indexes = [
            # All that the board counts and sorts by, so that it reads no rows for it.
            models.Index(
                fields=[
                    "state",
                    "current_month",
                    "open_due_date",
                    "unopened_since",
                    "held_since",
                    "zone",
                    "customer",
                    "id",
                ],
                name="journey_board",
            ),
            # The first by name in a month: whether an account is in it is told from the index alone.
            models.Index(
                fields=["customer", "current_month", "open_due_date", "unopened_since", "held_since", "zone", "id"],
                condition=Q(state=JourneyState.ACTIVE),
                name="journey_of_account",
            ),
            # Those that the sums of the board cannot tell of.
            models.Index(
                fields=["unopened_since"],
                condition=Q(state=JourneyState.ACTIVE, unopened_since__isnull=False),
                name="journey_unopened",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state=JourneyState.ACTIVE), name="journey_active_once"
            ),
            models.CheckConstraint(
                condition=Q(state=JourneyState.COMPLETED, completed_at__isnull=False)
                | (~Q(state=JourneyState.COMPLETED) & Q(completed_at=None)),
                name="journey_completed_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(state=JourneyState.CANCELLED, cancelled_at__isnull=False)
                | (~Q(state=JourneyState.CANCELLED) & Q(cancelled_at=None)),
                name="journey_cancelled_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} from {self.start_date}"

    @property
    def is_active(self) -> bool:
        return self.state == JourneyState.ACTIVE


class JourneyMonth(CustomerRow):
    """One month of one journey. Never removed: a skipped one stays, and says who skipped it."""

    # Without an index of its own: `journey_month_once` begins with it.
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="months", db_index=False)
    step = models.ForeignKey(ProgrammeStep, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    due_date = models.DateField(help_text="The customer's.")
    skipped_at = models.DateTimeField(null=True, blank=True)
    skipped_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    skip_reason = models.CharField(max_length=500, blank=True)

    class Meta(CustomerRow.Meta):
        ordering = ["journey", "number"]
        indexes = [
            models.Index(fields=["due_date"], name="journey_month_due"),
            # A move of thousands writes eight rows each, of which hardly one is skipped.
            models.Index(fields=["skipped_by"], condition=Q(skipped_by__isnull=False), name="journey_month_skipped_by"),
        ]
        constraints = [models.UniqueConstraint(fields=["journey", "number"], name="journey_month_once")]

    def __str__(self) -> str:
        return f"M{self.number}"

    @property
    def is_skipped(self) -> bool:
        return self.skipped_at is not None


class JourneyChange(CustomerRow):
    """One change of a journey by a person, with what was there before, so that it can be undone.

    before: what the undo puts back, plain JSON. batch: the changes of one selection share it.
    """

    # Without an index of its own: `journey_change_of` begins with it.
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="changes", db_index=False)
    action = models.CharField(max_length=20, help_text="start, adjust, pause, resume, skip, trigger, cancel, force …")
    summary = models.CharField(max_length=500)
    before = models.JSONField(default=dict)
    batch = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta(CustomerRow.Meta):
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["journey", "-at"], name="journey_change_of"),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="journey_change_batch"),
            models.Index(fields=["undone_by"], condition=Q(undone_by__isnull=False), name="journey_change_undone_by"),
        ]

    def __str__(self) -> str:
        return self.summary

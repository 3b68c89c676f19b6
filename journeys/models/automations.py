"""One row per thing that must happen at a time, and the log of what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from customers.models import AppendOnly
from customers.models.base import CustomerRow, CustomerScopedQuerySet, Row
from customers.rules.persons import OfPerson
from journeys.enums import AutomationStatus, AutomationType, LogStatus

MAX_RETRIES = 3  # the journey spec; four attempts in all
MAX_ERROR_CHARS = 2000


class AutomationQuerySet(CustomerScopedQuerySet):
    """What is to come is looked for in `PendingAutomation`, whose index is in the order of the moments."""

    def due(self, now: datetime | models.Expression) -> Self:
        """This will keep the rows that are due. Whoever takes one asks the row itself again: others take them too."""
        return self.filter(pending__status=AutomationStatus.SCHEDULED, pending__at__lte=now)

    def coming(self, *, after: datetime, until: datetime) -> Self:
        """This will keep what falls due from the one moment on and before the other."""
        return self.filter(pending__status=AutomationStatus.SCHEDULED, pending__at__gte=after, pending__at__lt=until)

    def abandoned(self, now: datetime | models.Expression) -> Self:
        """This will keep the rows whose worker died: still running, and the lease is over.

        The row is asked the same: it is the row, and not its line, that is locked and looked at again.
        """
        return self.filter(
            pending__status=AutomationStatus.RUNNING,
            pending__at__lt=now,
            status=AutomationStatus.RUNNING,
            leased_until__lt=now,
        )

    def in_turn(self) -> Self:
        """For rows found by one of the above: the order of that index."""
        return self.order_by("pending__at", "pending__automation_id")


AutomationManager = models.Manager.from_queryset(AutomationQuerySet)


class AutomationSchedule(CustomerRow):
    """Something that happens to a customer at a moment. Permanent: moved, never deleted and made again.

    `kind` names the handler in `journeys.registry`; (subject, kind, occurrence) happens once. Where the moment is a
    time of the customer's day, the local date, time and zone stand beside it, so that a shift by days keeps the hour
    across a change of the clocks.
    """

    of_person = OfPerson(by=("subject_id",), words=("reason", "error_message"))

    # Without an index of its own: `automation_of_customer` begins with it.
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.CASCADE, related_name="automationschedules", db_index=False
    )
    type = models.CharField(max_length=30, choices=AutomationType.choices)
    kind = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    occurrence = models.CharField(max_length=80, blank=True, help_text='Which one of its kind: "month-3", "day-7".')

    trigger_at = models.DateTimeField()
    local_date = models.DateField(null=True, blank=True)
    local_time = models.TimeField(null=True, blank=True)
    zone = models.CharField(max_length=64, blank=True)

    status = models.CharField(max_length=10, choices=AutomationStatus.choices, default=AutomationStatus.SCHEDULED)
    retry_count = models.PositiveSmallIntegerField(default=0)
    max_retries = models.PositiveSmallIntegerField(default=MAX_RETRIES, validators=[MaxValueValidator(20)])
    payload = models.JSONField(default=dict, blank=True)
    executed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it did not run, in words.")
    error_message = models.TextField(blank=True)

    claim_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[AutomationManager] = AutomationManager()

    class Meta(CustomerRow.Meta):
        ordering = ["trigger_at", "id"]
        verbose_name = "automation"
        indexes = [
            # None over what a run changes (status, lease, executed_at), nor with it in a condition: see
            # `PendingAutomation`.
            models.Index(fields=["customer", "trigger_at"], name="automation_of_customer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "occurrence"], name="automation_once"
            ),
            models.CheckConstraint(
                condition=~Q(status=AutomationStatus.COMPLETED) | Q(executed_at__isnull=False),
                name="automation_completed_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(status=AutomationStatus.RUNNING, claim_token__isnull=False, leased_until__isnull=False)
                | (~Q(status=AutomationStatus.RUNNING) & Q(claim_token__isnull=True) & Q(leased_until__isnull=True)),
                name="automation_running_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(local_date=None, local_time=None, zone="")
                | (Q(local_date__isnull=False, local_time__isnull=False) & ~Q(zone="")),
                name="automation_local_moment_whole",
            ),
            models.CheckConstraint(
                condition=Q(retry_count__lte=models.F("max_retries")), name="automation_retries_within_limit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurrence}".strip()


class AutomationLogQuerySet(CustomerScopedQuerySet):
    def update(self, **kwargs: Any) -> int:
        raise AppendOnly("the log is only added to")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("the log is only added to")


class AutomationLog(Row):
    """One attempt, and how it ended. Never changed, never removed; outlives the customer's row.

    Guarded three times: here, in the queryset, and by a trigger in the database.
    """

    of_person = OfPerson(by=("automation",), words=("action", "metadata", "error_message"))

    # No constraint in the database: the line stays when the customer goes. The indexes below begin with both.
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.DO_NOTHING,
        related_name="automation_logs",
        db_constraint=False,
        db_index=False,
    )
    automation = models.ForeignKey(
        AutomationSchedule, on_delete=models.DO_NOTHING, related_name="logs", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    type = models.CharField(max_length=30)
    kind = models.CharField(max_length=80)
    action = models.CharField(max_length=300, help_text="What was done, in words.")
    status = models.CharField(max_length=10, choices=LogStatus.choices)
    attempt = models.PositiveSmallIntegerField()
    metadata = models.JSONField(default=dict)
    error_message = models.TextField(blank=True)
    said_digest = models.CharField(
        max_length=64, null=True, blank=True, help_text="Of what was said, once a person's name was erased from it."
    )

    objects = AutomationLogQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-at", "-created_at"]
        indexes = [
            models.Index(fields=["customer", "-at"], name="automation_log_customer"),
            models.Index(fields=["automation"], name="automation_log_automation"),
            models.Index(fields=["-at"], name="automation_log_at"),
        ]

    def __str__(self) -> str:
        return self.action

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("the log is only added to")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("the log is only added to")

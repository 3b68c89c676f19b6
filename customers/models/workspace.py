"""This installation: its one row of settings, and what the API remembers of repeated calls."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from customers.models.base import OwnQuerySet, Row, WorkspaceQuerySet

ONLY_ID = 1
LEAST_ARCHIVE_MONTHS = 12
"""What is compared with last year stays in its table."""


def default_working_days() -> list[int]:
    """Monday to Friday, as `date.weekday()` counts."""
    return [0, 1, 2, 3, 4]


class WorkspaceSettings(models.Model):
    """The settings that ops may change; one row. Defaults: DESIGN, section 5, "Defaults"."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ID, editable=False)
    company_name = models.CharField(max_length=120, default="Evergreen")
    programme_name = models.CharField(max_length=120, default="Evergreen", help_text="{{programName}} in mails.")
    sender_domain = models.CharField(max_length=120, blank=True)
    window_start = models.TimeField(default=time(9, 0))
    window_end = models.TimeField(default=time(17, 0))
    working_days = models.JSONField(default=default_working_days)
    contact_cap = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1)], help_text="Mails to one contact in 7 days."
    )
    account_cap = models.PositiveSmallIntegerField(
        default=4, validators=[MinValueValidator(1)], help_text="Mails to one account in 7 days."
    )
    collision_days = models.PositiveSmallIntegerField(
        default=2, validators=[MaxValueValidator(30)], help_text="Working days between parts."
    )
    undo_seconds = models.PositiveSmallIntegerField(default=10, validators=[MaxValueValidator(600)])
    approval_days = models.PositiveSmallIntegerField(
        default=7, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    leaders_two_steps = models.BooleanField(default=False, help_text="Leads and ops must sign in in two steps.")
    archive_months = models.PositiveSmallIntegerField(
        default=18, validators=[MaxValueValidator(240)], help_text="What is older goes to the archive; 0: nothing does."
    )
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "workspace settings"
        constraints = [
            models.CheckConstraint(condition=Q(id=ONLY_ID), name="workspace_settings_one_row"),
            models.CheckConstraint(
                condition=Q(window_start__lt=models.F("window_end")), name="workspace_window_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.company_name

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.window_start and self.window_end and self.window_start >= self.window_end:
            errors["window_end"] = "The window must end after it starts."
        days = self.working_days
        if not isinstance(days, list) or not days or not set(days) <= set(range(7)):
            errors["working_days"] = "Name at least one day of the week."
        if 0 < (self.archive_months or 0) < LEAST_ARCHIVE_MONTHS:
            errors["archive_months"] = f"Keep at least {LEAST_ARCHIVE_MONTHS} months, or 0 to archive nothing."
        if errors:
            raise ValidationError(errors)


class WorkspaceKeyQuerySet(models.QuerySet["WorkspaceKey"]):
    def visible_to(self, user: object) -> WorkspaceKeyQuerySet:
        """Nobody reads a key, not even ops (promise 13)."""
        return self.none()


class WorkspaceKey(models.Model):
    """The key of this workspace's own digests and links; one row, sealed with FIELD_KEYS.

    Apart from SECRET_KEY and FIELD_KEYS, so that both can be changed: an unsubscribe link in an old mail goes on
    working, and an erased address is still known again by its digest.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ID, editable=False)
    sealed = models.TextField()

    objects = WorkspaceKeyQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=ONLY_ID), name="workspace_key_one_row")]

    def __str__(self) -> str:
        return "The workspace's key"


class IdempotentCall(Row):
    """What was answered to a call that carried an Idempotency-Key, so that a repeat gets the same answer.

    body: sealed with the newest of FIELD_KEYS.
    """

    goes_whole = ("body",)

    user = models.ForeignKey("customers.User", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty while the first call is running.")
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=bytes)

    objects = OwnQuerySet.as_manager()

    class Meta(Row.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotent_call_once")]
        indexes = [models.Index(fields=["created_at"])]

    def __str__(self) -> str:
        return self.key

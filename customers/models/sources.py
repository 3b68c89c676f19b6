"""Where usage and contracts are pulled from once a day, and what each pull brought."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from customers.enums import PullState, SourceKind
from customers.models.base import Row
from customers.models.people import User
from customers.rules.access import sees_everything


class SourceQuerySet(models.QuerySet[Any]):
    """A source brings what is of all accounts: only those who see every account see it."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self if user.is_superuser or sees_everything(user.role) else self.none()


class UsageSource(Row):
    """One source. mapping: our field → their field, as `customers.rules.source_mapping` reads it.

    sealed_secret: signs the calls; sealed with FIELD_KEYS, never shown (promise 13). items_path: where the list stands
    in the answer, "" where the answer is the list. sobject: what is read at Salesforce. next_due_at: when it is asked
    next; whoever asks moves it on.
    """

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=12, choices=SourceKind.choices, default=SourceKind.HTTP)
    url = models.CharField(max_length=500, blank=True)
    sealed_secret = models.TextField(blank=True)
    items_path = models.CharField(max_length=120, blank=True)
    sobject = models.CharField(max_length=80, blank=True)
    mapping = models.JSONField(default=dict)
    is_enabled = models.BooleanField(default=True)
    next_due_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row.")
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = SourceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["name"]
        indexes = [
            models.Index(
                fields=["next_due_at"], condition=Q(is_enabled=True, next_due_at__isnull=False), name="usagesource_due"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=SourceKind.HTTP) | (~Q(url="") & ~Q(sealed_secret="")),
                name="usagesource_http_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(kind=SourceKind.SALESFORCE) | ~Q(sobject=""), name="usagesource_salesforce_has_object"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UsagePull(Row):
    """One pull with its result. refused: rows that were left out, `[{row, account, reason}]`, the first of them."""

    source = models.ForeignKey(UsageSource, on_delete=models.CASCADE, related_name="pulls")
    asked_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=8, choices=PullState.choices, default=PullState.RUNNING)
    started_at = models.DateTimeField()
    leased_until = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    accounts = models.PositiveIntegerField(default=0)
    readings = models.PositiveIntegerField(default=0, help_text="New or changed.")
    contracts = models.PositiveIntegerField(default=0, help_text="New or changed.")
    refused_count = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list, blank=True)
    note = models.CharField(max_length=500, blank=True)

    objects: ClassVar[Any] = SourceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["leased_until"], condition=Q(state=PullState.RUNNING), name="usagepull_running"),
            models.Index(fields=["source", "-started_at"], name="usagepull_latest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PullState.RUNNING) | Q(finished_at__isnull=False), name="usagepull_ended_has_moment"
            )
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%d %b %Y %H:%M}, {self.get_state_display().lower()}"

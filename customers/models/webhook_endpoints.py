"""Where news goes to other systems, and each message that goes there."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from customers.enums import ClaimState
from customers.models.base import ClaimedRow, Row
from customers.models.sources import SourceQuerySet


class WebhookEndpoint(Row):
    """One address. It tells of every account, so that only who sees every account sees it.

    event_types: codes of `customers.rules.webhook_events`; empty is all. sealed_secret, sealed_old_secret: sealed with
    FIELD_KEYS, never shown again (promise 13); both sign until old_secret_until. failing_since: of the first failure
    after the last success. removed_at: rows stay, so that what is written at the same moment has something to refer to.
    """

    url = models.CharField(max_length=500)
    description = models.CharField(max_length=120, blank=True)
    event_types = models.JSONField(default=list, blank=True)
    is_enabled = models.BooleanField(default=True)
    sealed_secret = models.TextField()
    sealed_old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    off_reason = models.CharField(max_length=300, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = SourceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(sealed_secret=""), name="webhook_endpoint_is_signed"),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(is_enabled=False), name="webhook_endpoint_removed_is_off"
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.url


class WebhookDelivery(ClaimedRow):
    """One message for one endpoint, with its last answer; `receipt` holds every attempt.

    message_id: `webhook-id`, the same at every attempt. A repeat is harmless there, so that an attempt whose worker
    died is made again.
    """

    customer = models.ForeignKey(  # type: ignore[assignment]  # the parent demands one
        "customers.Customer", on_delete=models.CASCADE, null=True, blank=True, related_name="webhook_deliveries"
    )
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=40)
    type = models.CharField(max_length=60)
    body = models.JSONField()
    happened_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    called_at = models.DateTimeField(null=True, blank=True)
    took_ms = models.PositiveIntegerField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the last answer.")
    answer = models.TextField(blank=True, help_text="The first signs of the last answer.")

    objects: ClassVar[Any] = SourceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(ClaimedRow.Meta):
        verbose_name_plural = "webhook deliveries"
        ordering = ["-happened_at", "-created_at"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state=ClaimState.QUEUED), name="webhook_due"),
            models.Index(fields=["leased_until"], condition=Q(state=ClaimState.SENDING), name="webhook_leased"),
            models.Index(fields=["endpoint", "-happened_at", "-created_at"], name="webhook_latest"),
            models.Index(fields=["created_at"], name="webhook_oldest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "message_id"], name="webhook_message_once"),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.SENT) | Q(sent_at__isnull=False), name="webhook_sent_has_moment"
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.QUEUED) | Q(not_before__isnull=False), name="webhook_queued_has_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"

    @property
    def next_try_at(self) -> datetime | None:
        return self.not_before if self.state == ClaimState.QUEUED else None

    @property
    def body_text(self) -> str:
        """The body as people read it."""
        return json.dumps(self.body, indent=2, ensure_ascii=False)

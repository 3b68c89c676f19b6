"""What the mail provider tells after a letter has left: each signed call as it came, and each event once."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from customers.models import User
from customers.models.base import Row
from customers.rules.access import sees_everything
from emails.models.drafts import Draft
from emails.models.parts import PartOfDraftQuerySet


class EventBatchQuerySet(models.QuerySet[Any]):
    """A call mixes events of all accounts: only those who see every account may see it."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self if user.is_superuser or sees_everything(user.role) else self.none()


class EventBatch(Row):
    """One call of the provider, its signature checked. Kept first, understood afterwards; the row is the job.

    id: digest of the body, so that a repeated call is the same row. due_at: when to look at it; whoever looks moves it
    on, so that a batch whose worker died falls due again. None: it is done with, applied or given up.
    """

    goes_whole = ("body",)

    body = models.BinaryField()
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    applied_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = EventBatchQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-received_at"]
        verbose_name_plural = "event batches"
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="eventbatch_due"),
            models.Index(fields=["received_at"], name="eventbatch_received"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(due_at__isnull=True), name="eventbatch_applied_is_not_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.received_at:%d %b %Y %H:%M:%S}"


class MailEvent(Row):
    """One thing that happened to one message. id: digest of message, event, recipient, moment and link.

    kind: the provider's own word, also one that we do not know. problem: why it was set aside; then `raw` holds it.
    applied_at: None while its letter is being handed over.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, null=True, blank=True, related_name="events")
    kind = models.CharField(max_length=40, blank=True)
    subtype = models.CharField(max_length=40, blank=True, help_text="Of a bounce: bounce or blocked.")
    at = models.DateTimeField()
    recipient = models.CharField(max_length=320, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    is_machine = models.BooleanField(default=False, help_text="The provider says that no person did it.")
    provider_key = models.CharField(max_length=250, blank=True)
    smtp_id = models.CharField(max_length=250, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)
    raw = models.TextField(blank=True)

    objects: ClassVar[Any] = PartOfDraftQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["draft"], condition=Q(applied_at__isnull=True), name="mailevent_waiting"),
            models.Index(fields=["-at"], condition=~Q(problem=""), name="mailevent_set_aside"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or 'set aside'} {self.at:%d %b %Y %H:%M:%S}"

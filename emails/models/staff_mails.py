"""Mails to our own people: written with what they tell of, in one transaction, and sent afterwards by the clock."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from customers.base import ClaimedRow
from customers.enums import ClaimState
from customers.models import User
from customers.models.base import CustomerScopedQuerySet
from customers.rules.access import sees_everything
from emails.models.templates import MailTemplateVersion
from emails.rules.rendering import Button


class StaffMailQuerySet(CustomerScopedQuerySet):
    """A mail may tell of several accounts: it is seen by its recipient, and by those who see everything."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self if user.is_superuser or sees_everything(user.role) else self.filter(user=user)


class StaffMail(ClaimedRow):
    """One mail to one colleague; `key` names it, so that it is written once. customer: None where it tells of many."""

    customer = models.ForeignKey(  # type: ignore[assignment]  # the parent demands one
        "customers.Customer", on_delete=models.CASCADE, null=True, blank=True, related_name="staffmails"
    )
    user = models.ForeignKey("customers.User", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200, unique=True)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    buttons = models.JSONField(default=list, blank=True)
    template_version = models.ForeignKey(
        MailTemplateVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = StaffMailQuerySet.as_manager()

    class Meta(ClaimedRow.Meta):
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state=ClaimState.QUEUED), name="staffmail_due"),
            models.Index(fields=["leased_until"], condition=Q(state=ClaimState.SENDING), name="staffmail_leased"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ClaimState.SENT) | Q(sent_at__isnull=False), name="staffmail_sent_has_moment"
            )
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def own_buttons(self) -> list[Button]:
        return [Button(label, url) for label, url in self.buttons]

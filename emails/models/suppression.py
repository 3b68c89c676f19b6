"""Addresses to which nothing may be written, wholly or on one topic, and until when that was so."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from customers.models import Stakeholder, User
from customers.models.base import Row, customer_scope
from emails.enums import Lane, SuppressionCause


class SuppressionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Rows that came from an account of theirs, or whose address somebody at one of their accounts has."""
        scope = customer_scope(user, path="customer__")
        if scope is None:
            return self
        theirs = Stakeholder.objects.visible_to(user).annotate(lowered=Lower("email"))
        return self.filter(scope | Q(Exists(theirs.filter(lowered=OuterRef("address")).exclude(email=""))))

    def open(self) -> Self:
        return self.filter(lifted_at=None)


class Suppression(Row):
    """One reason not to write to one address. Lifted rows stay, as a record.

    address: lower case; "" once its person was erased. digest: of the address under the workspace's own key; what
    addresses are compared by, so that an erased one is still known again. topic: "" for everything, or a Lane.
    at: when it happened, which for a provider's event is earlier than when we heard of it.
    """

    address = models.CharField(max_length=320, blank=True)
    digest = models.CharField(max_length=64)
    topic = models.CharField(max_length=20, choices=Lane.choices, blank=True, help_text="Empty: everything.")
    cause = models.CharField(max_length=20, choices=SuppressionCause.choices)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.SET_NULL, null=True, blank=True, related_name="suppressions"
    )
    draft = models.ForeignKey(
        "emails.Draft", on_delete=models.SET_NULL, null=True, blank=True, related_name="suppressions"
    )
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    announced_at = models.DateTimeField(
        null=True, blank=True, help_text="When waiting letters were stopped and the accounts told; empty: still to do."
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    lift_reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = SuppressionQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-at", "pk"]
        indexes = [
            models.Index(fields=["digest"], name="suppression_digest"),
            models.Index(fields=["-at"], condition=Q(lifted_at=None), name="suppression_open_at"),
            models.Index(fields=["created_at"], condition=Q(announced_at=None), name="suppression_unannounced"),
            models.Index(fields=["address"], condition=Q(lifted_at=None), name="suppression_open_address"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "topic", "cause"], condition=Q(lifted_at=None), name="suppression_open_once"
            ),
            models.CheckConstraint(condition=~Q(topic=Lane.NOTICE), name="suppression_never_of_notices"),
            models.CheckConstraint(
                condition=~Q(cause=SuppressionCause.ERASED) | Q(address="", topic=""), name="suppression_erased_is_bare"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address or 'An erased contact'}: {self.get_cause_display().lower()}"

    @property
    def is_open(self) -> bool:
        return self.lifted_at is None

"""What stops mail to an account: a hold that a person sets, a brake that a human reply sets."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.db.models import Q

from customers.enums import HoldScope
from customers.models.base import CustomerRow
from customers.registry.holds import Stop
from customers.rules.persons import OfPerson


class Hold(CustomerRow):
    """A pause of the journey or of the whole account, until a date or until it is ended."""

    of_person = OfPerson(by=("pk",), words=("reason",))

    scope = models.CharField(max_length=10, choices=HoldScope.choices)
    starts_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: until somebody resumes.")
    reason = models.CharField(max_length=500, blank=True)
    set_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    in_flight: Sequence[Stop] = ()
    """What was away before it was set; known where it has just been set, else on record."""

    class Meta(CustomerRow.Meta):
        ordering = ["-starts_at"]
        indexes = [
            models.Index(fields=["until"], condition=Q(ended_at=None), name="hold_open_until"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "scope"], condition=Q(ended_at=None), name="hold_open_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} on hold"


class Brake(CustomerRow):
    """A stop of every pending touch to the account, until a person says resume, hold or negotiate."""

    of_person = OfPerson(by=("source_id",), words=("reason",))

    set_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    source_kind = models.CharField(max_length=40, blank=True)
    source_id = models.UUIDField(null=True, blank=True)
    set_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(CustomerRow.Meta):
        ordering = ["-set_at"]
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(cleared_at=None), name="brake_open_once"),
        ]

    def __str__(self) -> str:
        return self.reason or "Brake"

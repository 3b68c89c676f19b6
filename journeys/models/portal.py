"""The client's way in without an account."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import CustomerRow
from journeys.enums import JourneyKind
from journeys.models.journeys import Journey


class PortalLink(CustomerRow):
    """A contact's link to their journey. Its token is this row's id, signed; it opens nothing of another client's."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="links")
    stakeholder = models.ForeignKey("customers.Stakeholder", on_delete=models.CASCADE, related_name="portal_links")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta(CustomerRow.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "stakeholder"], condition=Q(revoked_at=None), name="portal_link_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Link of {self.stakeholder}"


class PortalMessage(CustomerRow):
    """What a client is told in their portal, once. It holds codes alone: its words are made when it is shown.

    kind: of the mail that tells the same. number: the month it is about. Whoever of theirs reads it first, reads it
    for all of them.
    """

    # Without an index of its own: `portal_message_once` begins with it.
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="messages", db_index=False)
    kind = models.CharField(max_length=40, choices=JourneyKind.choices)
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    occurrence = models.CharField(max_length=200)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(
        "customers.Stakeholder", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta(CustomerRow.Meta):
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["journey", "-at", "-id"], name="portal_message_latest"),
            models.Index(fields=["journey"], condition=Q(read_at=None), name="portal_message_unread"),
            models.Index(fields=["read_by"], condition=Q(read_by__isnull=False), name="portal_message_read_by"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["journey", "occurrence"], name="portal_message_once"),
            models.CheckConstraint(
                condition=Q(read_by=None) | Q(read_at__isnull=False), name="portal_message_reader_has_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at:%d %b %Y}"

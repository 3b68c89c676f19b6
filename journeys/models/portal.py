"""The client's way in without an account."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import CustomerRow
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

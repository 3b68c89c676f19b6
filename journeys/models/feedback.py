"""What a client said when they had completed their programme."""

from __future__ import annotations

from django.db import models

from customers.models.base import CustomerRow
from journeys.models.journeys import Journey


class Feedback(CustomerRow):
    """The two answers of one journey's client, yes or no; the last ones count.

    stakeholder: whose link it came by; None once that person was erased. Source: the journey spec, success metrics.
    """

    journey = models.OneToOneField(Journey, on_delete=models.CASCADE, related_name="feedback")
    stakeholder = models.ForeignKey(
        "customers.Stakeholder", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_supported = models.BooleanField(help_text="They felt well supported.")
    likes_reminders = models.BooleanField(help_text="The reminders were welcome.")
    at = models.DateTimeField()

    class Meta(CustomerRow.Meta):
        ordering = ["-at"]
        verbose_name_plural = "feedback"
        indexes = [models.Index(fields=["at"], name="feedback_at")]

    def __str__(self) -> str:
        return "felt well supported" if self.is_supported else "did not feel well supported"

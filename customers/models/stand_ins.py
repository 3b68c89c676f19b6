"""What the stand-ins of vendors that are not connected would have done."""

from __future__ import annotations

from django.db import models

from customers.models.base import CustomerRow


class StandInCall(CustomerRow):
    """One call that was kept instead of made, with the answer that was given in the vendor's place.

    number: the vendor's id of what it is about, where a later call changes or repeats it.
    """

    customer = models.ForeignKey(  # type: ignore[assignment]  # the parent demands one
        "customers.Customer", on_delete=models.CASCADE, null=True, blank=True, related_name="stand_in_calls"
    )
    vendor = models.CharField(max_length=20)
    action = models.CharField(max_length=40)
    number = models.CharField(max_length=120, blank=True)
    request = models.JSONField(default=dict)
    answer = models.JSONField(default=dict)
    called_at = models.DateTimeField()

    class Meta(CustomerRow.Meta):
        verbose_name = "stand-in call"
        ordering = ["-called_at", "-created_at"]
        indexes = [
            models.Index(fields=["vendor", "number"], name="standin_by_number"),
            models.Index(fields=["-called_at"], name="standin_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor}: {self.action.replace('_', ' ')}"

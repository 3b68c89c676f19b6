"""What a person answered, for a journey on an older version, when a newer one was published."""

from __future__ import annotations

from django.db import models

from customers.models.base import CustomerRow
from journeys.enums import VersionAnswer
from journeys.models.journeys import Journey
from journeys.models.programmes import ProgrammeVersion


class VersionChoice(CustomerRow):
    """The last answer for one journey and one published version. Without a row nobody was asked yet: it stays."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="version_choices")
    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="choices")
    answer = models.CharField(max_length=10, choices=VersionAnswer.choices)
    at = models.DateTimeField()
    by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta(CustomerRow.Meta):
        constraints = [models.UniqueConstraint(fields=["journey", "version"], name="version_choice_once")]

    def __str__(self) -> str:
        return f"{self.journey}: {self.answer}"

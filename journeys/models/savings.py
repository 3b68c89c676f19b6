"""How much work an automation saves, as ops estimate it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator
from django.db import models

from customers.models.base import Row, WorkspaceQuerySet
from journeys.enums import AutomationType

MOST_MINUTES = 480


class TimeSaving(Row):
    """The estimate for one type; a type without a row has that of `rules.savings`."""

    type = models.CharField(max_length=30, choices=AutomationType.choices, unique=True)
    minutes = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(MOST_MINUTES)], help_text="Of a person's work, each time it is done."
    )

    objects: ClassVar[Any] = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["type"]

    def __str__(self) -> str:
        return f"{self.get_type_display()}: {self.minutes} min"

"""The board added up, on PostgreSQL: what each journey adds, the sums, and the accounts that have changed since.

How they are kept and read: `customers/queries/kept_sums.py`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.seals import ForOpsQuerySet


class OfBoard(models.Model):
    """Where a journey stands. team: the owner's; open_due_date and unopened_date: when it becomes overdue, if at all.

    Constants of `queries/board_sums.py` and of `kept_sums` stand for no owner, no team and no day.
    """

    team = models.UUIDField()
    state = models.CharField(max_length=10)
    current_month = models.PositiveSmallIntegerField()
    is_held = models.BooleanField()
    zone = models.CharField(max_length=64)
    open_due_date = models.DateField()
    unopened_date = models.DateField(help_text="In UTC.")
    journeys = models.IntegerField()

    class Meta:
        abstract = True


class BoardLine(OfBoard):
    """What one journey has added to the sums. By its account's id alone: it may be gone by now."""

    account = models.UUIDField(db_index=True)
    seat = models.UUIDField(help_text="Who owns the account.")
    segment = models.CharField(max_length=80)
    programme = models.UUIDField()

    objects = ForOpsQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.account} in M{self.current_month}"


class BoardSum(OfBoard):
    """The sums over all journeys, and over those of each owner, segment and programme. facet: which of these."""

    facet = models.CharField(max_length=100)

    objects = ForOpsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("facet", "team", "state", "current_month", "is_held", "zone"),
                    *("open_due_date", "unopened_date"),
                ],
                name="boardsum_once",
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(journeys=0), name="boardsum_empty")]

    def __str__(self) -> str:
        return f"{self.facet or 'all'}: {self.journeys} in M{self.current_month}"


class BoardChange(models.Model):
    """An account of which a journey was written since its lines were."""

    account = models.UUIDField()

    objects = ForOpsQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.account)

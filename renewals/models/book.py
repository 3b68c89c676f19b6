"""The book added up, on PostgreSQL: what each account adds, the sums by the day of the renewal, and what has changed.

A trigger puts each account that changes on the list (`services/book_sums.py`), in the same transaction and without a
lock; the clock takes the list into the sums. Who reads them takes what the listed accounts added from the sums and
adds what they add now (`queries/book_sums.py`): exact at any moment.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from customers.models.seals import ForOpsQuerySet

MONEY: dict[str, Any] = {"max_digits": 24, "decimal_places": 2}


class Sums(models.Model):
    """What accounts add up to. team: the owner's; zone: the customer's; renewal_date: of the running contract.

    Constants of `queries/book_sums.py` stand for no owner, no team and no contract. at_risk and weighted are money
    times percent. asked_price: the target, else the current price; unweighted: it, where no confidence is known.
    """

    team = models.UUIDField()
    zone = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    renewal_date = models.DateField()
    accounts = models.IntegerField()
    with_risk = models.IntegerField()
    with_relationship = models.IntegerField()
    with_target = models.IntegerField()
    with_increase = models.IntegerField()
    without_confidence = models.IntegerField()
    current_price = models.DecimalField(**MONEY)
    at_risk = models.DecimalField(**MONEY)
    asked_price = models.DecimalField(**MONEY)
    weighted = models.DecimalField(**MONEY)
    unweighted = models.DecimalField(**MONEY)

    class Meta:
        abstract = True


class BookLine(Sums):
    """What one account has added to the sums. By its id alone: it may be gone by now."""

    account = models.UUIDField(primary_key=True)
    seat = models.UUIDField(help_text="Who owns the account.")
    segment = models.CharField(max_length=80)
    risk = models.CharField(max_length=6, help_text="The churn risk in a word, as the book is filtered by it.")

    objects = ForOpsQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.account} until {self.renewal_date}"


class BookSum(Sums):
    """The sums over all accounts, and over those of each owner, segment and risk. facet: which of these."""

    facet = models.CharField(max_length=100)

    objects = ForOpsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facet", "team", "renewal_date", "zone", "currency"], name="booksum_once")
        ]
        indexes = [models.Index(fields=["id"], condition=Q(accounts=0), name="booksum_empty")]

    def __str__(self) -> str:
        return f"{self.facet or 'all'}: {self.accounts} until {self.renewal_date}"


class BookChange(models.Model):
    """An account that was written since its line was."""

    account = models.UUIDField()

    objects = ForOpsQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.account)

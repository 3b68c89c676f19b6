"""Sources of usage and contracts: which are due, and what their pulls brought."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from customers.enums import PullState
from customers.models import Customer, UsagePull, UsageSource, User
from customers.queries.moments import Waiting, When

SHOWN_PULLS = 10


def sources_waiting(now: When) -> Waiting:
    """Give the sources whose turn it is, and the pulls that a dead worker left."""
    return (
        UsageSource.objects.filter(is_enabled=True, next_due_at__lte=now).order_by("next_due_at"),
        UsagePull.objects.filter(state=PullState.RUNNING, leased_until__lt=now).order_by("leased_until"),
    )


def list_sources(user: User) -> Any:
    """Give the sources with the state and note of their last pull."""
    last = UsagePull.objects.filter(source=OuterRef("pk")).order_by("-started_at")
    return UsageSource.objects.visible_to(user).annotate(
        last_state=Subquery(last.values("state")[:1]),
        last_note=Subquery(last.values("note")[:1]),
        last_at=Subquery(last.values("started_at")[:1]),
    )


def list_pulls(source: UsageSource) -> list[UsagePull]:
    return list(source.pulls.select_related("asked_by")[:SHOWN_PULLS])


def find_ids(accounts: Iterable[str]) -> dict[str, UUID]:
    """Find the accounts by the other system's id: theirs → ours."""
    rows = Customer.objects.filter(external_id__in=list(accounts)).order_by()
    return {str(external_id): pk for external_id, pk in rows.values_list("external_id", "pk")}


def list_salesforce_ids() -> list[str]:
    """Give the external ids that are ids of Salesforce: 15 or 18 letters and digits."""
    known = Customer.objects.exclude(external_id=None).order_by("external_id").values_list("external_id", flat=True)
    return [value for value in known if value and len(value) in (15, 18) and value.isascii() and value.isalnum()]

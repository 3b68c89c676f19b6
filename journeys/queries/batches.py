"""What was done to many journeys together: the changes that share a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, prefetch_related_objects

from customers.models import User
from journeys.models import JourneyChange

MOST_BATCHES = 50


@dataclass(frozen=True)
class Batch:
    """total: the clients of the reader's; standing: of how many it is not taken back."""

    id: UUID
    action: str
    summary: str
    at: datetime
    by: str
    total: int
    standing: int

    @property
    def undone(self) -> int:
        return self.total - self.standing


def list_batches(reader: User, *, batch: UUID | None = None) -> list[Batch]:
    """This will read the last batches, or the one named, as far as the reader may see their clients."""
    rows = JourneyChange.objects.visible_to(reader).filter(batch__isnull=False)
    found = (rows.filter(batch=batch) if batch else rows).order_by().values("batch", "action", "at", "by")
    counted = found.annotate(
        total=Count("pk"), standing=Count("pk", filter=Q(undone_at=None)), summary=Max("summary")
    ).order_by("-at")[:MOST_BATCHES]
    groups: list[Any] = list(counted)
    names = _read_names([group["by"] for group in groups])
    return [
        Batch(
            group["batch"],
            group["action"],
            group["summary"],
            group["at"],
            names.get(group["by"], "The clock"),
            group["total"],
            group["standing"],
        )
        for group in groups
    ]


def list_standing(batch: UUID, reader: User) -> Sequence[JourneyChange]:
    """This will read the changes of a batch that are not taken back, of the reader's clients, by client."""
    return list(_standing(batch, reader).select_related("customer", "journey__version", "journey__customer"))


def list_standing_bare(batch: UUID, reader: User) -> Sequence[JourneyChange]:
    """This will read them without what hangs on them; `complete` adds it to those that are shown."""
    return list(_standing(batch, reader).defer("before"))


def complete(changes: Sequence[JourneyChange]) -> None:
    prefetch_related_objects(changes, "customer", "journey__version")
    for change in changes:
        change.journey.customer = change.customer


def _standing(batch: UUID, reader: User) -> QuerySet[JourneyChange]:
    rows: QuerySet[JourneyChange] = JourneyChange.objects.visible_to(reader).filter(batch=batch, undone_at=None)
    return rows.order_by("customer__name", "pk")


def _read_names(ids: Sequence[UUID | None]) -> Mapping[UUID, str]:
    return {user.pk: user.display_name for user in User.objects.filter(pk__in={pk for pk in ids if pk})}

"""Whom the simulator is to play: the reader's accounts with a journey under way."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from customers.models import Customer, User
from customers.queries.many import many
from journeys.enums import JourneyState
from journeys.queries.board import Board, BoardFilter


def find_playable(user: User, ids: Iterable[Any], wanted: BoardFilter | None, *, now: datetime) -> QuerySet[Customer]:
    """This will give those of the named accounts, or of all that the board's filter finds, that can be played."""
    if wanted is not None:
        # The board finds the reader's own alone.
        return Customer.objects.filter(pk__in=_on_board(user, wanted, now=now).order_by()).order_by("name", "pk")
    rows = Customer.objects.visible_to(user).filter(pk__in=many(UUID(str(pk)) for pk in ids))
    return rows.filter(journeys__state=JourneyState.ACTIVE).order_by("name", "pk")


def count_playable(user: User, ids: Iterable[Any], wanted: BoardFilter | None, *, now: datetime) -> int:
    """This will count them; each has one journey under way, so the board's are counted without the accounts."""
    if wanted is not None:
        return _on_board(user, wanted, now=now).count()
    return find_playable(user, ids, None, now=now).count()


def _on_board(user: User, wanted: BoardFilter, *, now: datetime) -> QuerySet[Any, UUID]:
    journeys = Board(user, wanted, now=now).journeys().filter(state=JourneyState.ACTIVE)
    return journeys.values_list("customer", flat=True)


def ids_of(customers: QuerySet[Customer]) -> list[UUID]:
    return list(customers.values_list("pk", flat=True))


def list_named(user: User, ids: Collection[str]) -> set[str]:
    """This will give which of these accounts the reader may see."""
    rows = Customer.objects.visible_to(user).filter(pk__in=many({UUID(pk) for pk in ids}))
    return {str(pk) for pk in rows.values_list("pk", flat=True)}

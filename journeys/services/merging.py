"""What journeys say and do when two accounts become one: one journey, every answer and plan kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, Max

from customers.models import Customer, User
from customers.queries.stops import list_open_holds
from customers.registry.merges import register_merge
from journeys.models import BusinessPlan, Onboarding
from journeys.queries.journeys import get_open_journey

NUMBERED: tuple[Any, ...] = (Onboarding, BusinessPlan)
"""Versions that count from one at each account."""


def register() -> None:
    """Take part in merges; called at start-up."""
    register_merge(guard=why_not_merge, step=put_together)


def why_not_merge(kept: Customer, gone: Customer) -> str:
    """Say what a person has to end first; empty when nothing stands in the way."""
    ours, theirs = get_open_journey(kept), get_open_journey(gone)
    if ours is not None and theirs is not None:
        return "Both accounts are on a journey: cancel one of them first."
    journey, other = (ours, gone) if ours is not None else (theirs, kept)
    if journey is not None and journey.held_since is None and list_open_holds(other):
        # The hold would stop the journey without anybody having seen which dates it moves.
        return f"{other.name} is on hold, and the other account is on a journey: end the hold first."
    return ""


def put_together(kept: Customer, gone: Customer, now: datetime, by: User) -> None:
    """Number the answers and plans of the account that goes before those of the one that stays, whose last counts."""
    for model in NUMBERED:
        _number_before(model, kept, gone)


def _number_before(model: Any, kept: Customer, gone: Customer) -> None:
    last = {
        customer.pk: model.objects.filter(customer=customer).aggregate(last=Max("number"))["last"] or 0
        for customer in (kept, gone)
    }
    if not all(last.values()):
        return
    # Out of the way first: a number may not be there twice while they are moved.
    far = max(last.values()) + last[gone.pk]
    model.objects.filter(customer=kept).update(number=F("number") + far)
    model.objects.filter(customer=kept).update(number=F("number") - far + last[gone.pk])

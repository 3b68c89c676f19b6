"""The estimates of what automations save, changed by ops and on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from customers.models import User
from customers.services.activity import record
from customers.services.workspace import NotOps
from journeys.models import TimeSaving
from journeys.queries.savings import read_estimates


def set_savings(minutes: Mapping[str, int], *, now: datetime, by: User) -> None:
    """This will write the estimates that differ, minutes by type. Raises NotOps."""
    if not by.is_ops:
        raise NotOps("Only ops may change what automations are thought to save.")
    with transaction.atomic():
        old = read_estimates()
        changed = {type: value for type, value in minutes.items() if old[type] != value}
        for type, value in changed.items():
            TimeSaving.objects.update_or_create(type=type, defaults={"minutes": value})
        if changed:
            told = {type: [old[type], value] for type, value in changed.items()}
            record("savings.changed", "Estimates of time saved changed", customer=None, by=by, now=now, changes=told)

"""Stand still and go on: both on record, the way on only by ops."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from customers.models import Standstill, User
from customers.queries.standstill import remember_standstill
from customers.services.activity import record


class NotOps(PermissionError):
    """Raised when somebody else than ops has the workspace go on."""


def stand_still(*, reason: str, last_tick_at: datetime | None, now: datetime) -> bool:
    """This will keep everything from leaving until `go_on`; False when it stands still already."""
    with transaction.atomic():
        row = Standstill(reason=reason[:300], began_at=now, last_tick_at=last_tick_at)
        Standstill.objects.bulk_create([row], ignore_conflicts=True)
        if not Standstill.objects.filter(pk=row.pk).exists():
            return False
        record("clock.stopped", f"Everything stands still: {reason}", customer=None, by=None, now=now)
    remember_standstill(True, seconds=0)
    return True


def go_on(standstill: Standstill, *, words: str, now: datetime, by: User | None) -> bool:
    """This will end the standstill; False when somebody else did. by: None from the command line. Raises NotOps."""
    if by is not None and not by.is_ops:
        raise NotOps("Only ops may have the clock go on.")
    with transaction.atomic():
        ended = Standstill.objects.filter(pk=standstill.pk, ended_at=None).update(
            ended_at=now, ended_by=by, updated_at=now
        )
        if ended:
            record("clock.went_on", f"The clock goes on: {words}", customer=None, by=by, now=now)
    remember_standstill(False, seconds=0)
    return bool(ended)

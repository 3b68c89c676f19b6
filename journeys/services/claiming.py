"""Take due rows for one worker, and move rows only while they are still that worker's."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.queries.due import list_claimed, list_ready
from journeys.rules.automations import Due

BATCH = 500
LEASE = timedelta(minutes=2)  # DESIGN, section 5, Defaults


class ClaimLost(Exception):
    """Raised when a row's lease ran out and another worker has taken it: nothing of it may be applied here."""


@dataclass(frozen=True)
class Claim:
    token: uuid.UUID
    dues: list[Due]


def claim_due(*, now: datetime, elapsed: timedelta = timedelta(0)) -> Claim | None:
    """This will take up to BATCH due rows; None when nothing is due or others have it all.

    elapsed: how long ago `now` was, so that the lease is whole when the tick has worked for a while.
    A row that failed before, or whose worker died, is taken alone: if it kills workers, it takes no other row along.
    """
    if not _is_anything_ready(now):
        return None
    token = uuid.uuid4()
    with transaction.atomic():
        ids = _pick(now)
        taken = AutomationSchedule.objects.filter(pk__in=ids, status=AutomationStatus.SCHEDULED).update(
            status=AutomationStatus.RUNNING, claim_token=token, leased_until=now + elapsed + LEASE, updated_at=now
        )
    return Claim(token, list_claimed(ids, token)) if taken else None


def move_claimed(ids: Sequence[uuid.UUID], *, token: uuid.UUID, now: datetime, **fields: Any) -> None:
    """This will move running rows to another state and end the claim; ClaimLost unless all of them are still ours."""
    ours = AutomationSchedule.objects.filter(pk__in=ids, claim_token=token, status=AutomationStatus.RUNNING)
    if ours.update(claim_token=None, leased_until=None, updated_at=now, **fields) != len(ids):
        raise ClaimLost


def _is_anything_ready(now: datetime) -> bool:
    """Whether a claim may find rows. The holds are only looked at when something is due: mostly nothing is."""
    return AutomationSchedule.objects.due(now).exists() and list_ready(now).exists()


def _pick(now: datetime) -> list[uuid.UUID]:
    # SQLite ignores the lock: there the write transaction itself lets one worker in at a time.
    ready = list_ready(now).select_for_update(skip_locked=True, no_key=True, of=("self",))
    picked = list(ready.order_by("trigger_at", "id").values_list("pk", "retry_count")[:BATCH])
    fresh = [pk for pk, retry_count in picked if retry_count == 0]
    return fresh or [pk for pk, _ in picked[:1]]

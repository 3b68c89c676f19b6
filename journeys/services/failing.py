"""What follows a failed attempt: another one in 15 minutes, or the end, of which people are told."""

from collections import Counter
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F

from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.models.automations import MAX_ERROR_CHARS, AutomationQuerySet
from journeys.queries.due import DUE_COLUMNS, as_due
from journeys.rules.automations import Due, RetryAt, after_failure
from journeys.services.claiming import BATCH, move_claimed
from journeys.services.failure_news import tell_of_failure
from journeys.services.lines import log_line
from journeys.services.no_room import ended_for_want_of_room
from journeys.services.telling import tell_moved

ABANDONED = "The worker stopped while it was running."
RETRIED = "retried"
FAILED = "failed"

log = structlog.get_logger(__name__)


@transaction.atomic
def record_failure(due: Due, *, token: UUID, error: Exception, now: datetime) -> Counter[str]:
    """This will log the attempt and move the row to its next one, or fail it. Raises ClaimLost."""
    message = f"{type(error).__name__}: {error}".replace("\x00", "")[:MAX_ERROR_CHARS]
    log.warning("automation_failed", automation=str(due.id), kind=due.kind, attempt=due.attempt, exc_info=error)
    AutomationLog.objects.bulk_create([log_line(due, now, "Tried", LogStatus.FAILED, error_message=message)])
    outcome = after_failure(attempt=due.attempt, max_retries=due.max_retries, now=now)
    if isinstance(outcome, RetryAt):
        move_claimed(
            [due.id],
            token=token,
            now=now,
            status=AutomationStatus.SCHEDULED,
            trigger_at=outcome.at,
            retry_count=due.attempt,
            error_message=message,
        )
        return Counter({RETRIED: 1})
    move_claimed([due.id], token=token, now=now, status=AutomationStatus.FAILED, error_message=message)
    tell_of_failure(due, message=message, now=now)
    tell_moved([(due.kind, due.id)], now=now)
    return Counter({FAILED: 1})


def release_abandoned(*, now: datetime) -> int:
    """This will give back the rows whose lease is over, counting the attempt; the last attempt fails the row.

    They run again at once, not 15 minutes later: mostly it was a restart, not the row. Where the disk was full
    meanwhile it was neither: no attempt.
    """
    if not AutomationSchedule.objects.abandoned(now).exists():
        return 0
    with transaction.atomic():
        locked = AutomationSchedule.objects.abandoned(now).select_for_update(skip_locked=True, no_key=True)
        rows = [(ended, as_due(*row)) for ended, *row in locked.values_list("leased_until", *DUE_COLUMNS)[:BATCH]]
        kept_waiting = [due for ended, due in rows if ended_for_want_of_room(ended)]
        dues = [due for ended, due in rows if not ended_for_want_of_room(ended)]
        spent = [due for due in dues if due.attempt > due.max_retries]
        _give_back(kept_waiting, dues, spent, now)
        for due in spent:
            tell_of_failure(due, message=ABANDONED, now=now)
        AutomationLog.objects.bulk_create(
            [log_line(due, now, "Taken back", LogStatus.FAILED, error_message=ABANDONED) for due in dues]
        )
    return len(rows)


def _give_back(kept_waiting: list[Due], dues: list[Due], spent: list[Due], now: datetime) -> None:
    ended = AutomationSchedule.objects.abandoned(now)
    fields = {"claim_token": None, "leased_until": None, "updated_at": now}
    _among(ended, kept_waiting).update(status=AutomationStatus.SCHEDULED, **fields)
    _among(ended, spent).update(status=AutomationStatus.FAILED, error_message=ABANDONED, **fields)
    _among(ended, dues).update(
        status=AutomationStatus.SCHEDULED, retry_count=F("retry_count") + 1, error_message=ABANDONED, **fields
    )


def _among(rows: AutomationQuerySet, dues: list[Due]) -> AutomationQuerySet:
    return rows.filter(pk__in=[due.id for due in dues])

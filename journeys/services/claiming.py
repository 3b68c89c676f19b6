"""Take due rows for one worker, and move rows only while they are still that worker's."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction

from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.queries.due import DUE_COLUMNS, as_due, count_due, has_due, list_claimed, list_ready
from journeys.queries.streaming import one_by_one
from journeys.rules.automations import Due, group_size, share_of

BATCH = 500
BATCH_BESIDE_OTHERS = 1_000
"""Where others can write meanwhile: a statement costs the less the more rows it is for."""
LEASE = timedelta(minutes=2)  # DESIGN, section 5, Defaults
TABLE = AutomationSchedule._meta.db_table

# ready: the due rows in order. Those that have failed before are taken when no other is due, few at a time. What a row
# must be to be taken stands in `chosen`, so that the planner takes it by its id, however few it thinks are so.
TAKE = f"""
WITH picked AS ({{ready}} FOR NO KEY UPDATE OF {TABLE} SKIP LOCKED),
fresh AS (SELECT id, '{AutomationStatus.SCHEDULED.value}' AS status FROM picked WHERE retry_count = 0),
first AS (SELECT max_retries - retry_count AS attempts FROM picked ORDER BY trigger_at, id LIMIT 1),
chosen AS (
    SELECT id, status FROM fresh
    UNION ALL
    (
        SELECT id, '{AutomationStatus.SCHEDULED.value}' FROM picked WHERE NOT EXISTS (SELECT 1 FROM fresh)
        AND max_retries - retry_count = (SELECT attempts FROM first)
        ORDER BY trigger_at, id
        LIMIT (SELECT CASE attempts WHEN 0 THEN %s WHEN 1 THEN %s ELSE %s END FROM first)
    )
)
UPDATE {TABLE} AS taken
SET status = '{AutomationStatus.RUNNING.value}', claim_token = %s, leased_until = %s, updated_at = %s
FROM chosen WHERE taken.id = chosen.id AND taken.status = chosen.status AND taken.trigger_at <= %s
RETURNING {{returned}}
"""  # noqa: S608  # our own names only


class ClaimLost(Exception):
    """Raised when a row's lease ran out and another worker has taken it: nothing of it may be applied here."""


@dataclass(frozen=True)
class Claim:
    token: uuid.UUID
    dues: list[Due]


def claim_due(*, now: datetime, elapsed: timedelta = timedelta(0)) -> Claim | None:
    """This will take due rows, up to a batch; None when nothing is due or others have it all.

    elapsed: how long ago `now` was, so that the lease is whole when the tick has worked for a while.
    Rows that failed before, or whose worker died, are taken apart and few at a time, on the last attempt each alone:
    one that kills workers takes no other along.
    """
    if not has_due(now):
        return None
    token = uuid.uuid4()
    take = _take_at_once if connection.vendor == "postgresql" else _take_in_turn
    dues = take(token, now=now, leased_until=now + elapsed + LEASE)
    return Claim(token, dues) if dues else None


def move_claimed(ids: Sequence[uuid.UUID], *, token: uuid.UUID, now: datetime, **fields: Any) -> None:
    """This will move running rows to another state and end the claim; ClaimLost unless all of them are still ours."""
    ours = AutomationSchedule.objects.filter(pk__in=ids, claim_token=token, status=AutomationStatus.RUNNING)
    if ours.update(claim_token=None, leased_until=None, updated_at=now, **fields) != len(ids):
        raise ClaimLost


def let_go(claim: Claim, *, now: datetime) -> None:
    """This will give back what of the claim was not carried out, as if it had not been taken: no attempt of theirs.

    Where not even that can be written the lease ends the claim.
    """
    ours = AutomationSchedule.objects.filter(
        pk__in=[due.id for due in claim.dues], claim_token=claim.token, status=AutomationStatus.RUNNING
    )
    with suppress(DatabaseError):
        ours.update(status=AutomationStatus.SCHEDULED, claim_token=None, leased_until=None, updated_at=now)


def _take_at_once(token: uuid.UUID, *, now: datetime, leased_until: datetime) -> list[Due]:
    """Pick and take in one statement; rows that another claim has locked are passed over."""
    share = share_of(count_due(now, most=BATCH_BESIDE_OTHERS + 1), most=BATCH_BESIDE_OTHERS)
    ready, values = (
        list_ready(now)
        .in_turn()
        .values("id", "retry_count", "max_retries", "trigger_at")[:share]
        .query.sql_with_params()
    )
    sql = TAKE.format(ready=ready, returned=", ".join(f"taken.{column}" for column in DUE_COLUMNS))
    with one_by_one(), connection.cursor() as cursor:
        cursor.execute(sql, [*values, *(group_size(left) for left in range(3)), token, leased_until, now, now])
        rows = cursor.fetchall()
    return sorted((as_due(*row) for row in rows), key=lambda due: (due.trigger_at, due.id.int))


def _take_in_turn(token: uuid.UUID, *, now: datetime, leased_until: datetime) -> list[Due]:
    """Where one transaction writes at a time: begun only when there is something to take."""
    if not list_ready(now).exists():
        return []
    with transaction.atomic():
        picked = list(list_ready(now).in_turn().values_list("pk", "retry_count", "max_retries")[:BATCH])
        ids = [pk for pk, retry_count, _ in picked if retry_count == 0] or _list_alike(picked)
        AutomationSchedule.objects.filter(pk__in=ids, status=AutomationStatus.SCHEDULED).update(
            status=AutomationStatus.RUNNING, claim_token=token, leased_until=leased_until, updated_at=now
        )
        return list_claimed(ids, token)


def _list_alike(picked: Sequence[tuple[uuid.UUID, int, int]]) -> list[uuid.UUID]:
    """The first row that failed before, and as many with so many attempts left as may be tried together."""
    lefts = [most - done for _, done, most in picked]
    alike = [pk for (pk, _, _), left in zip(picked, lefts, strict=True) if left == lefts[0]]
    return alike[: group_size(lefts[0])] if alike else []

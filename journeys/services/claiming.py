"""Take due rows for one worker, and move rows only while they are still that worker's."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models.expressions import RawSQL

from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.queries.due import DUE_COLUMNS, as_due, count_due, has_due, list_ready
from journeys.queries.streaming import one_by_one
from journeys.rules.automations import Due, group_size, share_of

BATCH = 500
BATCH_BESIDE_OTHERS = 1_000
"""Where others can write meanwhile: a statement costs the less the more rows it is for."""
LEASE = timedelta(minutes=2)  # DESIGN, section 5, Defaults
TABLE = AutomationSchedule._meta.db_table

PICK = f"{{ready}} FOR NO KEY UPDATE OF {TABLE} SKIP LOCKED"
# By the place of each row, which it keeps as long as it is locked: no index is read again, and the planner has no
# choice to make. A row that somebody else moved before it was locked does not stand there any more, and is not taken.
TAKE = f"""
UPDATE {TABLE} SET status = '{AutomationStatus.RUNNING.value}', claim_token = %s, leased_until = %s, updated_at = %s
WHERE ctid = ANY (%s::tid[]) AND status = '{AutomationStatus.SCHEDULED.value}' AND trigger_at <= %s
RETURNING id, ctid::text
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
    """Pick and take in one transaction; rows that another claim has locked are passed over."""
    share = share_of(count_due(now, most=BATCH_BESIDE_OTHERS + 1), most=BATCH_BESIDE_OTHERS)
    with one_by_one(), connection.cursor() as cursor:
        place = RawSQL(f"{TABLE}.ctid::text", [])  # noqa: S611  # our own names only
        ready, values = list_ready(now).in_turn().values_list(*DUE_COLUMNS, place)[:share].query.sql_with_params()
        cursor.execute(PICK.format(ready=ready), values)
        picked = cursor.fetchall()
        places = {row[0]: row[-1] for row in picked}
        dues = _choose([as_due(*row[:-1]) for row in picked])
        listed = ",".join([f'"{places[due.id]}"' for due in dues])
        cursor.execute(TAKE, [token, leased_until, now, f"{{{listed}}}", now])
        taken = dict(cursor.fetchall())
    return [due._replace(place=f'"{taken[due.id]}"') for due in dues if due.id in taken]


def _take_in_turn(token: uuid.UUID, *, now: datetime, leased_until: datetime) -> list[Due]:
    """Where one transaction writes at a time: begun only when there is something to take."""
    if not list_ready(now).exists():
        return []
    with transaction.atomic():
        dues = _choose([as_due(*row) for row in list_ready(now).in_turn().values_list(*DUE_COLUMNS)[:BATCH]])
        AutomationSchedule.objects.filter(pk__in=[due.id for due in dues]).update(
            status=AutomationStatus.RUNNING, claim_token=token, leased_until=leased_until, updated_at=now
        )
    return dues


def _choose(picked: Sequence[Due]) -> list[Due]:
    """Those that have not failed before; where all have, the first, and as many with so many attempts left as may be
    tried together."""
    fresh = [due for due in picked if due.attempt == 1]
    if fresh or not picked:
        return fresh
    left = picked[0].attempts_left
    return [due for due in picked if due.attempts_left == left][: group_size(left)]

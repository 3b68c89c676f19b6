"""Write down what became of claimed rows: their new state and a line of the log each, in few statements."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.rules.automations import Due
from journeys.services.claiming import ClaimLost, move_claimed
from journeys.services.lines import log_line

ROW = AutomationSchedule._meta.db_table
LINE = AutomationLog._meta.db_table

# One statement for any mix of outcomes: the rows that were still ours are those that get a line. The token stands in
# `told`, so that the planner takes each row by its place or its id: it thinks that hardly a row has any token, and
# would look for such rows first. A row that has one is running.
TOGETHER = f"""
WITH told AS (
    SELECT unnest(ids) AS id, {{place}} AS place, %s::uuid AS token, alike.* FROM json_to_recordset(%s) AS alike (
        ids uuid[], places tid[], status text, reason text, trigger_at timestamptz, action text, log_status text,
        metadata jsonb
    )
), moved AS (
    UPDATE {ROW} AS row SET
        status = told.status, reason = told.reason, trigger_at = COALESCE(told.trigger_at, row.trigger_at),
        executed_at = CASE WHEN told.status = '{AutomationStatus.COMPLETED.value}' THEN %s ELSE row.executed_at END,
        error_message = '', claim_token = NULL, leased_until = NULL, updated_at = %s
    FROM told WHERE {{found}} AND row.id = told.id AND row.claim_token = told.token
    RETURNING row.id, row.customer_id, row.type, row.kind, row.retry_count + 1 AS attempt,
        told.action, told.log_status, told.metadata
)
INSERT INTO {LINE} (
    id, created_at, updated_at, at, customer_id, automation_id, type, kind, action, status, attempt, metadata,
    error_message
)
SELECT gen_random_uuid(), %s, %s, %s, customer_id, id, type, kind, action, log_status, attempt, metadata, '' FROM moved
"""  # noqa: S608  # our own names only
BY_PLACE = TOGETHER.format(place="unnest(places)", found="row.ctid = told.place")
BY_ID = TOGETHER.format(place="NULL", found="TRUE")


class Verdict(NamedTuple):
    """What becomes of one row: its new state, and what the log says."""

    due: Due
    status: AutomationStatus
    log_status: LogStatus
    action: str
    reason: str = ""
    trigger_at: datetime | None = None
    effects: tuple[Any, ...] = ()


def settle(verdicts: Sequence[Verdict], *, token: UUID, now: datetime) -> None:
    """This will end the claim of the rows, each in its way, and log it. Raises ClaimLost unless all are still ours."""
    if not verdicts:
        return
    if connection.vendor == "postgresql":
        _settle_together(verdicts, token, now)
    else:
        _settle_alike(verdicts, token, now)


def _settle_together(verdicts: Sequence[Verdict], token: UUID, now: datetime) -> None:
    """By the rows' places; by id those that somebody wrote anew since they were claimed, which stand elsewhere."""
    alike: dict[tuple[Any, ...], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        alike[verdict.status, verdict.log_status, verdict.action, verdict.reason, verdict.trigger_at].append(verdict)
    told = json.dumps([_as_told(group) for group in alike.values()])
    settled = 0
    with connection.cursor() as cursor:
        for way in (BY_PLACE, BY_ID):
            if settled < len(verdicts):
                cursor.execute(way, [token, told, now, now, now, now, now])
                settled += cursor.rowcount
    if settled != len(verdicts):
        raise ClaimLost


def _as_told(alike: Sequence[Verdict]) -> dict[str, Any]:
    """Rows of which the same is told."""
    verdict = alike[0]
    return {
        "ids": f"{{{','.join([one.due.id.hex for one in alike])}}}",
        "places": f"{{{','.join([one.due.place for one in alike])}}}",
        "status": verdict.status.value,
        "reason": verdict.reason[:500],
        "trigger_at": verdict.trigger_at.isoformat() if verdict.trigger_at else None,
        "action": verdict.action[:300],
        "log_status": verdict.log_status.value,
        "metadata": _metadata(verdict),
    }


def _settle_alike(verdicts: Sequence[Verdict], token: UUID, now: datetime) -> None:
    """Where a statement costs little: one for each outcome, and the lines together."""
    alike: dict[tuple[AutomationStatus, str, datetime | None], list[UUID]] = defaultdict(list)
    for verdict in verdicts:
        alike[verdict.status, verdict.reason, verdict.trigger_at].append(verdict.due.id)
    for (status, reason, trigger_at), ids in alike.items():
        fields: dict[str, Any] = {"status": status, "reason": reason[:500], "error_message": ""}
        if status == AutomationStatus.COMPLETED:
            fields["executed_at"] = now
        if trigger_at is not None:
            fields["trigger_at"] = trigger_at
        move_claimed(ids, token=token, now=now, **fields)
    AutomationLog.objects.bulk_create(
        [log_line(v.due, now, v.action, v.log_status, metadata=_metadata(v)) for v in verdicts]
    )


def _metadata(verdict: Verdict) -> dict[str, str]:
    told = {"reason": verdict.reason} if verdict.reason else {}
    if verdict.trigger_at is not None:
        told["until"] = verdict.trigger_at.isoformat()
    return told

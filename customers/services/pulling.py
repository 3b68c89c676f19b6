"""One pull: asked outside any transaction, kept batch by batch (`taking_in`), with what was left out on record.

Pulls only read there, and what they bring is kept once per account, metric and moment: one that died is asked again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.clients.choice import get_salesforce, why_salesforce_off
from customers.clients.usage_endpoint import fetch_usage
from customers.enums import PullState, SourceKind
from customers.models import UsagePull, UsageSource
from customers.queries.sources import list_salesforce_ids, sources_waiting
from customers.rules.source_mapping import ACCOUNT, BadRow, find_items, their_fields
from customers.services.activity import record
from customers.services.budgets import within_budget
from customers.services.digests import sealer
from customers.services.taking_in import Result, take_in

LEASE = timedelta(minutes=10)
EACH = timedelta(days=1)
RETRY_AFTER = timedelta(hours=1)
MOST_FAILURES = 3
MOST_ROWS = 20_000
SALESFORCE_BATCH = 100
SOURCE = "A usage source"

log = structlog.get_logger(__name__)


class CannotAsk(Exception):
    """Raised where nothing can be asked as things stand; says why."""


class PullLost(Exception):
    """Raised where the pull was given up meanwhile, so that what is left of it is another's."""


def sweep(now: datetime) -> int:
    """What the clock calls: pulls whose worker died are given up, sources whose turn it is are asked."""
    due, lost = sources_waiting(now)
    given_up = sum(_give_up(pull, now=now) for pull in lost.select_related("source"))
    ids = list(due.values_list("pk", flat=True))
    return given_up + sum(pull_source(pk, now=at) for pk, at in within_budget(ids, now=now))


def pull_source(source_id: uuid.UUID, *, now: datetime) -> bool:
    """This will ask one source and keep what it brings; False where another worker has it."""
    taken = UsageSource.objects.filter(pk=source_id, is_enabled=True, next_due_at__lte=now).update(
        next_due_at=now + EACH
    )
    if not taken:
        return False
    source = UsageSource.objects.get(pk=source_id)
    pull = UsagePull.objects.create(source=source, started_at=now, leased_until=now + LEASE)
    began = monotonic()

    def stay(result: Result) -> None:
        _stay(pull, result, now=now + timedelta(seconds=int(monotonic() - began)))

    try:
        result = take_in(_ask(source, now=now), source, now=now, after_batch=stay)
    except PullLost:
        log.warning("usage_pull_lost", source=str(source_id))
    except CannotAsk as reason:
        _fail(pull, str(reason), can_retry=False, now=now)
    except (NotAccepted, MaybeAccepted) as error:
        _fail(pull, error.reason, can_retry=error.can_retry, now=now)
    except BadRow as error:
        _fail(pull, str(error), can_retry=False, now=now)
    except Exception as error:
        log.exception("usage_pull_failed", source=str(source_id))
        _fail(pull, f"{type(error).__name__} while it was applied.", can_retry=True, now=now)
    else:
        _finish(pull, result, now=now)
    return True


def _ask(source: UsageSource, *, now: datetime) -> list[Any]:
    """Give the rows as the source tells them. Raises CannotAsk, NotAccepted, MaybeAccepted, BadRow."""
    if source.kind == SourceKind.SALESFORCE:
        return list(_ask_salesforce(source, now=now))
    if settings.OUTBOUND != "on":
        raise CannotAsk("OUTBOUND is off, so nothing is asked.")
    try:
        secret = sealer().decrypt(source.sealed_secret)
    except InvalidToken:
        raise CannotAsk("FIELD_KEYS cannot open its secret: enter it again.") from None
    items = find_items(fetch_usage(source.name, source.url, secret=secret, now=now), source.items_path)
    if len(items) > MOST_ROWS:
        raise BadRow(f"The answer has more than {MOST_ROWS:,} rows.")
    return items


def _ask_salesforce(source: UsageSource, *, now: datetime) -> Iterator[Any]:
    if off := why_salesforce_off():
        raise CannotAsk(off)
    key = source.mapping[ACCOUNT]
    for ids in _in_batches(list_salesforce_ids()):
        yield from get_salesforce().query_rows(
            source.sobject, their_fields(source.mapping), key=key, values=ids, now=now
        )


def _in_batches(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), SALESFORCE_BATCH):
        yield list(ids[start : start + SALESFORCE_BATCH])


def _stay(pull: UsagePull, result: Result, *, now: datetime) -> None:
    """Say that the worker lives, and how far it is. Raises PullLost."""
    running = UsagePull.objects.filter(pk=pull.pk, state=PullState.RUNNING)
    if not running.update(leased_until=now + LEASE, updated_at=now, **_counts(result)):
        raise PullLost


def _counts(result: Result) -> dict[str, Any]:
    return {
        "rows": result.rows,
        "accounts": result.accounts,
        "readings": result.readings,
        "contracts": result.contracts,
        "refused_count": result.refused_count,
        "refused": result.refused,
    }


def _finish(pull: UsagePull, result: Result, *, now: datetime) -> None:
    note = f"{result.rows} rows of {result.accounts} accounts."
    if result.refused_count:
        note += f" {result.refused_count} left out."
    with transaction.atomic():
        moved = UsagePull.objects.filter(pk=pull.pk, state=PullState.RUNNING).update(
            state=PullState.DONE,
            finished_at=now,
            note=note,
            updated_at=now,
            **_counts(result),
        )
        if not moved:
            return
        UsageSource.objects.filter(pk=pull.source_id).update(failures=0)
        record(
            "source.pulled",
            f"Usage source “{pull.source}”: {note}",
            customer=None,
            by=None,
            now=now,
            actor_name=SOURCE,
            subject=pull.source,
            readings=result.readings,
            contracts=result.contracts,
            refused=result.refused_count,
        )


def _fail(pull: UsagePull, reason: str, *, can_retry: bool, now: datetime) -> None:
    with transaction.atomic():
        moved = UsagePull.objects.filter(pk=pull.pk, state=PullState.RUNNING).update(
            state=PullState.FAILED, finished_at=now, note=reason[:500], updated_at=now
        )
        source = UsageSource.objects.select_for_update().get(pk=pull.source_id)
        if not moved:
            return
        again = can_retry and source.failures + 1 < MOST_FAILURES and source.is_enabled
        UsageSource.objects.filter(pk=source.pk).update(
            failures=source.failures + 1 if again else 0,
            next_due_at=now + RETRY_AFTER if again else source.next_due_at,
        )


def _give_up(pull: UsagePull, *, now: datetime) -> bool:
    _fail(pull, "The worker stopped before it was done; it is asked again.", can_retry=True, now=now)
    return True

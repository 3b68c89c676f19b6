"""One pull: asked outside any transaction, applied account by account, with what was left out on record.

Pulls only read there, and what they bring is kept once per account, metric and moment: one that died is asked again.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.clients.choice import get_salesforce, why_salesforce_off
from customers.clients.usage_endpoint import fetch_usage
from customers.enums import PullState, SourceKind
from customers.models import Customer, UsagePull, UsageSource
from customers.queries.sources import find_customers, list_salesforce_ids, sources_waiting
from customers.registry.contract_entry import find_contract_writer
from customers.rules.source_mapping import ACCOUNT, BadRow, PulledRow, account_of, find_items, read_row, their_fields
from customers.services.activity import record
from customers.services.budgets import within_budget
from customers.services.digests import sealer
from customers.services.usage import Reading, record_usage

LEASE = timedelta(minutes=10)
EACH = timedelta(days=1)
RETRY_AFTER = timedelta(hours=1)
MOST_FAILURES = 3
MOST_ROWS = 20_000
MOST_REFUSED = 200
SALESFORCE_BATCH = 100
SOURCE = "A usage source"

log = structlog.get_logger(__name__)


class CannotAsk(Exception):
    """Raised where nothing can be asked as things stand; says why."""


@dataclass
class _Result:
    """What a pull brought so far. refused: the first of those that were left out."""

    rows: int = 0
    accounts: int = 0
    readings: int = 0
    contracts: int = 0
    refused_count: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, row: int, account: str, reason: str) -> None:
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSED:
            self.refused.append({"row": row, "account": account[:120], "reason": reason[:200]})


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
    try:
        result = _apply(_ask(source, now=now), source, now=now)
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


def _apply(items: Sequence[Any], source: UsageSource, *, now: datetime) -> _Result:
    result = _Result(rows=len(items))
    by_account: dict[str, list[tuple[int, PulledRow]]] = defaultdict(list)
    for number, item in enumerate(items, start=1):
        try:
            row = read_row(item, source.mapping, now=now)
        except BadRow as error:
            result.refuse(number, account_of(item, source.mapping), str(error))
        else:
            by_account[row.account].append((number, row))
    customers = find_customers(list(by_account))
    for account, rows in by_account.items():
        customer = customers.get(account)
        if customer is None:
            for number, _ in rows:
                result.refuse(number, account, "No account has this id.")
            continue
        result.accounts += 1
        _apply_account(customer, rows, result, now=now)
    return result


def _apply_account(
    customer: Customer, rows: Sequence[tuple[int, PulledRow]], result: _Result, *, now: datetime
) -> None:
    readings = [
        Reading(one.metric, one.value, one.at or now.replace(hour=0, minute=0, second=0, microsecond=0), one.limit)
        for _, row in rows
        for one in row.readings
    ]
    if readings:
        recorded = record_usage(customer, readings, now=now, by=None)
        result.readings += recorded.created + recorded.changed
    for number, row in rows:
        if row.contract:
            try:
                result.contracts += _write_contract(customer, row, now=now)
            except (ValidationError, ValueError) as error:
                result.refuse(number, row.account, _words(error))


def _write_contract(customer: Customer, row: PulledRow, *, now: datetime) -> bool:
    write = find_contract_writer()
    if write is None:
        raise ValueError("Contracts are not kept here.")
    with transaction.atomic():
        return write(customer, row.contract, now)


def _finish(pull: UsagePull, result: _Result, *, now: datetime) -> None:
    note = f"{result.rows} rows of {result.accounts} accounts."
    if result.refused_count:
        note += f" {result.refused_count} left out."
    with transaction.atomic():
        moved = UsagePull.objects.filter(pk=pull.pk, state=PullState.RUNNING).update(
            state=PullState.DONE,
            finished_at=now,
            rows=result.rows,
            accounts=result.accounts,
            readings=result.readings,
            contracts=result.contracts,
            refused_count=result.refused_count,
            refused=result.refused,
            note=note,
            updated_at=now,
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


def _words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        named = getattr(error, "message_dict", None)
        return (
            "; ".join(f"{name}: {' '.join(said)}" for name, said in named.items())
            if named
            else " ".join(error.messages)
        )
    return str(error)

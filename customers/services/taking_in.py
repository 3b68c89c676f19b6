"""What a source told, kept in batches of accounts: one question finds what has moved, and only that is written.

A batch is written with its record or not at all, so that a pull that was stopped is asked again and goes on behind its
last batch: what stands there is no change. An account that cannot be written is named, its neighbours count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError

from customers.models import UsageSource
from customers.queries.sources import find_ids
from customers.registry.contract_entry import ToldContract, find_contract_writer
from customers.rules.source_mapping import BadRow, PulledRow, account_of, read_row
from customers.services.halving import half_by_half
from customers.services.usage import OfAccount, Reading, record_usage_of

ACCOUNTS = 1_000
"""So many are kept together."""

MOST_REFUSED = 200
MOST_FAILURES = 100
"""Accounts that could not be written for no reason of theirs that we know of: with so many it is something else."""

log = structlog.get_logger(__name__)
K = TypeVar("K")
V = TypeVar("V")


@dataclass
class Result:
    """What a pull brought so far. refused: the first of those that were left out."""

    rows: int = 0
    accounts: int = 0
    readings: int = 0
    contracts: int = 0
    refused_count: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    failures: int = 0

    def refuse(self, row: int, account: str, reason: str) -> None:
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSED:
            self.refused.append({"row": row, "account": account[:120], "reason": reason[:200]})


class Told(NamedTuple):
    """What the rows of the source, by number, say of one account that is here."""

    customer_id: UUID
    rows: Sequence[tuple[int, PulledRow]]


def take_in(
    items: Sequence[Any], source: UsageSource, *, now: datetime, after_batch: Callable[[Result], None]
) -> Result:
    """This will keep what the rows say. after_batch: called with the result so far; what it raises ends the pull."""
    result = Result(rows=len(items))
    for batch in _in_batches(_by_account(items, source.mapping, result, now=now), ACCOUNTS):
        _take_batch(batch, result, now=now)
        after_batch(result)
    return result


def _by_account(
    items: Sequence[Any], mapping: Mapping[str, str], result: Result, *, now: datetime
) -> dict[str, list[tuple[int, PulledRow]]]:
    found: dict[str, list[tuple[int, PulledRow]]] = {}
    for number, item in enumerate(items, start=1):
        try:
            row = read_row(item, mapping, now=now)
        except BadRow as error:
            result.refuse(number, account_of(item, mapping), str(error))
        else:
            found.setdefault(row.account, []).append((number, row))
    return found


def _in_batches(items: Mapping[K, V], size: int) -> Iterator[dict[K, V]]:
    pairs = iter(items.items())
    while batch := dict(islice(pairs, size)):
        yield batch


def _take_batch(batch: Mapping[str, Sequence[tuple[int, PulledRow]]], result: Result, *, now: datetime) -> None:
    ids = find_ids(batch)
    told = [Told(ids[account], rows) for account, rows in batch.items() if account in ids]
    # Row → why it is left out.
    refused = {number: "No account has this id." for account, rows in batch.items() if account not in ids
               for number, _ in rows}  # fmt: skip
    result.accounts += len(told)
    _keep_readings(told, result, refused, now=now)
    _keep_contracts(told, result, refused, now=now)
    if refused:
        for account, rows in batch.items():
            for number, _ in rows:
                if number in refused:
                    result.refuse(number, account, refused[number])


def _keep_readings(told: Sequence[Told], result: Result, refused: dict[int, str], *, now: datetime) -> None:
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)

    def write(some: Sequence[Told]) -> int:
        readings = [OfAccount(one.customer_id, _readings_of(one, day)) for one in some]
        return sum(one.created + one.changed for one in record_usage_of(readings, now=now, by=None))

    def alone(one: Told, error: Exception) -> int:
        _set_apart(one, error, result)
        refused.update({number: _failed(error) for number, row in one.rows if row.readings})
        return 0

    with_readings = [one for one in told if any(row.readings for _, row in one.rows)]
    result.readings += sum(half_by_half(with_readings, write, alone=alone))


def _readings_of(one: Told, day: datetime) -> list[Reading]:
    return [
        Reading(reading.metric, reading.value, reading.at or day, reading.limit)
        for _, row in one.rows
        for reading in row.readings
    ]


def _keep_contracts(told: Sequence[Told], result: Result, refused: dict[int, str], *, now: datetime) -> None:
    writer = find_contract_writer()

    def write(some: Sequence[Told]) -> int:
        rows = [(number, ToldContract(one.customer_id, row.contract)) for one in some for number, row in one.rows
                if row.contract]  # fmt: skip
        if writer is None:
            refused.update({number: "Contracts are not kept here." for number, _ in rows})
            return 0
        outcomes = writer([contract for _, contract in rows], now)
        for (number, _), outcome in zip(rows, outcomes, strict=True):
            if isinstance(outcome, ValidationError):
                refused[number] = _words(outcome)
        return sum(outcome is True for outcome in outcomes)

    def alone(one: Told, error: Exception) -> int:
        _set_apart(one, error, result)
        refused.update({number: _failed(error) for number, row in one.rows if row.contract})
        return 0

    with_contracts = [one for one in told if any(row.contract for _, row in one.rows)]
    result.contracts += sum(half_by_half(with_contracts, write, alone=alone))


def _set_apart(one: Told, error: Exception, result: Result) -> None:
    """The account is named and left; so many that it can hardly be theirs end the pull, which is tried again."""
    log.error("pulled_account_not_kept", customer=str(one.customer_id), exc_info=error)
    result.failures += 1
    if result.failures > MOST_FAILURES:
        raise error


def _failed(error: Exception) -> str:
    return f"{type(error).__name__} while it was written."


def _words(error: ValidationError) -> str:
    named = getattr(error, "message_dict", None)
    return "; ".join(f"{name}: {' '.join(said)}" for name, said in named.items()) if named else " ".join(error.messages)

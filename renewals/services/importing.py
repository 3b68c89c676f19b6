"""What an import of a book brings for renewals: Prepare's outputs, and a renewal for each contract."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from customers.models import User
from customers.registry.imports import ExtraRow, ImportExtension, RowChange, register_import_extension
from customers.rules.book.fields import Kind, field
from customers.services.activity import line, record_many
from customers.services.arrays import insert_all
from customers.services.importing.lookup import chunks
from customers.services.importing.writes import plain
from customers.services.importing.writing import update_rows
from renewals.models import Renewal
from renewals.services.renewals import say_opened

FIELDS = (
    field("extra.confidence", "Confidence", Kind.SCORE_100, "confidence score, renewal confidence, pricing confidence"),
    field(
        "extra.prepare_sequence",
        "Stakeholder sequence",
        Kind.TEXT,
        "sequence, stakeholder order, recommended sequence",
        limit=300,
    ),
    field("extra.engagement_approach", "Engagement approach", Kind.TEXT, "engagement style, approach", limit=120),
    field("extra.value_leverage", "Value leverage", Kind.MULTIPLE, "value multiple, roi multiple, roi"),
    field("extra.stickiness", "Stickiness", Kind.SCORE_100, "stickiness score, product stickiness"),
    field(
        "extra.quantified_value",
        "Quantified value",
        Kind.AMOUNT,
        "value delivered amount, quantified savings, annual value delivered, roi value",
    ),
    field(
        "extra.peer_price_pct",
        "Price against peers",
        Kind.PERCENT,
        "peer price percent, peer price, price vs peers, peer benchmark",
    ),
    field(
        "extra.crm_id",
        "Salesforce opportunity",
        Kind.TEXT,
        "salesforce opportunity id, renewal opportunity id, crm opportunity id, opportunity id",
        limit=18,
    ),
)
_ATTRIBUTES = tuple(known.attribute for known in FIELDS)
_LOCKED = "the price is locked; unlock it before importing another one"


def read_renewals(contract_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """This will give what is known of the contracts' renewals, by attribute."""
    return {
        renewal.contract_id: {name: getattr(renewal, name) for name in _ATTRIBUTES}
        for renewal in _of_contracts(contract_ids)
    }


def freeze_locked_prices(contract_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, str]]:
    """This will name what may not change: the target price where it is locked."""
    return {
        renewal.contract_id: {"contract.target_price": _LOCKED}
        for renewal in _of_contracts(contract_ids)
        if renewal.price_locked
    }


def write_renewals(rows: Sequence[ExtraRow], now: datetime, by: User | None) -> list[RowChange]:
    """This will open the renewals that are missing and write what differs; called in a batch's transaction."""
    known = {renewal.contract_id: renewal for renewal in _of_contracts([row.contract.pk for row in rows])}
    busy = _with_another_open_renewal(rows)
    made, changed, changes = [], [], []
    for row in rows:
        renewal = known.get(row.contract.pk)
        if renewal is None:
            if row.contract.customer_id not in busy:
                made.append(Renewal(contract=row.contract, customer_id=row.contract.customer_id, **row.values))
            continue
        before = _set(renewal, row.values)
        if before:
            changed.append((renewal, tuple(before)))
            after = {name: plain(getattr(renewal, name)) for name in before}
            changes.append(RowChange("renewal", renewal.pk, before, after))
    insert_all(made)
    update_rows(Renewal, changed, now=now)
    record_many([_line(renewal, now=now, by=by) for renewal in made])
    return [*changes, *(RowChange("renewal", renewal.pk, None, {}) for renewal in made)]


def register() -> None:
    """This will add the columns of renewals to every import."""
    register_import_extension(
        ImportExtension(
            key="renewals",
            fields=FIELDS,
            models={"renewal": Renewal},
            read=read_renewals,
            frozen=freeze_locked_prices,
            write=write_renewals,
        )
    )


def _of_contracts(contract_ids: Sequence[uuid.UUID]) -> list[Renewal]:
    return [
        renewal for chunk in chunks(contract_ids) for renewal in Renewal.objects.filter(contract__in=chunk).order_by()
    ]


def _with_another_open_renewal(rows: Sequence[ExtraRow]) -> set[uuid.UUID]:
    """Accounts whose last renewal has no outcome yet: the next one opens when it gets one."""
    busy: set[uuid.UUID] = set()
    for chunk in chunks(row.contract.customer_id for row in rows):
        busy.update(Renewal.objects.filter(customer__in=chunk, closed_at=None).values_list("customer_id", flat=True))
    return busy


def _set(renewal: Renewal, values: Mapping[str, Any]) -> dict[str, Any]:
    """Put the values into the row, unsaved; gives the old ones of the fields that differ, as plain JSON."""
    before: dict[str, Any] = {}
    for name, value in values.items():
        old = getattr(renewal, name)
        if old != value:
            before[name] = plain(old)
            setattr(renewal, name, value)
    return before


def _line(renewal: Renewal, *, now: datetime, by: User | None) -> dict[str, Any]:
    return line(*say_opened(renewal.contract), customer=renewal.customer_id, by=by, now=now, subject=renewal)

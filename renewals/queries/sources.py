"""The fact sources that renewals own: prices, dates of notice, and what Prepare found."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from customers.models import Contract
from emails.facts import register_source, register_teller
from emails.queries.columns import Columns, Record, uuids
from emails.queries.sources import CONTRACT_FIELDS
from renewals.models import Renewal
from renewals.queries.letter_facts import tell_renewal
from renewals.rules.cycles import term_months


def register_sources() -> None:
    """Make renewals readable as facts, and contracts with their notice date; tell free letters of them."""
    register_source("contract", read_contracts)
    register_source("renewal", read_renewals)
    register_teller("renewals", tell_renewal)


def _contract(row: dict[str, Any]) -> Record:
    return {
        **row,
        "notice_date": row["renewal_date"] - timedelta(days=row["notice_days"]),
        "term_months": term_months(row["start_date"], row["renewal_date"]),
    }


read_contracts = Columns(Contract, CONTRACT_FIELDS, _contract)


def read_renewals(ids: Collection[str]) -> dict[str, Record]:
    """Read renewals. A price that is not locked has no value: what states it is stopped at the gate."""
    rows = Renewal.objects.select_related("contract").filter(pk__in=uuids(ids))
    return {str(renewal.pk): _renewal(renewal) for renewal in rows}


def _renewal(renewal: Renewal) -> Record:
    contract = renewal.contract
    target = contract.target_price if renewal.price_locked else None
    known = target is not None
    return {
        "locked_price": target,
        "increase_pct": contract.increase_pct if known else None,
        "increase": target - contract.current_price if target is not None else None,
        "confidence": renewal.confidence,
        "value_leverage": renewal.value_leverage,
        "stickiness": renewal.stickiness,
        "quantified_value": renewal.quantified_value,
        "peer_price_pct": renewal.peer_price_pct,
    }

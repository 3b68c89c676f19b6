"""The fact sources that renewals own: prices, dates of notice, and what Prepare found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from customers.models import Contract
from emails.facts import register_source, register_teller
from emails.queries.columns import Columns, Record
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


def _renewal(row: dict[str, Any]) -> Record:
    """A price that is not locked has no value: what states it is stopped at the gate."""
    is_locked = row.pop("price_locked_at") is not None
    current, target = row.pop("contract__current_price"), row.pop("contract__target_price")
    priced = Contract(current_price=current, target_price=target if is_locked else None)
    return {
        **row,
        "locked_price": priced.target_price,
        "increase_pct": priced.increase_pct,
        "increase": None if priced.target_price is None else priced.target_price - current,
    }


read_renewals = Columns(
    Renewal,
    (
        "price_locked_at",
        "contract__current_price",
        "contract__target_price",
        "confidence",
        "value_leverage",
        "stickiness",
        "quantified_value",
        "peer_price_pct",
    ),
    _renewal,
)

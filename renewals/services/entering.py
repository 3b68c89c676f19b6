"""A renewal as another system enters it: its contract, its target price and what Prepare found, in one call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import Customer, User
from customers.services.contracts import WRITABLE as CONTRACT_FIELDS
from customers.services.contracts import add_contract, update_contract
from renewals.models import Renewal
from renewals.queries.facts import find_running_contract
from renewals.services.prepare import PREPARE_FIELDS, update_prepare
from renewals.services.renewals import LOCKED, PriceIsLocked, open_renewal, set_target_price

NEEDED_FOR_A_CONTRACT = ("current_price", "renewal_date")
UNDER_THE_LOCK = frozenset({"current_price", "currency"})
"""A locked price is a change against the price of today: neither may move under it."""


def change_renewal(customer: Customer, values: Mapping[str, Any], *, now: datetime, by: User) -> Renewal:
    """This will write what is given of contract, target price and Prepare's outputs, all of it or nothing.

    values: fields of `Contract`, `target_price`, PREPARE_FIELDS. Without a running contract one is entered, which
    takes a price and a renewal date. What is as it was is no change, also under the lock. Raises ValidationError by
    field, PriceIsLocked, NotAllowed, RenewalClosed.
    """
    with transaction.atomic():
        contract_values = {name: values[name] for name in CONTRACT_FIELDS & values.keys()}
        renewal = _renewal(customer, contract_values, now=now, by=by)
        if "target_price" in values and values["target_price"] != renewal.contract.target_price:
            set_target_price(renewal, price=values["target_price"], now=now, by=by)
        update_prepare(renewal, {name: values[name] for name in PREPARE_FIELDS & values.keys()}, now=now, by=by)
    return renewal


def check_enough(values: Mapping[str, Any]) -> None:
    """This will raise ValidationError with what a new contract lacks."""
    missing = [name for name in NEEDED_FOR_A_CONTRACT if values.get(name) is None]
    if missing:
        raise ValidationError(dict.fromkeys(missing, "Needed: this account has no running contract yet."))


def _renewal(customer: Customer, values: Mapping[str, Any], *, now: datetime, by: User | None) -> Renewal:
    contract = find_running_contract(customer)
    if contract is None:
        check_enough(values)
        return open_renewal(add_contract(customer, values, now=now, by=by), now=now, by=by)
    renewal = open_renewal(contract, now=now, by=by)
    moved = [name for name in UNDER_THE_LOCK & values.keys() if getattr(contract, name) != values[name]]
    if renewal.price_locked and moved:
        raise PriceIsLocked(LOCKED)
    update_contract(contract, values, now=now, by=by)
    renewal.contract = contract
    return renewal

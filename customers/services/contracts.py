"""The contract of the running term: entered and corrected. The target price is set and locked in `renewals`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.enums import ContractState
from customers.models import Contract, Customer, User
from customers.rules.book.dates import MAX_YEAR, MIN_YEAR
from customers.services.activity import record
from customers.services.changes import Difference, check, check_values, describe, set_fields
from customers.signals import contract_changed, send_after_commit

WRITABLE = frozenset({"plan", "current_price", "currency", "start_date", "renewal_date", "notice_days"})


def add_contract(customer: Customer, values: Mapping[str, Any], *, now: datetime, by: User | None) -> Contract:
    """This will enter the account's running contract; there is one at a time.

    Raises ValidationError with field names.
    """
    contract = Contract(customer=customer, currency=customer.currency)
    set_fields(contract, values, allowed=WRITABLE)
    check_contract(contract)
    with transaction.atomic():
        contract.save(force_insert=True)
        record(
            *say_added(contract),
            customer=customer,
            by=by,
            now=now,
            subject=contract,
        )
        send_after_commit(contract_changed, customer_id=customer.pk, contract_id=contract.pk)
    return contract


def update_contract(contract: Contract, values: Mapping[str, Any], *, now: datetime, by: User | None) -> Difference:
    """This will change the running contract and give what changed. Raises ValidationError with field names."""
    if contract.state != ContractState.ACTIVE:
        raise ValidationError("This contract has ended; it is part of the record.")
    difference = set_fields(contract, values, allowed=WRITABLE)
    if not difference:
        return {}
    check_contract(contract)
    with transaction.atomic():
        contract.save(update_fields=[*difference, "updated_at"])
        record(
            *say_changed(contract, difference),
            customer=contract.customer_id,
            by=by,
            now=now,
            subject=contract,
            changes=difference,
        )
        send_after_commit(contract_changed, customer_id=contract.customer_id, contract_id=contract.pk)
    return difference


def say_added(contract: Contract) -> tuple[str, str]:
    """This will give verb and words of the record's line."""
    return "contract.added", f"Contract entered, until {contract.renewal_date:%-d %b %Y}"


def say_changed(contract: Contract, difference: Difference) -> tuple[str, str]:
    """This will give verb and words of the record's line."""
    return "contract.changed", f"Contract changed: {describe(contract, difference)}"


def check_contract(contract: Contract) -> None:
    """This will raise ValidationError with the field that is wrong, not with the name of a constraint."""
    _check_days(contract)
    check(contract)


def check_terms(contract: Contract) -> None:
    """This will check like `check_contract` what the contract says, and ask the database nothing."""
    _check_days(contract)
    check_values(contract, known={"customer"})


def _check_days(contract: Contract) -> None:
    for name in ("start_date", "renewal_date"):
        day = getattr(contract, name)
        if day and not MIN_YEAR <= day.year <= MAX_YEAR:
            raise ValidationError({name: f"The year must be from {MIN_YEAR} to {MAX_YEAR}."})
    if contract.start_date and contract.renewal_date and contract.renewal_date <= contract.start_date:
        raise ValidationError({"renewal_date": "The renewal must come after the start of the contract."})

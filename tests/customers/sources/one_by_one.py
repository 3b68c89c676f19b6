"""What a pull is to come to, written as one would first: account by account, row by row, reading by reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import Activity, Contract, Customer, UsageSample, UsageSource
from customers.rules.source_mapping import BadRow, PulledReading, PulledRow, account_of, read_row
from customers.services.activity import record
from customers.services.taking_in import Result
from renewals.models import Renewal
from renewals.queries.facts import find_running_contract
from renewals.services.entering import _renewal
from renewals.services.renewals import PriceIsLocked

SAID = ("customer_id", "verb", "summary", "actor_name", "subject_kind", "data")
TERMS = ("customer_id", "plan", "current_price", "target_price", "currency", "start_date", "renewal_date",
         "notice_days", "state")  # fmt: skip


def take_in_one_by_one(items: Sequence[Any], source: UsageSource, *, now: datetime) -> Result:
    result = Result(rows=len(items))
    by_account: dict[str, list[tuple[int, PulledRow]]] = {}
    for number, item in enumerate(items, start=1):
        try:
            row = read_row(item, source.mapping, now=now)
        except BadRow as error:
            result.refuse(number, account_of(item, source.mapping), str(error))
        else:
            by_account.setdefault(row.account, []).append((number, row))
    for account, rows in by_account.items():
        customer = Customer.objects.filter(external_id=account).first()
        if customer is None:
            for number, _ in rows:
                result.refuse(number, account, "No account has this id.")
            continue
        result.accounts += 1
        result.readings += _keep_usage(customer, [reading for _, row in rows for reading in row.readings], now=now)
        for number, row in rows:
            try:
                result.contracts += bool(row.contract) and enter_contract(customer, row.contract, now)
            except ValidationError as error:
                result.refuse(number, account, _words(error))
    return result


def enter_contract(customer: Customer, values: Mapping[str, Any], now: datetime) -> bool:
    known = find_running_contract(customer)
    if known is not None and all(getattr(known, name) == value for name, value in values.items()):
        return False
    try:
        with transaction.atomic():
            _renewal(customer, values, now=now, by=None)
    except PriceIsLocked as locked:
        raise ValidationError({"current_price": str(locked)}) from locked
    return True


def _keep_usage(customer: Customer, readings: Sequence[PulledReading], *, now: datetime) -> int:
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    created, changed, metrics = 0, 0, set()
    for key, reading in {(one.metric, one.at or day): one for one in readings}.items():
        values = {"value": reading.value, "limit": reading.limit}
        known = UsageSample.objects.filter(customer=customer, metric=key[0], at=key[1]).first()
        if known is None:
            UsageSample.objects.create(customer=customer, metric=key[0], at=key[1], **values)
            created += 1
        elif (known.value, known.limit) != (reading.value, reading.limit):
            UsageSample.objects.filter(pk=known.pk).update(**values)
            changed += 1
        else:
            continue
        metrics.add(key[0])
    if metrics:
        said = f"Usage recorded: {', '.join(sorted(metrics))}"
        record("usage.recorded", said, customer=customer, by=None, now=now, created=created, changed=changed)
    return created + changed


def _words(error: ValidationError) -> str:
    return "; ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())


def everything_kept() -> dict[str, list[str]]:
    """All that a pull writes, by the accounts' names: ids are others each time."""
    names = dict(Customer.objects.values_list("pk", "external_id"))
    found = {
        "samples": UsageSample.objects.values_list("customer", "metric", "at", "value", "limit"),
        "contracts": Contract.objects.values_list(*TERMS),
        "renewals": Renewal.objects.values_list(
            "customer", "contract__renewal_date", "price_locked_at", "closed_at", "outcome"
        ),
        "lines": Activity.objects.values_list(*SAID),
    }
    return {part: sorted(repr([names.get(one[0]), *one[1:]]) for one in rows) for part, rows in found.items()}

"""How mail to one account is paced, apart from the workspace's settings: changed by a person, on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import Customer, User
from customers.queries.calendars import NO_HOLIDAYS, knows_holidays
from customers.services.activity import record
from customers.services.changes import Difference, check, describe, set_fields
from customers.signals import send_after_commit, sending_changed

CAPS = frozenset({"contact_cap", "account_cap"})
WRITABLE = CAPS | {"window_start", "window_end", "working_days", "holidays_place"}
MOST_MAILS = 100


def change_sending_rules(customer: Customer, values: Mapping[str, Any], *, now: datetime, by: User) -> Difference:
    """This will change what the account has of its own, and give what changed; letters that wait are looked at again.

    values: any of WRITABLE; None or "" goes back to the workspace's. Raises ValidationError with field names. How many
    mails may leave is for a lead or ops to say.
    """
    difference = set_fields(customer, _tidy(values), allowed=WRITABLE)
    if not difference:
        return {}
    _check(customer, difference, by=by)
    with transaction.atomic():
        customer.save(update_fields=[*difference, "updated_at"])
        record(
            "customer.sending_changed",
            f"When mails leave: changed {describe(customer, difference).lower()}",
            customer=customer,
            by=by,
            now=now,
            subject=customer,
            changes=difference,
        )
        send_after_commit(sending_changed, customer_id=customer.pk)
    return difference


def _tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    tidy = dict(values)
    if "holidays_place" in tidy:
        tidy["holidays_place"] = (tidy["holidays_place"] or "").strip().upper()
    if "working_days" in tidy:
        tidy["working_days"] = sorted(set(tidy["working_days"] or [])) or None
    return tidy


def _check(customer: Customer, difference: Difference, *, by: User) -> None:
    errors: dict[str, Any] = {}
    if (customer.window_start is None) != (customer.window_end is None):
        errors["window_end" if customer.window_end is None else "window_start"] = "Give both hours, or neither."
    elif customer.window_start and customer.window_end and customer.window_start >= customer.window_end:
        errors["window_end"] = "The window must end after it starts."
    if customer.working_days is not None and not set(customer.working_days) <= set(range(7)):
        errors["working_days"] = "Days of the week count from 0 (Monday) to 6."
    place = customer.holidays_place
    if place and place != NO_HOLIDAYS and not knows_holidays(place):
        errors["holidays_place"] = "No calendar is known for it. Two letters, such as DE, or a part, such as DE-BY."
    for name in sorted(CAPS):
        if not by.is_leader and name in difference:
            errors[name] = "A lead sets how many mails may leave; ask yours."
        elif (getattr(customer, name) or 0) > MOST_MAILS:
            errors[name] = f"At most {MOST_MAILS}."
    if errors:
        raise ValidationError(errors)
    check(customer)

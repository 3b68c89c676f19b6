"""Accounts: made and changed by a person, by page or API."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import Customer, HealthSample, User
from customers.queries.handovers import SEATS
from customers.queries.minute import note_access_after_commit
from customers.rules.book.places import is_country
from customers.services.activity import record
from customers.services.changes import Difference, check, describe, set_fields
from customers.services.desk_news import tell_handed_over
from customers.services.handovers import carry_along
from customers.signals import customer_created, send_after_commit, sending_changed

WRITABLE = frozenset(
    {
        "name",
        "external_id",
        "segment",
        "timezone",
        "country",
        "currency",
        "owner",
        "account_executive",
        "executive",
        "health_score",
        "relationship_strength",
        "churn_risk",
        "competitive_pressure",
        "budget_pressure",
        "notes",
        "programme_start_date",
    }
)


def create_customer(values: Mapping[str, Any], *, now: datetime, by: User) -> Customer:
    """This will make an account; without an owner it is the maker's, and nobody's where an integration makes it.

    values: any of WRITABLE. Raises ValidationError with field names.
    """
    customer = Customer()
    maker = None if by.is_integration else by
    set_fields(customer, {"owner": maker, **_tidy(values)}, allowed=WRITABLE)
    if customer.owner is None:
        customer.owner = maker
    _check_account(customer, changed={*WRITABLE})
    if maker is not None:
        _check_handing_over(customer, old_owner_id=maker.pk, by=maker)
    with transaction.atomic():
        customer.save(force_insert=True)
        record("customer.created", "Account made", customer=customer, by=by, now=now, subject=customer)
        _note_health(customer, now=now)
        send_after_commit(customer_created, customer_id=customer.pk)
    return customer


def update_customer(customer: Customer, values: Mapping[str, Any], *, now: datetime, by: User) -> Difference:
    """This will change the account and give what changed; nothing is written where nothing differs.

    Raises ValidationError with field names. A new owner may be set by a lead or ops alone.
    """
    old_owner_id = customer.owner_id
    difference = set_fields(customer, _tidy(values), allowed=WRITABLE)
    if not difference:
        return {}
    _check_account(customer, changed=difference.keys())
    _check_handing_over(customer, old_owner_id=old_owner_id, by=by)
    with transaction.atomic():
        customer.save(update_fields=[*difference, "updated_at"])
        record(
            "customer.changed",
            f"Changed: {describe(customer, difference)}",
            customer=customer,
            by=by,
            now=now,
            subject=customer,
            changes=difference,
        )
        if "health_score" in difference:
            _note_health(customer, now=now)
        if difference.keys() & set(SEATS):
            note_access_after_commit()
        if "owner" in difference and customer.owner is not None:
            old = User.objects.filter(pk=old_owner_id).first()
            carry_along([customer.pk], old=old, new=customer.owner, now=now, by=by)
            tell_handed_over([customer.pk], new=customer.owner, is_many=False, now=now, by=by)
        if {"timezone", "country"} & difference.keys():
            send_after_commit(sending_changed, customer_id=customer.pk)
    return difference


def _tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    """This will bring texts into the form they are kept in: codes in capitals, no id as None."""
    tidy = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    for name in ("country", "currency"):
        if isinstance(tidy.get(name), str):
            tidy[name] = tidy[name].upper()
    if "external_id" in tidy:
        tidy["external_id"] = tidy["external_id"] or None
    return tidy


def _check_account(customer: Customer, *, changed: Collection[str]) -> None:
    """changed: whose seat and which country is looked at; what stood there before stays."""
    errors: dict[str, Any] = {}
    try:
        check(customer)
    except ValidationError as error:
        errors = dict(error.message_dict)
    if customer.timezone not in available_timezones():
        errors["timezone"] = ["This is no time zone that we know; one looks like Europe/Berlin."]
    if "country" in changed and customer.country and not is_country(customer.country):
        errors["country"] = [f"“{customer.country}” is no country of ISO 3166; write its two letters, such as DE."]
    if not (len(customer.currency) == 3 and customer.currency.isascii() and customer.currency.isalpha()):
        errors["currency"] = ["Three letters, such as EUR."]
    for seat in (one for one in SEATS if one in changed):
        person = getattr(customer, seat)
        if person is not None and person.is_integration:
            errors[seat] = [f"{person.display_name} is an integration; choose a person."]
    if errors:
        raise ValidationError(errors)


def _check_handing_over(customer: Customer, *, old_owner_id: Any, by: User) -> None:
    if customer.owner_id != old_owner_id and not by.is_leader:
        raise ValidationError({"owner": "A lead hands accounts over; ask yours."})


def _note_health(customer: Customer, *, now: datetime) -> None:
    """This will keep the new score as an observation, so that the picture over time has it."""
    if customer.health_score is not None:
        HealthSample.objects.update_or_create(customer=customer, at=now, defaults={"score": customer.health_score})

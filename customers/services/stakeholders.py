"""The people at an account: added, changed, marked as left, taken out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.enums import StakeholderRole
from customers.models import Customer, Stakeholder, User
from customers.services.activity import record
from customers.services.changes import Difference, check, describe, set_fields
from customers.signals import send_after_commit, stakeholder_left, stakeholder_reachable

WRITABLE = frozenset(
    {
        "name",
        "email",
        "title",
        "roles",
        "primary",
        "relationship_strength",
        "timezone",
        "language",
        "history",
        "phone",
        "social_handles",
        "wished_email",
    }
)

ADDRESSED_BY = frozenset({"email", "primary", "roles"})
"""What decides who is written to."""

KEPT_OFF_RECORD = frozenset({"phone", "social_handles", "wished_email"})
"""The record says that they changed, not to what: it is never changed, and a contact may ask to be erased."""


def add_stakeholder(customer: Customer, values: Mapping[str, Any], *, now: datetime, by: User | None) -> Stakeholder:
    """This will add a person. Raises ValidationError with field names."""
    person = Stakeholder(customer=customer)
    set_fields(person, _tidy(values), allowed=WRITABLE)
    with transaction.atomic():
        _make_room_for_primary(person)
        _check_person(person)
        person.save(force_insert=True)
        record("stakeholder.added", f"Added {person.name}", customer=customer, by=by, now=now, subject=person)
        _tell_reachable(person)
    return person


def update_stakeholder(
    person: Stakeholder, values: Mapping[str, Any], *, now: datetime, by: User | None, actor_name: str = ""
) -> Difference:
    """This will change a person and give what changed. Raises ValidationError with field names.

    actor_name: who did it, on record, where that is nobody of ours.
    """
    difference = set_fields(person, _tidy(values), allowed=WRITABLE)
    if not difference:
        return {}
    with transaction.atomic():
        _make_room_for_primary(person)
        _check_person(person)
        person.save(update_fields=[*difference, "updated_at"])
        record(
            "stakeholder.changed",
            f"{person.name}, changed: {describe(person, difference)}",
            customer=person.customer_id,
            by=by,
            now=now,
            subject=person,
            actor_name=actor_name,
            changes={name: change for name, change in difference.items() if name not in KEPT_OFF_RECORD},
        )
        if ADDRESSED_BY & difference.keys():
            _tell_reachable(person)
    return difference


def mark_left(person: Stakeholder, *, now: datetime, by: User | None) -> bool:
    """This will mark the person as gone: nothing is written to them any more. False when they were gone already."""
    with transaction.atomic():
        gone = Stakeholder.objects.filter(pk=person.pk, left_at=None).update(left_at=now, primary=False, updated_at=now)
        if gone:
            record(
                "stakeholder.left",
                f"{person.name} has left" + _was(person),
                customer=person.customer_id,
                by=by,
                now=now,
                subject=person,
                roles=person.roles,
            )
            send_after_commit(stakeholder_left, customer_id=person.customer_id, stakeholder_id=person.pk)
    return bool(gone)


def mark_back(person: Stakeholder, *, now: datetime, by: User | None) -> bool:
    """This will undo `mark_left`; False when the person had not left."""
    with transaction.atomic():
        back = Stakeholder.objects.filter(pk=person.pk, left_at__isnull=False).update(left_at=None, updated_at=now)
        if back:
            record(
                "stakeholder.back",
                f"{person.name} is there after all",
                customer=person.customer_id,
                by=by,
                now=now,
                subject=person,
            )
            _tell_reachable(person)
    return bool(back)


def remove_stakeholder(person: Stakeholder, *, now: datetime, by: User | None) -> None:
    """This will take the person out. Raises ValidationError where something was planned with or sent to them."""
    if is_referred_to(person):
        raise ValidationError(f"{person.name} is part of the record here; mark them as left instead.")
    with transaction.atomic():
        record(
            "stakeholder.removed",
            f"Removed {person.name}",
            customer=person.customer_id,
            by=by,
            now=now,
            subject=person,
        )
        person.delete()


def is_referred_to(person: Stakeholder) -> bool:
    """This will say whether any row of any app (a mail, a planned contact, a meeting) is about the person."""
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: person}).exists()
        for relation in Stakeholder._meta.related_objects
    )


def _tell_reachable(person: Stakeholder) -> None:
    send_after_commit(stakeholder_reachable, customer_id=person.customer_id, stakeholder_id=person.pk)


def _tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    tidy = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    for name in ("email", "wished_email"):
        if isinstance(tidy.get(name), str):
            tidy[name] = tidy[name].lower()
    if tidy.get("wished_email") and tidy["wished_email"] == tidy.get("email"):
        tidy["wished_email"] = ""
    return tidy


def _check_person(person: Stakeholder) -> None:
    errors: dict[str, Any] = {}
    try:
        check(person)
    except ValidationError as error:
        errors = dict(error.message_dict)
    if _is_taken(person):
        errors.pop("__all__", None)
        errors["email"] = ["Another person of this account has this address."]
    if not isinstance(person.roles, list) or set(person.roles) - set(StakeholderRole.values):
        errors["roles"] = [f"Roles are {', '.join(StakeholderRole.values)}."]
    if person.timezone and person.timezone not in available_timezones():
        errors["timezone"] = ["This is no time zone that we know; one looks like Europe/Berlin."]
    if person.primary and person.has_left:
        errors["primary"] = ["Somebody who has left cannot be the primary contact."]
    if errors:
        raise ValidationError(errors)


def _is_taken(person: Stakeholder) -> bool:
    if not person.email:
        return False
    others = Stakeholder.objects.filter(customer_id=person.customer_id, email__iexact=person.email)
    return others.exclude(pk=person.pk).exists()


def _make_room_for_primary(person: Stakeholder) -> None:
    """This will take the mark from whoever has it: an account has one primary contact."""
    if person.primary:
        Stakeholder.objects.filter(customer_id=person.customer_id, primary=True).exclude(pk=person.pk).update(
            primary=False
        )


def _was(person: Stakeholder) -> str:
    return f" (was {', '.join(label.lower() for label in person.role_labels)})" if person.roles else ""

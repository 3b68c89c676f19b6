"""Our own people: role, team and access, changed by ops; the own profile and password, changed by each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

from customers.enums import Role
from customers.models import ApiToken, User
from customers.queries.minute import note_access_after_commit
from customers.services.activity import record
from customers.services.changes import Difference, check, describe, set_fields
from customers.services.role_changes import check_turn, finish_turn, take_sign_in, values_for_role

PROFILE = frozenset({"first_name", "last_name", "title", "phone", "timezone", "signature", "scheduling_url"})
BY_OPS = PROFILE | {"email", "role", "team", "slack_id"}
ACTIVE_OPS = (Q(role=Role.OPS) | Q(is_superuser=True)) & Q(is_active=True)


class NotOps(PermissionError):
    """Raised when somebody else than ops changes another person."""


class LastOps(ValueError):
    """Raised when nobody of ops would be left who can sign in."""


def change_person(person: User, values: Mapping[str, Any], *, now: datetime, by: User) -> Difference:
    """This will change a colleague and give what changed. Who is ops may use the admin, nobody else.

    Who becomes an integration has no password, address or session any more; its tokens go on, without approving.
    values: any of BY_OPS. Raises NotOps, LastOps, ValidationError by field.
    """
    check_ops(by)
    was_ops, was_integration = person.is_ops, person.is_integration
    difference = set_fields(person, values_for_role(person, values), allowed=BY_OPS)
    if not difference:
        return {}
    turns = person.is_integration != was_integration
    if turns:
        check_turn(person, by=by)
    taken: tuple[str, ...] = ()
    if turns or "email" in difference:
        # Whoever the company's service calls this person is told anew, by the new address.
        taken = take_sign_in(person)
    person.is_staff = person.is_ops
    check(person)
    with transaction.atomic():
        if was_ops and not person.is_ops:
            _check_ops_remain_without(person)
        person.save(update_fields=[*difference, "is_staff", *taken])
        if turns:
            finish_turn(person, now=now)
        if taken:
            end_sessions(person)
        if difference.keys() & {"role", "team"}:
            note_access_after_commit()
        _record_change(person, difference, now=now, by=by)
    return difference


def change_profile(person: User, values: Mapping[str, Any], *, now: datetime) -> Difference:
    """This will change what a person may say of themselves, and give what changed. Raises ValidationError by field."""
    difference = set_fields(person, values, allowed=PROFILE)
    if not difference:
        return {}
    check(person)
    with transaction.atomic():
        person.save(update_fields=list(difference))
        _record_change(person, difference, now=now, by=person)
    return difference


def set_password(person: User, password: str, *, now: datetime, how: str) -> None:
    """This will set a password that was checked before; all sessions and reset links of the person end.

    how: "changed" by someone who knew the old one, or "reset" by mail.
    """
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        end_sessions(person)
        record(f"user.password_{how}", f"Password {how}", customer=None, by=person, now=now, subject=person)


def disable_user(person: User, *, now: datetime, by: User) -> bool:
    """This will end every session and API token of the person, and let no new ones be made.

    False when the person was disabled already. Raises NotOps, LastOps.
    """
    check_ops(by)
    if person.pk == by.pk:
        raise ValidationError("You cannot disable yourself; another person of ops can.")
    with transaction.atomic():
        if person.is_ops:
            _check_ops_remain_without(person)
        if not User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
            return False
        end_sessions(person)
        ApiToken.objects.filter(user=person, revoked_at=None).update(revoked_at=now, updated_at=now)
        record("user.disabled", f"{person.display_name} disabled", customer=None, by=by, now=now, subject=person)
    person.is_active = False
    return True


def enable_user(person: User, *, now: datetime, by: User) -> bool:
    """This will let a disabled person sign in again; tokens stay revoked.

    False when the person was active. Raises NotOps, and ValidationError for somebody who never joined.
    """
    check_ops(by)
    if person.is_named_only:
        raise ValidationError("This person has not joined yet: invite them.")
    with transaction.atomic():
        if not User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
            return False
        record("user.enabled", f"{person.display_name} enabled", customer=None, by=by, now=now, subject=person)
    person.is_active = True
    return True


def end_sessions(person: User) -> None:
    """This will end every session of the person, and every reset link sent so far."""
    User.objects.filter(pk=person.pk).update(session_version=F("session_version") + 1)
    person.refresh_from_db(fields=["session_version"])


def check_ops(by: User) -> None:
    """This will raise NotOps for everybody else."""
    if not by.is_ops:
        raise NotOps("Only ops may change people.")


def is_last_ops(person: User) -> bool:
    """This will say whether nobody of ops who can sign in would be left without this person."""
    ids = set(User.objects.filter(ACTIVE_OPS).values_list("pk", flat=True))
    return ids == {person.pk}


def _check_ops_remain_without(person: User) -> None:
    """This will raise LastOps unless another active person is ops. Locks them, so that two cannot go at once."""
    ops = User.objects.select_for_update().filter(ACTIVE_OPS).values_list("pk", flat=True)
    if set(ops) <= {person.pk}:
        raise LastOps("Somebody of ops must remain; make another person ops first.")


def _record_change(person: User, difference: Difference, *, now: datetime, by: User) -> None:
    record(
        "user.changed",
        f"{person.display_name} changed: {describe(person, difference)}",
        customer=None,
        by=by,
        now=now,
        subject=person,
        changes=difference,
    )

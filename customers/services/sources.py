"""Sources of usage and contracts: entered and changed by ops, on record; their secret goes in and never out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from customers.enums import SourceKind
from customers.models import UsageSource, User
from customers.rules.bases import refuse_base
from customers.services.activity import record
from customers.services.changes import describe, set_fields
from customers.services.digests import seal
from customers.services.workspace import NotOps, StaleSettings

WRITABLE = frozenset({"name", "kind", "url", "items_path", "sobject", "mapping", "is_enabled"})
SHORTEST_SECRET, LONGEST_SECRET = 16, 500


def save_source(
    source: UsageSource, values: Mapping[str, Any], *, secret: str = "", version: int = 0, now: datetime, by: User
) -> UsageSource:
    """This will enter or change a source; it is asked soon where it is switched on.

    secret: a new one; "" keeps the old. version: as it was read, of one that exists. Raises NotOps, StaleSettings,
    ValidationError by field.
    """
    _check_ops(by)
    is_new = source._state.adding
    with transaction.atomic():
        if not is_new:
            source = UsageSource.objects.select_for_update().get(pk=source.pk)
            if source.version != version:
                raise StaleSettings("Somebody changed the source meanwhile; look again.")
        difference = set_fields(source, values, allowed=WRITABLE)
        _check(source, secret)
        if secret:
            source.sealed_secret = seal(secret.encode())
        if not (difference or secret):
            return source
        source.next_due_at, source.failures = now if source.is_enabled else None, 0
        source.version = 1 if is_new else source.version + 1
        source.full_clean()
        source.save()
        words = "entered" if is_new else f"changed: {describe(source, difference).lower()}" if difference else "changed"
        also = " (with a new secret)" if secret and not is_new else ""
        record(
            "source.saved",
            f"Usage source “{source}” {words}{also}",
            customer=None,
            by=by,
            now=now,
            subject=source,
            changes=difference,
        )
    return source


def remove_source(source: UsageSource, *, now: datetime, by: User) -> None:
    """This will remove a source with its results; what it brought stays. Raises NotOps."""
    _check_ops(by)
    with transaction.atomic():
        record("source.removed", f"Usage source “{source}” removed", customer=None, by=by, now=now, subject=source)
        source.delete()


def ask_now(source: UsageSource, *, now: datetime, by: User) -> bool:
    """This will have the source asked at once; False where it is switched off. Raises NotOps."""
    _check_ops(by)
    with transaction.atomic():
        asked = UsageSource.objects.filter(pk=source.pk, is_enabled=True).update(next_due_at=now, failures=0)
        if asked:
            record(
                "source.asked", f"Usage source “{source}” asked by hand", customer=None, by=by, now=now, subject=source
            )
    return bool(asked)


def _check(source: UsageSource, secret: str) -> None:
    errors: dict[str, str] = {}
    if source.kind == SourceKind.HTTP:
        if refusal := refuse_base(source.url, allow_loopback=settings.ALLOW_LOOPBACK_VENDORS):
            errors["url"] = refusal
        if "@" in source.url.split("?")[0]:
            errors["url"] = "No name and password in the address: the secret signs the calls."
        if not (secret or source.sealed_secret):
            errors["secret"] = "Enter the secret that signs the calls."  # noqa: S105
    elif not source.sobject:
        errors["sobject"] = "Say which object is read, such as Account."
    if secret and not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET:
        errors["secret"] = f"From {SHORTEST_SECRET} to {LONGEST_SECRET} signs."
    if errors:
        raise ValidationError(errors)


def _check_ops(by: User) -> None:
    if not by.is_ops:
        raise NotOps("Only ops may change sources.")

"""Changing the keys for what is encrypted at rest: everything sealed anew with the newest, so that the old can go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction

from customers.models import SecondFactor, UsageSource, User, WebhookEndpoint, WorkspaceKey
from customers.services.activity import record
from customers.services.digests import sealer

SEALED: list[tuple[Any, str]] = [
    (WorkspaceKey, "sealed"),
    (SecondFactor, "sealed_secret"),
    (UsageSource, "sealed_secret"),
    (WebhookEndpoint, "sealed_secret"),
    (WebhookEndpoint, "sealed_old_secret"),
]
"""Each model and the column of it that is sealed with FIELD_KEYS; empty values are none."""


def register_sealed(model: Any, *columns: str) -> None:
    """This will have the columns of an app on the left sealed anew as well."""
    SEALED.extend((model, column) for column in columns if (model, column) not in SEALED)


class CannotOpen(Exception):
    """Raised when a value is sealed with a key that is none of FIELD_KEYS; nothing was changed then."""


@dataclass(frozen=True)
class Rotation:
    """How many values were sealed anew, and how many were sealed with the newest key already."""

    changed: int
    unchanged: int


def rotate_keys(*, now: datetime, by: User | None) -> Rotation:
    """This will seal every value with the newest of FIELD_KEYS, all of them or none. Raises CannotOpen."""
    changed = unchanged = 0
    with transaction.atomic():
        for model, column in SEALED:
            rows = model._default_manager.select_for_update().exclude(**{column: ""})
            for pk, sealed in rows.values_list("pk", column):
                if _is_newest(sealed):
                    unchanged += 1
                else:
                    model._default_manager.filter(pk=pk).update(**{column: _seal_anew(model, sealed)})
                    changed += 1
        if changed:
            summary = f"Sealed anew with the newest key: {changed}"
            record("keys.rotated", summary, customer=None, by=by, now=now, changed=changed)
    return Rotation(changed, unchanged)


def _is_newest(sealed: str) -> bool:
    try:
        Fernet(settings.FIELD_KEYS[0].strip()).decrypt(sealed)
    except InvalidToken:
        return False
    return True


def _seal_anew(model: Any, sealed: str) -> str:
    try:
        return sealer().rotate(sealed).decode()
    except InvalidToken:
        name = model._meta.verbose_name
        raise CannotOpen(f"None of FIELD_KEYS opens the {name}: put the key that was used before at the end.") from None

"""The workspace's settings: changed by ops, each change on record with old and new values."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db import transaction

from customers.models import User, WorkspaceSettings
from customers.queries.workspace import get_settings
from customers.services.activity import record
from customers.signals import send_after_commit, sending_changed

SENDING = frozenset({"window_start", "window_end", "working_days", "contact_cap", "account_cap", "collision_days"})


class NotOps(PermissionError):
    """Raised when somebody else than ops changes the workspace."""


class StaleSettings(Exception):
    """Raised when the settings were changed since they were read."""


def change_settings(changes: dict[str, Any], *, version: int, now: datetime, by: User) -> WorkspaceSettings:
    """This will write the changed fields. Raises NotOps, StaleSettings, django's ValidationError by field."""
    if not by.is_ops:
        raise NotOps("Only ops may change the workspace's settings.")
    with transaction.atomic():
        settings = get_settings()
        old = {name: getattr(settings, name) for name in changes}
        for name, value in changes.items():
            setattr(settings, name, value)
        settings.full_clean()
        moved = WorkspaceSettings.objects.filter(pk=settings.pk, version=version).update(
            **changes, version=version + 1, updated_at=now
        )
        if not moved:
            raise StaleSettings("Somebody changed the settings meanwhile; look again.")
        changed = {name: (old[name], value) for name, value in changes.items() if old[name] != value}
        if changed:
            record(
                "settings.changed",
                "Settings changed: " + ", ".join(sorted(changed)).replace("_", " "),
                customer=None,
                by=by,
                now=now,
                changes={name: [_plain(a), _plain(b)] for name, (a, b) in changed.items()},
            )
            if SENDING & changed.keys():
                send_after_commit(sending_changed, customer_id=None)
    settings.version = version + 1
    return settings


def _plain(value: Any) -> Any:
    return value.strftime("%H:%M") if isinstance(value, time) else value

"""The settings of expansion: changed by ops, each change on record; full automation is a line of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import User
from customers.models.workspace import ONLY_ID
from customers.services.activity import record
from customers.services.changes import Difference, describe, set_fields
from customers.services.workspace import NotOps, StaleSettings
from outreach.enums import AutomationLevel
from outreach.models import OutreachSettings

WRITABLE = frozenset(
    {
        "upsell_ceiling",
        "reply_timeout_hours",
        "high_value",
        "cool_down_days",
        "matching",
        "metrics",
        "metric_rules",
        "slack_approvals",
    }
)
SURE = "Say that you are sure: runs of critical alerts will then mail customers by themselves."


def change_outreach_settings(
    changes: Mapping[str, Any], *, version: int, is_sure: bool = False, now: datetime, by: User
) -> OutreachSettings:
    """This will write the changed fields, on record.

    is_sure: asked for where the ceiling goes to full (promise 2). Raises NotOps, StaleSettings, ValidationError.
    """
    if not by.is_ops:
        raise NotOps("Only ops may change the settings of expansion.")
    with transaction.atomic():
        row, _ = OutreachSettings.objects.select_for_update().get_or_create(pk=ONLY_ID)
        if row.version != version:
            raise StaleSettings("Somebody changed the settings meanwhile; look again.")
        difference = set_fields(row, changes, allowed=WRITABLE)
        if not difference:
            return row
        goes_full = "upsell_ceiling" in difference and row.upsell_ceiling == AutomationLevel.FULL
        if goes_full and not is_sure:
            raise ValidationError({"upsell_ceiling": SURE})
        row.full_clean()
        _write(row, difference, now=now)
        _put_on_record(row, difference, goes_full=goes_full, now=now, by=by)
    return row


def _write(row: OutreachSettings, difference: Difference, *, now: datetime) -> None:
    values = {name: getattr(row, name) for name in difference}
    moved = OutreachSettings.objects.filter(pk=row.pk, version=row.version).update(
        **values, version=row.version + 1, updated_at=now
    )
    if not moved:
        raise StaleSettings("Somebody changed the settings meanwhile; look again.")
    row.version += 1


def _put_on_record(row: OutreachSettings, difference: Difference, *, goes_full: bool, now: datetime, by: User) -> None:
    words = f"Settings of expansion changed: {describe(row, difference).lower()}"
    record("settings.changed", words, customer=None, by=by, now=now, changes=difference)
    if "upsell_ceiling" not in difference:
        return
    before, after = (AutomationLevel(value).label for value in difference["upsell_ceiling"])
    summary = f"Runs may go as far as {after.lower()}, before: {before.lower()}"
    verb = "upsell.full_allowed" if goes_full else "upsell.ceiling_changed"
    record(verb, summary, customer=None, by=by, now=now, changes={"upsell_ceiling": difference["upsell_ceiling"]})

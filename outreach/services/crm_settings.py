"""How our stages are called at the CRM: changed by ops on record, the organisation's own list read on request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.clients.choice import get_salesforce
from customers.models import User
from customers.models.workspace import ONLY_ID
from customers.services.activity import record
from customers.services.changes import describe, set_fields
from customers.services.workspace import NotOps, StaleSettings
from outreach.enums import OpportunityStage
from outreach.models import CrmSettings

WRITABLE = frozenset({"renewal_stage", "stage_map"})
LONGEST_STAGE = 120
MOST_STAGES = 200


def change_crm_settings(changes: Mapping[str, Any], *, version: int, now: datetime, by: User) -> CrmSettings:
    """This will write the changed fields, on record. Raises NotOps, StaleSettings, ValidationError by field."""
    _check_ops(by)
    with transaction.atomic():
        row, _ = CrmSettings.objects.select_for_update().get_or_create(pk=ONLY_ID)
        if row.version != version:
            raise StaleSettings("Somebody changed the settings meanwhile; look again.")
        difference = set_fields(row, changes, allowed=WRITABLE)
        if not difference:
            return row
        _check(row)
        values = {name: getattr(row, name) for name in difference}
        moved = CrmSettings.objects.filter(pk=row.pk, version=version).update(
            **values, version=version + 1, updated_at=now
        )
        if not moved:
            raise StaleSettings("Somebody changed the settings meanwhile; look again.")
        words = f"Settings of the CRM changed: {describe(row, difference).lower()}"
        record("settings.changed", words, customer=None, by=by, now=now, changes=difference)
    row.version += 1
    return row


def read_stages(*, now: datetime, by: User) -> int:
    """This will read the organisation's stages and keep them for the settings; gives how many.

    Raises NotOps, NotAccepted. Not to be called inside a transaction.
    """
    _check_ops(by)
    stages = [
        {"value": one.value[:LONGEST_STAGE], "label": one.label[:LONGEST_STAGE], "active": one.is_active}
        for one in get_salesforce().list_stages(now=now)[:MOST_STAGES]
    ]
    CrmSettings.objects.get_or_create(pk=ONLY_ID)
    CrmSettings.objects.filter(pk=ONLY_ID).update(stages=stages, stages_read_at=now)
    return len(stages)


def _check(row: CrmSettings) -> None:
    row.full_clean()
    errors = {
        f"stage_{code}": "Say what it is called there."
        for code in OpportunityStage.values
        if not str(row.stage_map.get(code, "")).strip()
    }
    if errors:
        raise ValidationError(errors)


def _check_ops(by: User) -> None:
    if not by.is_ops:
        raise NotOps("Only ops may change the settings of the CRM.")

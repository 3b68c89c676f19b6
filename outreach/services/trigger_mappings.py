"""Which trigger leads to which sequence: kept by ops, on record."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.enums import StakeholderRole
from customers.models import User
from customers.models.workspace import ONLY_ID
from customers.services.activity import record
from customers.services.workspace import NotOps
from outreach.enums import TriggerType
from outreach.models import EnrollmentDesk, TriggerMapping
from outreach.queries.custom_fields import SOURCES, read_mapping
from outreach.queries.outreach_io import find_sequence
from outreach.services.enrollment_sync import ensure_desk

MOST = 200
TWICE = "This trigger leads to this sequence already, for the same roles and segment."


@dataclass(frozen=True)
class MappingValues:
    """One mapping as it was handed in."""

    trigger_type: str
    sequence_id: int
    sequence_name: str = ""
    stakeholder_roles: tuple[str, ...] = ()
    segment_filter: str = ""
    health_threshold: int | None = None
    enabled: bool = True


def replace_mappings(wanted: Sequence[MappingValues], *, now: datetime, by: User) -> list[TriggerMapping]:
    """This will have exactly these, in their order. Raises NotOps, ValidationError naming the first that is wrong."""
    _check_ops(by)
    if len(wanted) > MOST:
        raise ValidationError(f"At most {MOST} mappings.")
    for number, values in enumerate(wanted, start=1):
        try:
            check_values(values)
        except ValidationError as error:
            raise ValidationError([f"Mapping {number}: {message}" for message in error.messages]) from None
    first: dict[tuple[Any, ...], int] = {}
    for number, values in enumerate(wanted, start=1):
        if (same := first.setdefault(_sameness(values), number)) != number:
            raise ValidationError(f"Mapping {number}: {TWICE} It is mapping {same} once more.")
    with transaction.atomic():
        TriggerMapping.objects.all().delete()
        made = [TriggerMapping(**_fields(values)) for values in wanted]
        TriggerMapping.objects.bulk_create(made)
        _tell(f"Mappings of triggers replaced: {len(made)}", now=now, by=by, mappings=[asdict(one) for one in wanted])
    return made


def save_mapping(
    values: MappingValues, *, now: datetime, by: User, mapping: TriggerMapping | None = None
) -> TriggerMapping:
    """This will add a mapping, or change one. Raises NotOps, ValidationError by field."""
    _check_ops(by)
    check_values(values)
    with transaction.atomic():
        row = mapping or TriggerMapping()
        others = TriggerMapping.objects.filter(trigger_type=values.trigger_type, sequence_id=values.sequence_id)
        if any(_sameness(other) == _sameness(values) for other in others.exclude(pk=row.pk)):
            raise ValidationError({"sequence_id": TWICE})
        for name, value in _fields(values).items():
            setattr(row, name, value)
        row.save()
        _tell(f"Mapping {'changed' if mapping else 'added'}: {row}", now=now, by=by, mapping=str(row.pk))
    return row


def delete_mapping(mapping_id: uuid.UUID, *, now: datetime, by: User) -> bool:
    """This will take a mapping away; what it put forward stays. Raises NotOps."""
    _check_ops(by)
    with transaction.atomic():
        row = TriggerMapping.objects.filter(pk=mapping_id).first()
        if row is None:
            return False
        said = f"Mapping taken away: {row}"
        row.delete()
        _tell(said, now=now, by=by, mapping=str(mapping_id))
    return True


def save_custom_fields(text: str, *, now: datetime, by: User) -> None:
    """This will keep which custom field holds what. Raises NotOps, ValidationError."""
    _check_ops(by)
    mapped, wrong = read_mapping(text)
    if wrong:
        known = ", ".join(SOURCES)
        raise ValidationError({"custom_fields": f"Not understood: {'; '.join(wrong[:5])}. It is custom1 = {known}."})
    with transaction.atomic():
        EnrollmentDesk.objects.update_or_create(pk=ONLY_ID, defaults={"custom_fields": mapped})
        _tell("Custom fields at Outreach.io changed", now=now, by=by, fields=mapped)


def check_values(values: MappingValues) -> None:
    """Raise ValidationError by field for what makes no sense."""
    errors = {}
    if values.trigger_type not in TriggerType.values:
        errors["trigger_type"] = f"It is one of {', '.join(TriggerType.values)}."
    if unknown := [role for role in values.stakeholder_roles if role not in StakeholderRole.values]:
        errors["stakeholder_roles"] = f"No such role: {', '.join(unknown)[:100]}."
    if values.health_threshold is not None and not 0 <= values.health_threshold <= 100:
        errors["health_threshold"] = "From 0 to 100."
    if not 0 < values.sequence_id < 2**63:
        errors["sequence_id"] = "There is no such sequence."
    elif not values.sequence_name and find_sequence(values.sequence_id) is None:
        errors["sequence_id"] = "There is no such sequence at Outreach.io."
    if errors:
        raise ValidationError(errors)


def _sameness(values: MappingValues | TriggerMapping) -> tuple[Any, ...]:
    """What makes two mappings one: whether it is on, and from which health, is how the one of them is set."""
    roles = frozenset(values.stakeholder_roles)
    return values.trigger_type, values.sequence_id, roles, values.segment_filter.strip()[:80].casefold()


def _fields(values: MappingValues) -> dict[str, Any]:
    known = find_sequence(values.sequence_id)
    return {
        **asdict(values),
        "stakeholder_roles": list(dict.fromkeys(values.stakeholder_roles)),
        "segment_filter": values.segment_filter.strip()[:80],
        # Its own name there, whatever the caller calls it.
        "sequence_name": (known.name if known else values.sequence_name)[:300],
    }


def _check_ops(by: User) -> None:
    if not by.is_ops:
        raise NotOps("Only ops may change which trigger leads to which sequence.")


def _tell(summary: str, *, now: datetime, by: User, **data: Any) -> None:
    record("outreach_io.mappings_changed", summary, customer=None, by=by, now=now, **data)
    ensure_desk(now=now)

"""Expansions that may be sold: found by their signals, moved by people and by what comes back, closed with a reason.

One is open per account. Nothing here writes to a customer.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from customers.base import lock_customer
from customers.models import Customer, User
from customers.queries.moments import Waiting, When
from customers.services.activity import record
from customers.services.arrays import moment, upsert_rows
from outreach.enums import OpportunityStage
from outreach.models import ExpansionLook, Opportunity
from outreach.queries.expansion import read_expansion_context
from outreach.queries.opportunities import find_open_opportunity
from outreach.rules.upsell.signals import Expansion, is_ripe
from outreach.rules.upsell.stages import CLOSED, is_forward, may_be_found

LOOK_AGAIN_AFTER = timedelta(days=1)
"""Health and days to renewal change without a reading."""

BATCH = 50
MOST_REASON = 300


class StageMoved(Exception):
    """Raised when somebody moved the opportunity since it was read."""


def look_for_expansion(customer: Customer, *, now: datetime, by: User | None = None) -> Opportunity | None:
    """Make an opportunity of what speaks for one, or bring the open one up to date while nobody has acted on it.

    by: a person who asks for it now, which also ends the rest after a closed one. None: the clock. Gives the open one.
    """
    with transaction.atomic():
        lock_customer(customer.pk)
        expansion = read_expansion_context(customer, now=now).expansion
        standing = find_open_opportunity(customer)
        if standing is not None:
            if expansion is not None and standing.stage == OpportunityStage.IDENTIFIED and standing.run_id is None:
                _renew(standing, expansion, now=now)
            return standing
        if expansion is None:
            return None
        if by is None and not (is_ripe(expansion) and may_be_found(_last_closed_at(customer), now=now)):
            return None
        return _make(customer, expansion, now=now, by=by)


def change_stage(
    opportunity: Opportunity, *, stage: OpportunityStage, seen: str, reason: str, now: datetime, by: User
) -> Opportunity:
    """Move it by a person's word; won and lost close it. seen: the stage that the person saw.

    Raises ValidationError by field (stage, reason), StageMoved.
    """
    reason = reason.strip()
    if len(reason) > MOST_REASON:
        raise ValidationError({"reason": f"At most {MOST_REASON} characters."})
    if stage == seen:
        raise ValidationError({"stage": "It stands there already."})
    if stage in CLOSED and not reason:
        raise ValidationError({"reason": "Say why it was won or lost: that is what others learn from."})
    with transaction.atomic():
        lock_customer(opportunity.customer_id)
        if seen in CLOSED and stage not in CLOSED and find_open_opportunity(opportunity.customer) is not None:
            raise ValidationError({"stage": "The account has another open opportunity: close that one first."})
        if not _move(opportunity, seen, stage, reason if stage in CLOSED else "", now=now):
            raise StageMoved("Somebody moved this opportunity meanwhile; look again.")
        label = OpportunityStage(stage).label.lower()
        because = f": {reason}" if reason else ""
        _record(opportunity, "moved", f"“{opportunity.name}” is {label}{because}", by=by, now=now, was=seen)
    opportunity.refresh_from_db()
    return opportunity


def dismiss(opportunity: Opportunity, *, seen: str, reason: str, now: datetime, by: User) -> Opportunity:
    """Close one that a person does not pursue. Raises ValidationError by field, StageMoved."""
    return change_stage(opportunity, stage=OpportunityStage.LOST, seen=seen, reason=reason, now=now, by=by)


def advance(opportunity: Opportunity, stage: OpportunityStage, *, now: datetime) -> bool:
    """Move it forward by what happened (it was introduced, they said yes); False where it stands there or beyond."""
    old = OpportunityStage(opportunity.stage)
    if not is_forward(old, stage) or not _move(opportunity, old, stage, "", now=now):
        return False
    _record(opportunity, "moved", f"“{opportunity.name}” is {stage.label.lower()}", by=None, now=now, was=old.value)
    return True


def put_down(customer_ids: Collection[uuid.UUID], *, now: datetime) -> None:
    """Note that these accounts are to be looked at: something about them has changed."""
    at = moment(now)
    # In one order, so that two batches never wait for each other.
    rows = [[uuid.uuid4().hex, pk.hex, at, at, at] for pk in sorted(set(customer_ids))]
    names = ("id", "customer", "due_at", "created_at", "updated_at")
    upsert_rows(ExpansionLook, names, rows, unique=("customer",), changed=("due_at", "updated_at"))


def sweep(now: datetime) -> int:
    """What the clock calls: looks at the accounts that are due; gives how many."""
    (due,) = looks_waiting(now)
    rows = list(due.select_related("customer")[:BATCH])
    return sum(_look(row, now=now) for row in rows)


def looks_waiting(now: When) -> Waiting:
    return (ExpansionLook.objects.filter(due_at__lte=now).order_by("due_at"),)


def _look(row: ExpansionLook, *, now: datetime) -> bool:
    """Take the row by a conditional UPDATE and look; a reading that comes meanwhile makes it due again."""
    taken = ExpansionLook.objects.filter(pk=row.pk, due_at=row.due_at).update(
        due_at=now + LOOK_AGAIN_AFTER, looked_at=now, updated_at=now
    )
    if taken:
        look_for_expansion(row.customer, now=now)
    return bool(taken)


def _make(customer: Customer, expansion: Expansion, *, now: datetime, by: User | None) -> Opportunity:
    opportunity = Opportunity.objects.create(customer=customer, found_at=now, **_found(customer, expansion))
    said = " ".join(signal.words for signal in expansion.signals[:3])
    _record(opportunity, "found", f"Expansion opportunity found: {said}", by=by, now=now)
    return opportunity


def _renew(opportunity: Opportunity, expansion: Expansion, *, now: datetime) -> None:
    found = _found(opportunity.customer, expansion)
    if all(getattr(opportunity, name) == value for name, value in found.items()):
        return
    Opportunity.objects.filter(pk=opportunity.pk, stage=OpportunityStage.IDENTIFIED).update(**found, updated_at=now)
    for name, value in found.items():
        setattr(opportunity, name, value)


def _found(customer: Customer, expansion: Expansion) -> dict[str, Any]:
    plan = expansion.plan
    return {
        "name": f"{customer.name}: {plan.recommended_plan}"[:200],
        "recommended_plan": plan.recommended_plan[:200],
        "estimated_value": plan.estimated_value,
        "currency": expansion.currency,
        "led_by": expansion.led_by,
        "signals": [
            {"kind": signal.kind.value, "words": signal.words, "data": [list(pair) for pair in signal.data]}
            for signal in expansion.signals
        ],
    }


def _move(opportunity: Opportunity, old: str, new: OpportunityStage, reason: str, *, now: datetime) -> bool:
    moved = Opportunity.objects.filter(pk=opportunity.pk, stage=old).update(
        stage=new, closed_at=now if new in CLOSED else None, end_reason=reason, updated_at=now
    )
    if moved:
        opportunity.stage = new
    return bool(moved)


def _last_closed_at(customer: Customer) -> datetime | None:
    closed = Opportunity.objects.filter(customer=customer, stage=OpportunityStage.LOST)
    moment: datetime | None = closed.aggregate(latest=Max("closed_at"))["latest"]
    return moment


def _record(opportunity: Opportunity, verb: str, summary: str, *, by: User | None, now: datetime, **data: str) -> None:
    record(
        f"opportunity.{verb}", summary, customer=opportunity.customer_id, by=by, now=now, subject=opportunity, **data
    )

"""Several decisions about a plan in one go: all of them stand, or none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from customers.base import lock_customer
from customers.models import User
from emails.enums import PriceApproach
from outreach.enums import OwnerKind, SequencingApproach
from renewals.models import EngageRun
from renewals.services.engage import change_owner, choose_price_approach, choose_strategy, reorder, set_variation


class StalePlan(Exception):
    """Raised when the plan was changed since the caller read it. version: the present one."""

    def __init__(self, version: int) -> None:
        super().__init__("Somebody changed this plan meanwhile; look again.")
        self.version = version


@dataclass(frozen=True)
class OwnerDecision:
    stakeholder_id: uuid.UUID
    owner: OwnerKind
    reason: str


@dataclass(frozen=True)
class VariationDecision:
    stakeholder_id: uuid.UUID
    approach: PriceApproach
    reason: str


@dataclass(frozen=True)
class Decisions:
    """What a person decides otherwise. None or empty: left as it is. version: the plan that was seen, if it matters."""

    reason: str
    version: int | None = None
    approach: SequencingApproach | None = None
    order: tuple[uuid.UUID, ...] = ()
    owners: Sequence[OwnerDecision] = ()
    price_approach: PriceApproach | None = None
    variations: Sequence[VariationDecision] = ()


def decide_plan(run: EngageRun, decisions: Decisions, *, now: datetime, by: User) -> None:
    """This will carry the decisions out: strategy first, as it makes a new order, and single people last.

    Raises StalePlan, and what the single decisions raise; then nothing is changed.
    """
    with transaction.atomic():
        lock_customer(run.customer_id)
        run.plan.refresh_from_db()
        if decisions.version is not None and decisions.version != run.plan.version:
            raise StalePlan(run.plan.version)
        _decide_order(run, decisions, now=now, by=by)
        _decide_price(run, decisions, now=now, by=by)


def _decide_order(run: EngageRun, decisions: Decisions, *, now: datetime, by: User) -> None:
    if decisions.approach is not None:
        choose_strategy(run, approach=decisions.approach, reason=decisions.reason, now=now, by=by)
    if decisions.order:
        reorder(run, order=decisions.order, reason=decisions.reason, now=now, by=by)
    for one in decisions.owners:
        change_owner(run, stakeholder_id=one.stakeholder_id, owner=one.owner, reason=one.reason, now=now, by=by)


def _decide_price(run: EngageRun, decisions: Decisions, *, now: datetime, by: User) -> None:
    if decisions.price_approach is not None:
        choose_price_approach(run, approach=decisions.price_approach, reason=decisions.reason, now=now, by=by)
    for one in decisions.variations:
        set_variation(run, stakeholder_id=one.stakeholder_id, approach=one.approach, reason=one.reason, now=now, by=by)

"""How a running plan follows what happens around it: its price, its people, its contract, a letter that left."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

import structlog

from customers.enums import TodoState
from customers.models import Customer, Todo
from customers.queries.many import many
from customers.services.halving import is_no_items_fault
from customers.services.todos import finish_todo
from outreach.enums import LIVE_PLAN_STATES, TouchKind, TouchState
from renewals.models import EngageRun
from renewals.queries.engage import find_run
from renewals.services.engage import replan
from renewals.services.letters import refresh_letters
from renewals.services.tasks import SOURCE_KIND, task_key

log = structlog.get_logger(__name__)


def follow_price(customer_id: uuid.UUID, *, now: datetime) -> None:
    """Put the proposal to the unsent letters once the price is locked, and take it off when it is not."""
    run = _live_run(customer_id)
    if run is not None:
        refresh_letters(run, now=now, by=None)


def follow_account(customer_id: uuid.UUID, *, now: datetime) -> None:
    """Compute the plan again as its dates or people changed. Letters stay until a person asks for new ones."""
    run = _live_run(customer_id)
    if run is not None:
        replan(run, now=now, by=None)


def follow_accounts(customer_ids: Collection[uuid.UUID], *, now: datetime) -> None:
    """This will do so for many: of thousands only those with a running plan have something to follow.

    One whose plan cannot be computed stops no other.
    """
    for customer_id in list_live_accounts(customer_ids):
        try:
            follow_account(customer_id, now=now)
        except Exception as error:
            if is_no_items_fault(error):
                raise
            log.exception("plan_did_not_follow", customer=str(customer_id))


def list_live_accounts(customer_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Give those of the accounts that have a running plan."""
    runs = EngageRun.objects.filter(
        customer__in=many(customer_ids), renewal__closed_at=None, plan__state__in=sorted(LIVE_PLAN_STATES)
    )
    return list(runs.values_list("customer_id", flat=True).distinct())


def follow_sent(customer_id: uuid.UUID, *, plan_id: uuid.UUID, now: datetime) -> None:
    """Tick off the task to send the letter, and count the follow-ups from the day on which it really left.

    With that the reminders are set, so the task to set them is done too.
    """
    run = _live_run(customer_id)
    if run is None or run.plan_id != plan_id:
        return
    done = run.plan.touches.filter(kind=TouchKind.EMAIL, state=TouchState.DONE, stakeholder__isnull=False)
    keys = [task_key(run, f"csm.email:{person}") for person in done.values_list("stakeholder_id", flat=True)]
    keys.append(task_key(run, "ai.reminders"))
    for todo in Todo.objects.filter(source_kind=SOURCE_KIND, source_id=run.pk, key__in=keys, state=TodoState.OPEN):
        finish_todo(todo, now=now, by=None)
    replan(run, now=now, by=None)


def _live_run(customer_id: uuid.UUID) -> EngageRun | None:
    customer = Customer.objects.filter(pk=customer_id).first()
    run = find_run(customer) if customer else None
    return run if run is not None and run.plan.is_live else None

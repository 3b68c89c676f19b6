"""The verbs of Engage: opened once, decided, and changed by a person with a reason that stays on record."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.base import lock_customer
from customers.models import Customer, Stakeholder, User
from customers.services.activity import record
from customers.signals import send_after_commit
from emails.enums import PriceApproach
from outreach.enums import OwnerKind, SequencingApproach
from outreach.services.plans import PlanDecision, propose_plan, revise_plan
from renewals.enums import OverrideKind
from renewals.models import EngageRun, Override
from renewals.queries.engage import Choices, EngageAdvice, advise, find_run, read_choices
from renewals.queries.snapshot import as_json
from renewals.rules.opening import engage_opening
from renewals.services.negotiate import schedule_negotiate
from renewals.services.renewals import NoContract, NotAllowed, open_renewal_of
from renewals.services.tasks import write_tasks
from renewals.signals import engage_opened


class EngageNotOpen(Exception):
    """Raised when it is too early or too late for Engage; says when it opens."""


class PlanClosed(Exception):
    """Raised when a plan that is closed is to be changed."""


@dataclass(frozen=True)
class Change:
    """One deviation from the advice, for the record. subject: the person it is about, if one."""

    kind: OverrideKind
    old: str
    new: str
    said: str
    subject: str = ""


def open_engage(customer: Customer, *, now: datetime, by: User | None) -> EngageRun:
    """Open Engage of the customer's renewal: decide order, price, plan, rehearsal and tasks, and write them.

    Repeated, it gives the run that is there. A plan that was closed without an outcome is proposed anew.
    Writes no emails: `renewals.services.letters` does, outside of this transaction. Raises NoContract,
    EngageNotOpen, NotAllowed.
    """
    _require_writer(by)
    existing = find_run(customer)
    if existing is not None and existing.plan.is_live:
        return existing
    with transaction.atomic():
        lock_customer(customer.pk)
        existing = find_run(customer)
        if existing is not None and existing.plan.is_live:
            return existing
        return _open(customer, existing, now=now, by=by)


def choose_strategy(
    run: EngageRun, *, approach: SequencingApproach, reason: str, now: datetime, by: User
) -> EngageAdvice:
    """Take another sequencing strategy. A person's own order is dropped: the strategy makes a new one.

    Like every change here: the plan and its tasks are computed again, the change is on record with its
    reason, and the new advice is given back. Raises ValidationError without a reason, NotAllowed, PlanClosed.
    """

    def change(before: EngageAdvice) -> Change:
        run.order = []
        old = before.sequence.approach
        return Change(OverrideKind.STRATEGY, old.value, approach.value, f"Strategy: {approach.label.lower()}")

    return _override(run, change, reason=reason, now=now, by=by)


def reorder(run: EngageRun, *, order: tuple[uuid.UUID, ...], reason: str, now: datetime, by: User) -> EngageAdvice:
    """Set the order of people by hand; it may leave people out and take in others of the account."""
    names = _names(run, order)
    if not order:
        raise ValidationError({"order": "Name at least one person."})

    def change(before: EngageAdvice) -> Change:
        old = ", ".join(position.name for position in before.sequence.positions)
        new = ", ".join(names[key] for key in order)
        run.order = [str(key) for key in order]
        return Change(OverrideKind.ORDER, old, new, f"Order: {new}")

    return _override(run, change, reason=reason, now=now, by=by)


def change_owner(
    run: EngageRun, *, stakeholder_id: uuid.UUID, owner: OwnerKind, reason: str, now: datetime, by: User
) -> EngageAdvice:
    """Give a position to the CSM, the account executive or the executive."""
    name = _names(run, (stakeholder_id,))[stakeholder_id]

    def change(before: EngageAdvice) -> Change:
        key = str(stakeholder_id)
        old = next((p.owner.value for p in before.sequence.positions if p.key == key), "")
        run.owners = {**run.owners, key: owner.value}
        return Change(OverrideKind.OWNER, old, owner.value, f"{owner.label} speaks with {name}", subject=key)

    return _override(run, change, reason=reason, now=now, by=by)


def choose_price_approach(
    run: EngageRun, *, approach: PriceApproach, reason: str, now: datetime, by: User
) -> EngageAdvice:
    """State the price another way than advised; variations per person follow unless set by hand."""

    def change(before: EngageAdvice) -> Change:
        old = before.price_approach
        return Change(OverrideKind.PRICE_APPROACH, old.value, approach.value, f"Price: {approach.label.lower()}")

    return _override(run, change, reason=reason, now=now, by=by)


def set_variation(
    run: EngageRun, *, stakeholder_id: uuid.UUID, approach: PriceApproach, reason: str, now: datetime, by: User
) -> EngageAdvice:
    """State the price to one person another way than to the others."""
    name = _names(run, (stakeholder_id,))[stakeholder_id]

    def change(before: EngageAdvice) -> Change:
        key = str(stakeholder_id)
        old = before.variations.get(key, before.price_approach.value)
        said = f"Price to {name}: {approach.label.lower()}"
        return Change(OverrideKind.VARIATION, old, approach.value, said, subject=key)

    return _override(run, change, reason=reason, now=now, by=by)


def replan(run: EngageRun, *, now: datetime, by: User | None) -> EngageAdvice:
    """Compute the plan again from what is known now, keeping a person's choices and what has been done."""
    with transaction.atomic():
        lock_customer(run.customer_id)
        advice = _revise(run, now=now)
        summary = f"Plan computed again: {len(advice.plan.touches)} touches, {len(advice.plan.infeasible)} do not fit"
        record("plan.revised", summary, customer=run.customer_id, by=by, now=now, subject=run.plan)
    return advice


def _open(customer: Customer, earlier: EngageRun | None, *, now: datetime, by: User | None) -> EngageRun:
    renewal = open_renewal_of(customer, now=now, by=by)
    advice = advise(customer, now=now)
    if advice is None:
        raise NoContract("This account has no running contract.")
    facts = advice.facts
    opening = engage_opening(renewal_date=facts.renewal_date, notice_days=facts.notice_days, today=facts.today)
    if not opening.can_open:
        raise EngageNotOpen(opening.reason)
    plan = propose_plan(
        customer, renewal_id=renewal.pk, decision=_decision(advice), computed=advice.plan, now=now, by=by
    )
    run = earlier or EngageRun(customer=customer, renewal=renewal)
    run.plan = plan
    run.opened_at, run.opened_by = now, by
    run.facts, run.advice = as_json(facts), _advice_json(advice)
    run.scenarios = as_json(advice.scenarios)
    run.order, run.owners = [], {}
    run.save()
    write_tasks(run, advice.tasks, now=now, by=by)
    schedule_negotiate(run, now=now)
    record(
        "engage.opened",
        f"Engage opened: {advice.sequence.approach.label.lower()}, {advice.price_approach.label.lower()}",
        customer=customer,
        by=by,
        now=now,
        subject=run,
    )
    send_after_commit(engage_opened, customer_id=customer.pk, run_id=run.pk)
    return run


def _override(
    run: EngageRun,
    change: Callable[[EngageAdvice], Change],
    *,
    reason: str,
    now: datetime,
    by: User,
) -> EngageAdvice:
    _require_writer(by)
    if not reason.strip():
        raise ValidationError({"reason": "Say why, so that others can follow it."})
    with transaction.atomic():
        lock_customer(run.customer_id)
        run.refresh_from_db()
        before = _current(run, now=now, choices=read_choices(run))
        made = change(before)
        Override.objects.create(
            run=run,
            kind=made.kind,
            subject=made.subject,
            old=made.old[:300],
            new=made.new[:300],
            reason=reason.strip()[:500],
            by=by,
            at=now,
        )
        run.save(update_fields=["order", "owners", "updated_at"])
        advice = _revise(run, now=now)
        record(
            f"engage.{made.kind}_changed",
            f"{made.said} ({reason.strip()})",
            customer=run.customer_id,
            by=by,
            now=now,
            subject=run,
            old=made.old,
            new=made.new,
        )
    return advice


def _revise(run: EngageRun, *, now: datetime) -> EngageAdvice:
    if not run.plan.is_live:
        raise PlanClosed("This plan is closed.")
    advice = _current(run, now=now, choices=read_choices(run))
    revise_plan(run.plan, decision=_decision(advice), computed=advice.plan, now=now)
    run.scenarios = as_json(advice.scenarios)
    run.save(update_fields=["scenarios", "updated_at"])
    write_tasks(run, advice.tasks, now=now, by=None)
    schedule_negotiate(run, now=now)
    return advice


def _current(run: EngageRun, *, now: datetime, choices: Choices) -> EngageAdvice:
    advice = advise(run.customer, now=now, choices=choices, run=run)
    if advice is None:
        raise NoContract("This account has no running contract.")
    return advice


def _decision(advice: EngageAdvice) -> PlanDecision:
    return PlanDecision(
        approach=advice.sequence.approach,
        pricing_approach=advice.price_approach,
        variations=advice.variations,
        first_date=advice.first_date,
    )


def _advice_json(advice: EngageAdvice) -> dict[str, object]:
    """Keep steps 1 and 2 as they were advised; the plan's touches and the tasks are rows of their own."""
    return {
        "sequence": as_json(advice.sequence),
        "price": as_json(advice.price),
        "counterfactuals": as_json(advice.counterfactuals),
    }


def _names(run: EngageRun, ids: tuple[uuid.UUID, ...]) -> Mapping[uuid.UUID, str]:
    """Name people of this account who have not left. Raises ValidationError for anybody else."""
    rows = Stakeholder.objects.filter(customer_id=run.customer_id, left_at=None, pk__in=ids)
    names = dict(rows.values_list("pk", "name"))
    if set(ids) - set(names):
        raise ValidationError({"stakeholder": "Not a person of this account, or one who has left."})
    return names


def _require_writer(by: User | None) -> None:
    if by is not None and not by.is_writer:
        raise NotAllowed("Your role may read, not change.")

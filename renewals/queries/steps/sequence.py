"""Step 1, the sequence: three strategies, the people in order, four weeks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from customers.enums import StakeholderRole
from customers.models import Customer
from emails.enums import PriceApproach
from outreach.enums import OwnerKind, SequencingApproach, TouchState
from outreach.models import Touch
from outreach.queries.plans import owners_of
from outreach.rules.planning import DAYS_PER_WEEK, LAST_WEEK
from renewals.enums import OverrideKind
from renewals.models import EngageRun, Override
from renewals.queries.engage import missing_owners
from renewals.queries.steps.basis import Drift, list_drifts, owners_by_hand, sequence_basis
from renewals.queries.workspace import Workspace
from renewals.rules.facts import Condition, list_words
from renewals.rules.positions import ROLE_ORDER
from renewals.rules.sequencing import SequenceAdvice, Strategy, build_sequence

KINDS = (OverrideKind.STRATEGY, OverrideKind.ORDER, OverrideKind.OWNER)


@dataclass(frozen=True)
class StrategyCard:
    """One strategy as it is offered. order_words: the roles in its order."""

    code: str
    label: str
    order_words: str
    when: str
    conditions: tuple[Condition, ...]
    pros: tuple[str, ...]
    cons: tuple[str, ...]
    is_recommended: bool
    is_chosen: bool


@dataclass(frozen=True)
class PersonRow:
    """One person of the order. up, down, without: the whole order as it would be after that move; empty: no move.

    date: of the first email; None while the order is not saved, or where it does not fit.
    """

    order: int
    key: str
    name: str
    role: str
    title: str
    email: str
    owner_kind: str
    owner_label: str
    owner_name: str
    date: date | None = None
    day: int | None = None
    week: int | None = None
    infeasible: str = ""
    is_done: bool = False
    has_left: bool = False
    up: str = ""
    down: str = ""
    without: str = ""


@dataclass(frozen=True)
class OtherPerson:
    """Somebody of the account who is not contacted. added: the order with them at its end."""

    name: str
    added: str


@dataclass(frozen=True)
class WeekColumn:
    number: int
    from_date: date
    to_date: date
    rows: tuple[PersonRow, ...]
    is_past: bool
    is_current: bool


@dataclass(frozen=True)
class OwnerOption:
    code: str
    label: str
    name: str


@dataclass(frozen=True)
class SequenceArtifact:
    strategies: tuple[StrategyCard, ...]
    rationale: str
    risk_mitigation: str
    warnings: tuple[str, ...]
    rows: tuple[PersonRow, ...]
    others: tuple[OtherPerson, ...]
    weeks: tuple[WeekColumn, ...]
    owners: tuple[OwnerOption, ...]
    drifts: tuple[Drift, ...]
    overrides: tuple[Override, ...]
    is_by_hand: bool
    is_pending: bool
    pending_value: str


def build_sequence_step(workspace: Workspace, run: EngageRun, *, wanted: Sequence[str] = ()) -> SequenceArtifact:
    """Put step 1 together. wanted: an order that a person tries out and has not saved; unknown ids are dropped."""
    touches = workspace.first_emails
    saved = [str(touch.stakeholder_id) for touch in touches if touch.stakeholder_id]
    order = _valid_order(wanted, workspace) or saved
    advice = _advice(workspace, run)
    rows = _rows(workspace, order, pending=order != saved)
    return SequenceArtifact(
        strategies=tuple(_card(s, workspace) for s in advice.strategies),
        rationale=advice.rationale,
        risk_mitigation=advice.risk_mitigation,
        warnings=(*advice.warnings, *missing_owners(workspace.customer, advice)),
        rows=rows,
        others=_others(workspace, order),
        weeks=_weeks(workspace, rows) if order == saved else (),
        owners=list_owners(workspace.customer),
        drifts=list_drifts(workspace, run),
        overrides=list_step_overrides(run, KINDS, workspace),
        is_by_hand=bool(run.order),
        is_pending=order != saved,
        pending_value=",".join(order),
    )


def list_owners(customer: Customer) -> tuple[OwnerOption, ...]:
    """Name the person of ours behind each kind of owner."""
    names = owners_of(customer)
    return tuple(
        OwnerOption(kind.value, kind.label, person.display_name if person else "nobody")
        for kind, person in names.items()
    )


def list_step_overrides(run: EngageRun, kinds: Sequence[OverrideKind], workspace: Workspace) -> tuple[Override, ...]:
    """List where people decided otherwise in this step, newest first, in words."""
    names = {str(row.pk): row.name for row in workspace.people}
    rows = list(run.overrides.select_related("by").filter(kind__in=kinds))
    for row in rows:
        row.subject = names.get(row.subject, "somebody who has left" if row.subject else "")
        row.old, row.new = _word(row.old), _word(row.new)
    return tuple(rows)


def role_label(role: str) -> str:
    return StakeholderRole(role).label if role in StakeholderRole.values else role


def parse_order(value: str) -> tuple[str, ...]:
    """Read "id,id,id" from an address; what is no id is dropped."""
    keys = []
    for part in value.split(",")[:200]:
        try:
            keys.append(str(uuid.UUID(part.strip())))
        except ValueError:
            continue
    return tuple(dict.fromkeys(keys))


def _advice(workspace: Workspace, run: EngageRun) -> SequenceAdvice:
    plan = run.plan
    present = {str(row.pk) for row in workspace.people}
    return build_sequence(
        sequence_basis(workspace, run),
        approach=SequencingApproach(plan.approach),
        order=tuple(key for key in run.order if key in present),
        owners=owners_by_hand(run),
    )


def _valid_order(wanted: Sequence[str], workspace: Workspace) -> list[str]:
    known = {str(row.pk) for row in workspace.people}
    return [key for key in dict.fromkeys(wanted) if key in known]


def _card(strategy: Strategy, workspace: Workspace) -> StrategyCard:
    roles = [role.label for role in ROLE_ORDER[strategy.approach]]
    words = " → ".join(roles)
    if strategy.approach == SequencingApproach.PARALLEL:
        words = f"{list_words(roles[:2])} together → {roles[2]}"
    return StrategyCard(
        code=strategy.approach.value,
        label=strategy.approach.label,
        order_words=words,
        when=strategy.when,
        conditions=strategy.conditions,
        pros=strategy.pros,
        cons=strategy.cons,
        is_recommended=strategy.recommended,
        is_chosen=workspace.plan is not None and workspace.plan.approach == strategy.approach,
    )


def _rows(workspace: Workspace, order: list[str], *, pending: bool) -> tuple[PersonRow, ...]:
    touches = {str(touch.stakeholder_id): touch for touch in workspace.first_emails}
    fixed = {key for key, touch in touches.items() if workspace.is_sent(touch)}
    rows = []
    for place, key in enumerate(order):
        rows.append(_row(workspace, key, place, order, touches.get(key), fixed, pending=pending))
    return tuple(rows)


def _row(
    workspace: Workspace,
    key: str,
    place: int,
    order: list[str],
    touch: Touch | None,
    fixed: set[str],
    *,
    pending: bool,
) -> PersonRow:
    person = next((row for row in workspace.people if str(row.pk) == key), None)
    role = touch.role if touch else next(iter(person.roles if person else ()), "")
    owner = OwnerKind(touch.owner_kind) if touch else OwnerKind.CSM
    colleague = touch.owner if touch else workspace.customer.owner
    is_done = key in fixed
    shown = touch if touch and not pending else None
    return PersonRow(
        order=place + 1,
        key=key,
        name=person.name if person else (touch.stakeholder.name if touch and touch.stakeholder else "Has left"),
        role=role_label(role),
        title=person.title if person else "",
        email=person.email if person else "",
        owner_kind=owner.value,
        owner_label=owner.label,
        owner_name=colleague.display_name if colleague else "nobody",
        date=shown.due_date if shown else None,
        day=shown.day if shown else None,
        week=shown.week if shown else None,
        infeasible=touch.infeasible_reason if touch and touch.state == TouchState.INFEASIBLE else "",
        is_done=is_done,
        has_left=person is None,
        up=_swapped(order, place, place - 1, fixed),
        down=_swapped(order, place, place + 1, fixed),
        without="" if is_done or len(order) < 2 else ",".join(k for k in order if k != key),
    )


def _swapped(order: list[str], place: int, other: int, fixed: set[str]) -> str:
    """Give the order with two neighbours exchanged; empty at an end, or where one has been contacted already."""
    if not 0 <= other < len(order) or order[place] in fixed or order[other] in fixed:
        return ""
    moved = list(order)
    moved[place], moved[other] = moved[other], moved[place]
    return ",".join(moved)


def _others(workspace: Workspace, order: list[str]) -> tuple[OtherPerson, ...]:
    return tuple(
        OtherPerson(row.name, ",".join([*order, str(row.pk)])) for row in workspace.people if str(row.pk) not in order
    )


def _weeks(workspace: Workspace, rows: tuple[PersonRow, ...]) -> tuple[WeekColumn, ...]:
    """Lay the people over the weeks of the plan; a late plan has only the weeks that are left."""
    plan = workspace.plan
    if plan is None or plan.first_date is None:
        return ()
    starts = [plan.first_date + timedelta(days=DAYS_PER_WEEK * n) for n in range(LAST_WEEK)]
    weeks = []
    for number, start in enumerate(starts, start=1):
        if start > plan.deadline:
            break
        end = start + timedelta(days=DAYS_PER_WEEK - 1) if number < LAST_WEEK else plan.deadline
        end = min(max(start, end), plan.deadline)
        inside = tuple(row for row in rows if row.week == number)
        weeks.append(WeekColumn(number, start, end, inside, end < workspace.today, start <= workspace.today <= end))
    return tuple(weeks)


def _word(value: str) -> str:
    """Say the code of a choice as people do; a list of names stays as it is."""
    for choices in (SequencingApproach, OwnerKind, PriceApproach):
        if value in choices.values:
            return str(choices(value).label)
    return value

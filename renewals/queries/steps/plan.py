"""Step 4, the execution plan: the picture, the list by week, what does not fit, rules and triggers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from customers.queries.calendars import calendar_of
from customers.queries.workspace import get_settings
from customers.rules.workdays import Calendar
from outreach.enums import OwnerKind, TouchKind, TouchState
from outreach.models import Touch
from outreach.rules.cadence import FOLLOW_UP_RULES, TRIGGERS, FollowUpRule, Trigger
from outreach.rules.planning import DAYS_PER_WEEK, LAST_WEEK
from renewals.models import EngageRun
from renewals.queries.workspace import GONE, Workspace
from renewals.rules.picture import Mark, Picture, draw_plan

SETTLED_BY_MAIL = frozenset({TouchKind.EMAIL})
"""Done when their email has left, never by a click."""

WHOLE_PLAN = "The whole account"


@dataclass(frozen=True)
class TouchRow:
    """One step of the list. is_email: its card stands in step 3. note: what became of it. draft_id: of what follows."""

    id: str
    key: str
    kind: TouchKind
    title: str
    date: date
    day: int | None
    state: TouchState
    condition: str
    moved_reason: str
    owner_kind: str
    owner_label: str
    owner_name: str
    stakeholder_key: str
    is_email: bool
    is_due: bool
    note: str = ""
    draft_id: uuid.UUID | None = None

    @property
    def is_conditional(self) -> bool:
        return bool(self.condition)

    @property
    def is_done(self) -> bool:
        return self.state == TouchState.DONE

    @property
    def is_off(self) -> bool:
        return self.state in (TouchState.SKIPPED, TouchState.CANCELLED)

    @property
    def can_be_settled(self) -> bool:
        return self.state == TouchState.PLANNED and self.kind not in SETTLED_BY_MAIL


@dataclass(frozen=True)
class WeekRows:
    title: str
    span: str
    touches: tuple[TouchRow, ...]


@dataclass(frozen=True)
class PlanArtifact:
    picture: Picture
    weeks: tuple[WeekRows, ...]
    infeasible: tuple[Touch, ...]
    rules: tuple[FollowUpRule, ...]
    triggers: tuple[Trigger, ...]
    count: int


def build_plan_step(workspace: Workspace, run: EngageRun) -> PlanArtifact:
    """Put step 4 together."""
    dated = [touch for touch in workspace.touches if touch.due_date and touch.state not in GONE]
    rows = [_row(touch, workspace) for touch in dated]
    return PlanArtifact(
        picture=_picture(workspace, dated),
        weeks=_weeks(workspace, dated, rows),
        infeasible=tuple(touch for touch in workspace.touches if touch.state == TouchState.INFEASIBLE),
        rules=FOLLOW_UP_RULES,
        triggers=TRIGGERS,
        count=len(rows),
    )


def _picture(workspace: Workspace, dated: list[Touch]) -> Picture:
    contract = workspace.contract
    if contract is None:
        raise ValueError("a plan has a contract")
    by_person = sorted(dated, key=lambda touch: (touch.stakeholder_id is None, touch.order, touch.due_date, touch.key))
    return draw_plan(
        [_mark(touch) for touch in by_person],
        renewal_date=contract.renewal_date,
        notice_days=contract.notice_days,
        calendar=_calendar(workspace, contract.renewal_date),
        today=workspace.today,
    )


def _calendar(workspace: Workspace, renewal_date: date) -> Calendar:
    years = range(renewal_date.year - 1, renewal_date.year + 1)
    return calendar_of(workspace.customer, years=years, working_days=get_settings().working_days)


def _mark(touch: Touch) -> Mark:
    return Mark(
        key=str(touch.pk),
        kind=TouchKind(touch.kind),
        title=touch.title,
        date=touch.due_date,  # type: ignore[arg-type]
        day=touch.day or 0,
        state=TouchState(touch.state),
        lane=str(touch.stakeholder_id or ""),
        lane_title=touch.stakeholder.name if touch.stakeholder else WHOLE_PLAN,
        condition=touch.condition,
        moved_reason=touch.moved_reason,
    )


def _row(touch: Touch, workspace: Workspace) -> TouchRow:
    return TouchRow(
        id=str(touch.pk),
        key=str(touch.pk),
        kind=TouchKind(touch.kind),
        title=touch.title,
        date=touch.due_date,  # type: ignore[arg-type]
        day=touch.day,
        state=TouchState(touch.state),
        condition=touch.condition,
        moved_reason=touch.moved_reason,
        owner_kind=touch.owner_kind,
        owner_label=OwnerKind(touch.owner_kind).label,
        owner_name=touch.owner.display_name if touch.owner else "",
        stakeholder_key=str(touch.stakeholder_id or ""),
        is_email=touch.kind == TouchKind.EMAIL,
        is_due=touch.state == TouchState.PLANNED and touch.due_date is not None and touch.due_date <= workspace.today,
        note=touch.note,
        draft_id=touch.draft_id if touch.kind != TouchKind.EMAIL else None,
    )


def _weeks(workspace: Workspace, dated: list[Touch], rows: list[TouchRow]) -> tuple[WeekRows, ...]:
    numbers = sorted({touch.week for touch in dated if touch.week})
    by_id = {row.id: row for row in rows}
    return tuple(
        WeekRows(
            title=f"Week {number}",
            span=_span(workspace, number),
            touches=tuple(_of_week(number, dated, by_id)),
        )
        for number in numbers
    )


def _of_week(number: int, dated: list[Touch], by_id: dict[str, TouchRow]) -> Iterable[TouchRow]:
    return (by_id[str(touch.pk)] for touch in dated if touch.week == number)


def _span(workspace: Workspace, number: int) -> str:
    plan = workspace.plan
    if plan is None or plan.first_date is None:
        return ""
    start = plan.first_date + timedelta(days=DAYS_PER_WEEK * (number - 1))
    end = start + timedelta(days=DAYS_PER_WEEK - 1) if number < LAST_WEEK else plan.deadline
    return f"{start:%-d %b} – {max(start, end):%-d %b}"

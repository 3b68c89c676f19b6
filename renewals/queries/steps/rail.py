"""The six steps as the rail names them: how far each is, in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emails.enums import PriceApproach
from outreach.enums import PlanState, SequencingApproach, TouchState
from renewals.models import EngageRun
from renewals.queries.workspace import Workspace


@dataclass(frozen=True)
class StepNote:
    """How far a step is. is_done: nothing is left to do in it."""

    note: str
    is_done: bool = False


def note_steps(workspace: Workspace, run: EngageRun) -> Mapping[str, StepNote]:
    """Say for each step how far it is."""
    plan, people = run.plan, len(workspace.first_emails)
    order = SequencingApproach(plan.approach).label
    is_under_way = plan.state != PlanState.PROPOSED
    return {
        "sequence": StepNote(f"{order}, {_count(people, 'person', 'people')}", is_under_way),
        "pricing": StepNote(PriceApproach(plan.pricing_approach).label, is_under_way),
        "emails": StepNote(f"{workspace.sent_count} of {people} sent", 0 < people == workspace.sent_count),
        "plan": StepNote(_next_touch(workspace)),
        "rehearsal": StepNote(_count(len(run.scenarios), "objection", "objections")),
        "actions": _actions(workspace.open_tasks),
    }


def _actions(open_count: int) -> StepNote:
    return StepNote(f"{open_count} open" if open_count else "All done", not open_count)


def _next_touch(workspace: Workspace) -> str:
    ahead = [touch.due_date for touch in workspace.touches if touch.state == TouchState.PLANNED and touch.due_date]
    infeasible = sum(touch.state == TouchState.INFEASIBLE for touch in workspace.touches)
    words = f"Next {min(ahead):%-d %b}" if ahead else "Nothing ahead"
    if infeasible:
        words += f", {_count(infeasible, 'does', 'do')} not fit"
    return words


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"

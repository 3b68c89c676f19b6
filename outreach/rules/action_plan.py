"""The tasks that a plan asks for: what Evergreen does by itself and what people do. Source: Engage, step 6."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from customers.enums import TodoActor
from outreach.enums import OwnerKind, TouchKind
from outreach.rules.planning import Plan, PlannedTouch

NEGOTIATE_DAY = 70


@dataclass(frozen=True)
class PlannedTask:
    """One task. key: names it within the plan. day: counts down to renewal, as `due_date` does."""

    key: str
    actor: TodoActor
    owner: OwnerKind
    title: str
    detail: str
    due_date: date
    day: int
    person_key: str = ""


def plan_tasks(plan: Plan, *, renewal_date: date, crm_connected: bool = False) -> tuple[PlannedTask, ...]:
    """List the tasks of a plan by due date, Evergreen's own first on the same day.

    Without a single touch there is nothing to do but to prepare for Negotiate. crm_connected: whether the
    stage at the CRM can be set; otherwise the task says so.
    """
    maker = _Maker(renewal_date)
    tasks = [*_ai_tasks(plan, maker, crm_connected=crm_connected), *_people_tasks(plan, maker)]
    return tuple(sorted(tasks, key=lambda task: (task.due_date, task.actor != TodoActor.AI, task.key)))


@dataclass(frozen=True)
class _Maker:
    renewal_date: date

    def ai(self, key: str, title: str, detail: str, due: date) -> PlannedTask:
        return PlannedTask(key, TodoActor.AI, OwnerKind.CSM, title, detail, due, self._day(due))

    def csm(self, key: str, title: str, detail: str, due: date, *, touch: PlannedTouch | None = None) -> PlannedTask:
        owner = touch.owner if touch else OwnerKind.CSM
        person = touch.person_key if touch else ""
        return PlannedTask(key, TodoActor.CSM, owner, title, detail, due, self._day(due), person)

    def _day(self, due: date) -> int:
        return (self.renewal_date - due).days


def _ai_tasks(plan: Plan, make: _Maker, *, crm_connected: bool) -> Iterable[PlannedTask]:
    negotiate = make.renewal_date - timedelta(days=NEGOTIATE_DAY)
    first, last = plan.first_contact, _last_date(plan)
    if first and last:
        crm = "" if crm_connected else " The CRM is not connected: set it there by hand."
        yield make.ai(
            "ai.track",
            "Track email engagement",
            "Opens, clicks and replies of every email that was sent, until the notice.",
            last,
        )
        yield make.ai(
            "ai.reminders",
            "Set follow-up reminders",
            "Reminders 3 and 7 days after each email without a reply.",
            first,
        )
        yield make.ai("ai.crm", "Set the CRM stage to “Renewal Proposed”", f"After the first email.{crm}", first)
        yield make.ai(
            "ai.objections",
            "Watch replies and flag objections",
            "An objection proposes to start Negotiate early.",
            last,
        )
    yield make.ai(
        "ai.negotiate",
        "Start Negotiate",
        f"By itself on day {NEGOTIATE_DAY}, earlier when an objection is confirmed.",
        negotiate,
    )


def _people_tasks(plan: Plan, make: _Maker) -> Iterable[PlannedTask]:
    for touch in _of_kind(plan, TouchKind.EMAIL):
        if touch.date:
            yield make.csm(
                f"csm.email:{touch.person_key}",
                f"Send the email to {touch.name}",
                "Read the draft, edit it, and send it.",
                touch.date,
                touch=touch,
            )
    for touch in _of_kind(plan, TouchKind.MEETING):
        if touch.date:
            yield make.csm(f"csm.meeting:{touch.person_key}", touch.title, touch.condition, touch.date, touch=touch)
    yield from _closing_tasks(plan, make)


def _closing_tasks(plan: Plan, make: _Maker) -> Iterable[PlannedTask]:
    final, aligned, notice = (
        next((touch.date for touch in _of_kind(plan, kind)), None)
        for kind in (TouchKind.FINAL_FOLLOW_UP, TouchKind.ALIGNMENT, TouchKind.NOTICE)
    )
    if final:
        yield make.csm(
            "csm.follow_up", "Follow up on those who have not replied", "As the plan lists them, day by day.", final
        )
    if aligned:
        yield make.csm(
            "csm.document", "Document feedback and objections", "What each stakeholder said, on the account.", aligned
        )
    if notice:
        yield make.csm(
            "csm.negotiation", "Prepare for a negotiation", "Where there was pushback: what can be traded.", notice
        )


def _of_kind(plan: Plan, kind: TouchKind) -> list[PlannedTouch]:
    return [touch for touch in plan.touches if touch.kind == kind]


def _last_date(plan: Plan) -> date | None:
    return max((touch.date for touch in plan.touches if touch.date), default=None)

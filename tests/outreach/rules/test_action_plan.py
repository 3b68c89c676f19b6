"""The tasks of a plan: Evergreen's own and people's, with due days and owners."""

from __future__ import annotations

from datetime import date, timedelta

from customers.enums import TodoActor
from customers.rules.workdays import Calendar
from outreach.enums import OwnerKind
from outreach.rules.action_plan import PlannedTask, plan_tasks
from outreach.rules.planning import PlannedPosition, plan_touches

RENEWAL = date(2026, 6, 29)


def tasks_at(day: int, *, crm_connected: bool = False) -> tuple[PlannedTask, ...]:
    positions = (
        PlannedPosition(1, "ada", "Ada", "champion", OwnerKind.CSM, 115),
        PlannedPosition(2, "bob", "Bob", "decision_maker", OwnerKind.AE, 110),
        PlannedPosition(3, "eve", "Eve", "economic_buyer", OwnerKind.EXECUTIVE, 105),
    )
    plan = plan_touches(
        positions,
        renewal_date=RENEWAL,
        notice_days=90,
        calendar=Calendar(working_days=frozenset(range(7))),
        today=RENEWAL - timedelta(days=day),
    )
    return plan_tasks(plan, renewal_date=RENEWAL, crm_connected=crm_connected)


def test_tasks_of_a_plan_have_days_and_owners() -> None:
    assert [(task.key, task.day, task.actor, task.owner) for task in tasks_at(119)] == [
        ("ai.crm", 115, TodoActor.AI, OwnerKind.CSM),
        ("ai.reminders", 115, TodoActor.AI, OwnerKind.CSM),
        ("csm.email:ada", 115, TodoActor.CSM, OwnerKind.CSM),
        ("csm.email:bob", 110, TodoActor.CSM, OwnerKind.AE),
        ("csm.meeting:bob", 107, TodoActor.CSM, OwnerKind.AE),
        ("csm.email:eve", 105, TodoActor.CSM, OwnerKind.EXECUTIVE),
        ("csm.meeting:eve", 100, TodoActor.CSM, OwnerKind.EXECUTIVE),
        ("csm.follow_up", 95, TodoActor.CSM, OwnerKind.CSM),
        ("csm.document", 92, TodoActor.CSM, OwnerKind.CSM),
        ("ai.objections", 90, TodoActor.AI, OwnerKind.CSM),
        ("ai.track", 90, TodoActor.AI, OwnerKind.CSM),
        ("csm.negotiation", 90, TodoActor.CSM, OwnerKind.CSM),
        ("ai.negotiate", 70, TodoActor.AI, OwnerKind.CSM),
    ]


def test_crm_task_says_when_nothing_is_connected() -> None:
    apart = next(task for task in tasks_at(119) if task.key == "ai.crm")
    connected = next(task for task in tasks_at(119, crm_connected=True) if task.key == "ai.crm")

    assert "not connected" in apart.detail
    assert "not connected" not in connected.detail


def test_plan_too_late_for_any_email_leaves_only_negotiate() -> None:
    assert [task.key for task in tasks_at(60)] == ["ai.negotiate"]

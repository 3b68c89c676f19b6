"""What of the ground goes along in a handover: tasks, and meetings that are still to come."""

from __future__ import annotations

from customers.enums import MeetingState, TodoState
from customers.models import Meeting, Todo
from customers.registry.handovers import Carried, register_carried


def register() -> None:
    """Name the ground's kinds; called at start-up."""
    register_carried(
        Carried(
            "todos",
            ("task", "tasks"),
            rows=lambda: Todo.objects.filter(state=TodoState.OPEN),
            person="owner",
            place=20,
        ),
        # Who planned a meeting is asked for its notes, and signs its recap.
        Carried(
            "meetings",
            ("meeting to come", "meetings to come"),
            rows=lambda: Meeting.objects.filter(state=MeetingState.SCHEDULED),
            person="recorded_by",
            place=30,
        ),
    )

"""Choices and sets of states of outreach plans."""

from django.db.models import TextChoices


class SequencingApproach(TextChoices):
    """In which order the stakeholders are contacted. Source: Engage, step 1."""

    CHAMPION_FIRST = "champion_first", "Champion first"
    ECONOMIC_BUYER_FIRST = "economic_buyer_first", "Economic buyer first"
    PARALLEL = "parallel", "Parallel"


class OwnerKind(TextChoices):
    """Which of our people carries a position or a task."""

    CSM = "csm", "CSM"
    AE = "ae", "AE"
    EXECUTIVE = "executive", "Executive"


class PlanState(TextChoices):
    """A plan is open from its first approved touch until it is closed."""

    PROPOSED = "proposed", "Proposed"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class PlanEnd(TextChoices):
    """Why a plan was closed."""

    NOTICE_DELIVERED = "notice_delivered", "The notice was delivered"
    OUTCOME = "outcome", "The renewal has an outcome"
    PERSON = "person", "Closed by a person"


class TouchKind(TextChoices):
    """What happens at a planned contact or milestone."""

    EMAIL = "email", "Email"
    REMINDER = "reminder", "Reminder"
    CALL = "call", "Another channel"
    CONFIRMATION = "confirmation", "Meeting confirmation"
    MEETING = "meeting", "Meeting"
    RECAP = "recap", "Recap"
    ESCALATION = "escalation", "Executive escalation"
    FINAL_FOLLOW_UP = "final_follow_up", "Final follow-ups"
    ALIGNMENT = "alignment", "All aligned"
    NOTICE = "notice", "Notice deadline"


class TouchState(TextChoices):
    """Where a touch stands. An infeasible one is kept so that it is named, not dropped."""

    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"
    CANCELLED = "cancelled", "Cancelled"
    INFEASIBLE = "infeasible", "Does not fit"


LIVE_PLAN_STATES = frozenset({PlanState.PROPOSED, PlanState.OPEN})
"""At most one plan of a customer is in one of these."""

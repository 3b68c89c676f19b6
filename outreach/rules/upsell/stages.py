"""Where an opportunity may go, what comes next, and when one is looked for again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.enums import OpportunityStage, UpsellReply

CLOSED = frozenset({OpportunityStage.WON, OpportunityStage.LOST})
ORDER = (
    OpportunityStage.IDENTIFIED,
    OpportunityStage.INTRODUCED,
    OpportunityStage.IN_TALKS,
    OpportunityStage.WON,
    OpportunityStage.LOST,
)
RESTS_AFTER_CLOSING = timedelta(days=90)
"""An account whose expansion was lost or dismissed is left alone so long: nobody is asked every week."""


@dataclass(frozen=True)
class OpportunityFacts:
    """What decides on the next step."""

    stage: OpportunityStage
    response: str = ""
    has_draft: bool = False
    is_sent: bool = False
    waits_long: bool = False


def next_step(facts: OpportunityFacts) -> str:
    """Say what a person would do next, in a few words; "" where nothing is left to do."""
    if facts.stage in CLOSED:
        return ""
    if facts.response == UpsellReply.YES:
        return "Meet them: they said yes"
    if facts.response == UpsellReply.NO:
        return "Close it, or ask again later: they said no"
    if facts.response == UpsellReply.MAYBE:
        return "Call them: they are not sure"
    if facts.has_draft and not facts.is_sent:
        return "Approve and send the introduction"
    if facts.is_sent:
        return "Try another way: no answer yet" if facts.waits_long else "Wait for an answer"
    if facts.stage == OpportunityStage.IN_TALKS:
        return "Agree on the plan"
    return "Write the introduction"


def is_forward(old: OpportunityStage, new: OpportunityStage) -> bool:
    """Whether what happens by itself may move it there: forward only, and never out of a closed stage."""
    return old not in CLOSED and ORDER.index(new) > ORDER.index(old)


def may_be_found(last_closed_at: datetime | None, *, now: datetime) -> bool:
    """Whether a new one is looked for at an account without an open one."""
    return last_closed_at is None or now >= last_closed_at + RESTS_AFTER_CLOSING

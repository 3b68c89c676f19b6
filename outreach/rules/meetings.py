"""What becomes of the mails around a meeting. Source: Engage, "Follow-Up Rules"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from customers.enums import MeetingState
from journeys.rules.automations import Decision, Do, Skip, Wait

ASK_AFTER = timedelta(hours=1)
RECAP_WITHIN = timedelta(hours=24)
ASKS_FOR = timedelta(days=7)
"""So long it is worth while to ask whether the meeting took place."""

CANCELLED = "The meeting was cancelled."


@dataclass(frozen=True)
class MeetingFacts:
    """A meeting as the clock finds it. has_recipient: somebody who took or takes part can be written to."""

    meeting_id: UUID
    state: MeetingState
    starts_at: datetime
    has_recipient: bool = True


def decide_confirmation(facts: MeetingFacts, now: datetime) -> Decision:
    """Write the confirmation, while the meeting is still ahead."""
    if facts.state == MeetingState.CANCELLED:
        return Skip(CANCELLED)
    if facts.state == MeetingState.HELD or facts.starts_at <= now:
        return Skip("The meeting has begun.")
    if not facts.has_recipient:
        return Skip("Nobody who takes part can be written to.")
    return Do("Wrote the confirmation, to be approved", effects=(facts.meeting_id,))


def decide_notes(facts: MeetingFacts, now: datetime) -> Decision:
    """Ask whether the meeting took place and what was said, unless somebody has said so."""
    if facts.state == MeetingState.CANCELLED:
        return Skip(CANCELLED)
    if facts.state == MeetingState.HELD:
        return Skip("It was marked as held before.")
    return Do("Asked for the notes", effects=(facts.meeting_id,))


def decide_recap(facts: MeetingFacts, now: datetime) -> Decision:
    """Write the recap once it is said that the meeting took place; look again each day for a week."""
    if facts.state == MeetingState.CANCELLED:
        return Skip(CANCELLED)
    if facts.state == MeetingState.SCHEDULED:
        if now >= facts.starts_at + ASKS_FOR:
            return Skip("Nobody said that the meeting took place.")
        return Wait(now + RECAP_WITHIN, "It is not said yet that the meeting took place.")
    if not facts.has_recipient:
        return Skip("Nobody who took part can be written to.")
    return Do("Wrote the recap, to be approved", effects=(facts.meeting_id,))

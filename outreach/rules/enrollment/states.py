"""What Outreach.io's states of a person in a sequence mean here.

Source: the contract, "STATES": a free string; what nobody knows is kept as unknown, with their word. Somebody who
replied is finished there with the moment of the reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.enums import ENDED_STANDINGS, Standing

WORDS = {
    "active": Standing.ACTIVE,
    "pending": Standing.PENDING,
    "paused": Standing.PAUSED,
    "disabled": Standing.DISABLED,
    "failed": Standing.FAILED,
    "bounced": Standing.BOUNCED,
    "finished": Standing.FINISHED,
    "opted_out": Standing.OPTED_OUT,
    "opted out": Standing.OPTED_OUT,
    "optedout": Standing.OPTED_OUT,
}
MILESTONES = ("replied", "bounced", "opted_out", "finished", "failed")


SAME_REPLY = timedelta(minutes=10)
"""A mail and the state of who got it tell the moment of one reply each in its own way."""


@dataclass(frozen=True)
class Seen:
    """What was seen of one person in a sequence."""

    standing: str = ""
    replied_at: datetime | None = None


def read_standing(word: str, *, replied_at: datetime | None) -> Standing:
    """This will give the standing for their word; unknown for one that we do not know."""
    known = WORDS.get(word.strip().lower(), Standing.UNKNOWN)
    return Standing.REPLIED if known == Standing.FINISHED and replied_at is not None else known


def is_newer(changed_at: datetime | None, known_at: datetime | None) -> bool:
    """This will say whether news is not older than what is known: a status only moves forward."""
    return known_at is None or changed_at is None or changed_at >= known_at


def milestones(before: Seen, after: Seen) -> list[str]:
    """This will name what happened between two looks, in the order in which a person would tell it."""
    happened = {"replied": _is_new_reply(before.replied_at, after.replied_at)}
    if after.standing != before.standing:
        happened["bounced"] = after.standing == Standing.BOUNCED
        happened["opted_out"] = after.standing == Standing.OPTED_OUT
        happened["failed"] = after.standing == Standing.FAILED
        happened["finished"] = after.standing == Standing.FINISHED
    return [name for name in MILESTONES if happened.get(name)]


def _is_new_reply(before: datetime | None, after: datetime | None) -> bool:
    return after is not None and (before is None or after > before + SAME_REPLY)


def why_pending(*, is_enabled: bool, throttle_per_day: int | None) -> str:
    """This will say why somebody may be pending there; Outreach.io itself does not say it."""
    if not is_enabled:
        return "The sequence is switched off there."
    if throttle_per_day is not None:
        return f"The sequence takes {throttle_per_day} a day; it goes on when there is room."
    return "It waits there for its hours of sending."


def is_ended(standing: str) -> bool:
    return standing in ENDED_STANDINGS

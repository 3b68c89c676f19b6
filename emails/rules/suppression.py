"""Who may not be written to, on what, and who may change that.

Source: DESIGN, promise 5: the only mail that passes an unsubscribe is the contract notice, and that never to an
address that bounced or complained.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from emails.enums import EVERYTHING, OPT_OUT_EXEMPT_LANES, UNDELIVERABLE_CAUSES, Lane, SuppressionCause

_STRENGTH = (
    SuppressionCause.ERASED,
    SuppressionCause.COMPLAINT,
    SuppressionCause.HARD_BOUNCE,
    SuppressionCause.UNSUBSCRIBED,
    SuppressionCause.REPLY,
    SuppressionCause.OUTREACH,
    SuppressionCause.PERSON,
)


@dataclass(frozen=True)
class SuppressionFacts:
    """One open suppression of an address. topic: "" for everything, or a Lane. by: the colleague who set it."""

    address: str
    cause: SuppressionCause
    at: datetime
    topic: str = EVERYTHING
    by: str = ""

    @property
    def stops_notices(self) -> bool:
        return self.cause in UNDELIVERABLE_CAUSES

    @property
    def words(self) -> str:
        """What happened, as one says it of a person: “unsubscribed 3 Mar 2026, by link”."""
        day = f"{self.at:%-d %b %Y}"
        return {
            SuppressionCause.HARD_BOUNCE: f"bounced {day}: there is no such address",
            SuppressionCause.COMPLAINT: f"reported our mail as spam {day}",
            SuppressionCause.UNSUBSCRIBED: f"unsubscribed {day}, by link",
            SuppressionCause.REPLY: f"unsubscribed {day}, by reply",
            SuppressionCause.PERSON: f"taken off {day}{f' by {self.by}' if self.by else ''}",
            SuppressionCause.OUTREACH: f"opted out {day}, at Outreach.io",
            SuppressionCause.ERASED: f"erased {day} at their request",
        }[self.cause]


def applies_to(facts: SuppressionFacts, lane: Lane) -> bool:
    """Say whether this suppression speaks of mail of this lane; of a notice it may speak and yet let it pass."""
    return facts.topic in (EVERYTHING, lane)


def stops(facts: SuppressionFacts, lane: Lane) -> bool:
    """Say whether mail of this lane must not leave."""
    return applies_to(facts, lane) and (facts.stops_notices or lane not in OPT_OUT_EXEMPT_LANES)


def why_stopped(name: str, facts: SuppressionFacts) -> str:
    return f"{name} {facts.words}."


def strongest(rows: Iterable[SuppressionFacts], lane: Lane) -> SuppressionFacts | None:
    """Give the one that counts where several are open: what stops a notice too comes first."""
    return min((row for row in rows if applies_to(row, lane)), key=lambda row: _STRENGTH.index(row.cause), default=None)


def refuse_lift(cause: SuppressionCause, *, is_leader: bool, is_api: bool, is_in_use: bool) -> str:
    """Say why a colleague may not take this off the list; "" where they may.

    is_in_use: somebody at an account still has the address.
    """
    if cause == SuppressionCause.ERASED:
        return "Somebody who asked to be erased is never written to again."
    if cause == SuppressionCause.HARD_BOUNCE and is_in_use:
        return "There is no such address. Give the person another one first; then this can be lifted."
    if cause == SuppressionCause.COMPLAINT and is_api:
        return "A spam report is never lifted by API. A lead can do it on the page, with the reason."
    if not is_leader:
        return "Only a lead may let somebody be written to again."
    return ""


CONTACT_LIFTS = frozenset({SuppressionCause.UNSUBSCRIBED, SuppressionCause.REPLY, SuppressionCause.OUTREACH})
"""What the contact's own “write to me again” takes back: their own wishes, never what a colleague or a server said."""

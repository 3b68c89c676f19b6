"""The cadence around a first email: what follows when, under which condition, and what a reply changes.

Source: Engage, step 4, "Follow-Up Rules" and "Triggers"; days as DESIGN section 5 reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from customers.enums import StakeholderRole
from outreach.enums import TouchKind

REMIND_AFTER_DAYS = 3
OTHER_CHANNEL_AFTER_DAYS = 7
ESCALATE_AFTER_DAYS = 14
CONFIRM_BEFORE_DAYS = 2
RECAP_AFTER_DAYS = 1
LEAST_FIRST_TOUCH_DAY = 90
"""From day 89 on nobody is contacted for the first time: the label is Negotiate."""

LEAST_MILESTONE_BASE_DAY = 90
MILESTONES_BEFORE_BASE: Mapping[TouchKind, int] = {TouchKind.FINAL_FOLLOW_UP: 5, TouchKind.ALIGNMENT: 2}
"""Days 95 and 92 with 90 days of notice; earlier where the notice period is longer."""

MEETING_AFTER_DAYS: Mapping[str, int] = {
    StakeholderRole.DECISION_MAKER: 3,
    StakeholderRole.ECONOMIC_BUYER: 5,
}
"""The spec's meetings on days 107 and 100, counted from the emails on 110 and 105."""

CONDITIONS: Mapping[TouchKind, str] = {
    TouchKind.REMINDER: "Only if there is no reply 3 days after the email.",
    TouchKind.CALL: "Only if there is no reply 7 days after the email.",
    TouchKind.CONFIRMATION: "Only if a meeting is scheduled; 2 days before it.",
    TouchKind.MEETING: "Only if a meeting is scheduled; it takes place on the day agreed.",
    TouchKind.RECAP: "Only after a meeting was held; within 24 hours.",
    TouchKind.ESCALATION: "Only if nobody at the account has replied 14 days after the first email.",
    TouchKind.FINAL_FOLLOW_UP: "Only for those who have not replied.",
}

_TITLES: Mapping[TouchKind, str] = {
    TouchKind.EMAIL: "Send email to {name}",
    TouchKind.REMINDER: "Remind {name}",
    TouchKind.CALL: "Reach {name} another way: call, introduction by an executive, or a nudge by the champion",
    TouchKind.CONFIRMATION: "Confirm the meeting with {name}",
    TouchKind.MEETING: "Meet {name}",
    TouchKind.RECAP: "Send {name} thanks and a recap with the action items",
    TouchKind.ESCALATION: "Escalate to an executive",
    TouchKind.FINAL_FOLLOW_UP: "Final follow-ups",
    TouchKind.ALIGNMENT: "Make sure that all stakeholders are aligned",
    TouchKind.NOTICE: "Notice deadline: the formal proposal is delivered",
}


@dataclass(frozen=True)
class FollowUpRule:
    """One row of the follow-up rules, in words."""

    scenario: str
    timing: str
    action: str


@dataclass(frozen=True)
class Trigger:
    """What a reply, or none, changes in the plan, in words. signal: a code."""

    signal: str
    title: str
    example: str
    response: str


FOLLOW_UP_RULES: tuple[FollowUpRule, ...] = (
    FollowUpRule("No response", "3 days", "Send a reminder: “Just wanted to make sure you saw this.”"),
    FollowUpRule(
        "No response",
        "7 days",
        "Another channel: a call, an introduction by an executive, or a nudge by the champion.",
    ),
    FollowUpRule("Meeting scheduled", "2 days before", "Send a confirmation."),
    FollowUpRule("After a meeting", "24 hours", "Send a recap and track the action items."),
    FollowUpRule("Objection raised", "Immediately", "Document it, prepare the answer and propose to start Negotiate."),
)
TRIGGERS: tuple[Trigger, ...] = (
    Trigger(
        "positive",
        "Positive",
        "Looks good, let's discuss details.",
        "Chasers are cancelled and the notice is brought forward.",
    ),
    Trigger("neutral", "Neutral", "I'll review and get back to you.", "The usual follow-up cadence goes on."),
    Trigger(
        "negative",
        "Negative",
        "The price is too high, or: we're evaluating alternatives.",
        "Negotiate is proposed early; a person decides.",
    ),
    Trigger(
        "no_response",
        "No response after 2 weeks",
        "Nobody at the account has answered.",
        "The matter goes to an executive.",
    ),
)


def title_of(kind: TouchKind, name: str = "") -> str:
    """Say what a touch is, in the words of the plan."""
    return _TITLES[kind].format(name=name)

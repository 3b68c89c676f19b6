"""What becomes of a chaser when its day has come. Source: Engage, "Follow-Up Rules"; DESIGN section 5.

A chaser goes after an answer: a reminder, another channel, an escalation. Opens and clicks are not among the facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from emails.rules.facts import format_date
from journeys.rules.automations import Decision, Do, Skip
from outreach.enums import CadenceKind


@dataclass(frozen=True)
class Answer:
    """The first sign of life since the letter left. by: who wrote."""

    by: str
    day: date


@dataclass(frozen=True)
class ChaserFacts:
    """A chaser as the clock finds it.

    subject_id: the letter it goes after; for an escalation the plan. name: of the person, for an escalation of the
    account. over: why nobody goes on with it, in words; "" while it goes on. answer: of this person, for an escalation
    of anybody there. meeting_date: of a meeting with them since the letter, ahead or held.
    """

    kind: CadenceKind
    subject_id: UUID
    name: str
    over: str = ""
    has_left: bool = False
    gets_no_mail: str = ""
    did_not_arrive: bool = False
    has_sender: bool = True
    answer: Answer | None = None
    meeting_date: date | None = None


def decide_chaser(facts: ChaserFacts, now: datetime) -> Decision:
    """Go after the answer, unless there is one, or nobody left to answer."""
    why_not = _why_over(facts) or _why_answered(facts) or _why_in_vain(facts)
    if why_not:
        return Skip(why_not)
    return Do(DONE_WORDS[facts.kind].format(name=facts.name), effects=(facts.subject_id,))


DONE_WORDS = {
    CadenceKind.REMIND: "Wrote a reminder to {name}, to be approved",
    CadenceKind.OTHER_CHANNEL: "Asked for another way to reach {name}",
    CadenceKind.ESCALATE: "Took the silence of {name} to an executive",
    CadenceKind.CHECK_BACK: "Asked to check back with {name}",
}


def _why_over(facts: ChaserFacts) -> str:
    return facts.over or (f"{facts.name} has left the company." if facts.has_left else "")


def _why_answered(facts: ChaserFacts) -> str:
    if facts.answer:
        return f"{facts.answer.by} answered on {format_date(facts.answer.day)}."
    if facts.meeting_date:
        return f"There is a meeting with {facts.name} on {format_date(facts.meeting_date)}."
    return ""


def _why_in_vain(facts: ChaserFacts) -> str:
    """Why no mail would reach them; another channel is what is left then."""
    if facts.kind != CadenceKind.REMIND:
        return ""
    if not facts.has_sender:
        return "The account has nobody to write it."
    if facts.did_not_arrive:
        return "The letter did not arrive, so there is nothing to remind of."
    return f"{facts.name} gets no mail: {facts.gets_no_mail}." if facts.gets_no_mail else ""

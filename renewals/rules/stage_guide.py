"""What each of the ten stages is for, in words. Source: Engage, list of workflows; Prepare vs. Engage vs. Negotiate."""

from __future__ import annotations

from dataclasses import dataclass

from renewals.enums import Stage
from renewals.rules.stages import STAGE_SPANS, StageSpan


@dataclass(frozen=True)
class StageGuide:
    """A stage's purpose, what is done in it, and when it is done."""

    span: StageSpan
    purpose: str
    work: tuple[str, ...]
    done_when: str


_WORDS: dict[Stage, tuple[str, tuple[str, ...], str]] = {
    Stage.MONITOR: (
        "The renewal is far away. Keep the relationship warm and the picture of the account true.",
        ("Watch usage and health", "Note successes while they are fresh", "Know who decides and who pays"),
        "nothing about the account would surprise you.",
    ),
    Stage.DISCOVERY: (
        "Find out what the customer will want from the next term, before anybody talks about price.",
        ("Meet the champion", "Ask what changed: people, budget, competitors", "Measure the value delivered"),
        "champion, decision maker and economic buyer have a name.",
    ),
    Stage.PREPARE: (
        "Decide what to ask for. The price is set here and locked, so that Engage can say it with confidence.",
        ("Set the target price", "Weigh churn risk and pressures", "Lock the price"),
        "the target price is locked.",
    ),
    Stage.ENGAGE: (
        "We reach out: the right people in the right order, with the proposal, before the notice deadline.",
        ("Choose the order and how the price is said", "Send each letter", "Follow up on the agreed days"),
        "everybody who decides has the proposal and was heard.",
    ),
    Stage.NEGOTIATE: (
        "They respond. Objections are answered and the terms discussed.",
        ("Answer objections with their evidence", "Agree price and term", "Involve a lead for a discount"),
        "both sides have agreed on the terms.",
    ),
    Stage.FINALIZE: (
        "The terms stand; the paper follows.",
        ("Write the contract from the agreed terms", "Clear it with legal and purchasing", "Name who signs"),
        "the contract is with the person who signs it.",
    ),
    Stage.SIGNATURE: (
        "The contract waits for its signature.",
        ("Ask the signatory for a date", "Remove what still stands in the way"),
        "both sides have signed.",
    ),
    Stage.CRITICAL: (
        "Two weeks at most, and nothing is signed. An executive should know.",
        ("Call instead of writing", "Bring the executive in", "Agree a short extension if it must be"),
        "it is signed, or an extension is agreed.",
    ),
    Stage.EMERGENCY: (
        "The last days of the term. Only what saves the renewal counts now.",
        ("Executive to executive, today", "Offer an extension in writing", "Tell finance and support what to expect"),
        "it is signed, extended, or known to be lost.",
    ),
    Stage.OVERDUE: (
        "The renewal date has passed. The account must not stay without an answer.",
        ("Record how it ended", "If it goes on: price and term of the next contract", "If it is lost: the reason"),
        "its outcome is recorded.",
    ),
}


def stage_guide(stage: Stage) -> StageGuide:
    """Give the words for a stage."""
    span = next(span for span in STAGE_SPANS if span.stage == stage)
    purpose, work, done_when = _WORDS[stage]
    return StageGuide(span, purpose, work, done_when)


def all_guides() -> list[StageGuide]:
    return [stage_guide(span.stage) for span in STAGE_SPANS]

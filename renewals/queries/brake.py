"""The question after a reply: what came, the choices with what each would change, and the decision that was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from customers.models import Customer
from emails.models import Draft
from outreach.enums import Choice
from outreach.models import Reaction
from outreach.queries.reactions import (
    Standing,
    find_last_reaction,
    find_open_brake,
    is_about_expansion,
    read_standing,
    why_not_undone,
)
from outreach.rules.reactions import RowChange, propose
from renewals.models import Renewal

MEANINGS: Mapping[Choice, str] = {
    Choice.ACCELERATE: "Nobody is chased any more, and the notice with the formal proposal is brought forward.",
    Choice.RESUME: "Follow-ups go on for those who have not answered. Who has answered is left in peace.",
    Choice.HOLD: "Nothing leaves for this account until the day you set, or until somebody resumes it.",
    Choice.NEGOTIATE: "Nobody is chased any more, and Negotiate begins: answers, terms and next steps on one page.",
}
NEGOTIATING = "Nobody is chased any more. Negotiate has begun already and goes on."


@dataclass(frozen=True)
class ChoiceCard:
    """One choice, and all that it would do. drafts: letters that it makes needless."""

    choice: Choice
    meaning: str
    changes: tuple[RowChange, ...]
    drafts: tuple[Draft, ...]
    is_proposed: bool

    @property
    def code(self) -> str:
        return self.choice.value

    @property
    def title(self) -> str:
        return self.choice.label

    @property
    def is_hold(self) -> bool:
        return self.choice == Choice.HOLD

    @property
    def count(self) -> int:
        return len(self.changes) + len(self.drafts)

    @property
    def changes_nothing(self) -> bool:
        return not self.changes and not self.drafts


@dataclass(frozen=True)
class Question:
    """The question as it stands. cards: what can be chosen, the proposed one first."""

    standing: Standing
    proposed: Choice
    cards: tuple[ChoiceCard, ...]

    @property
    def why_proposed(self) -> str:
        """Say why one of them is preselected."""
        reply = self.standing.replies[-1] if self.standing.replies else None
        if reply is None:
            return "No reply asks for anything else."
        said = reply.get_classification_display().lower()
        if is_about_expansion(reply):
            return f"The reply answers an upsell introduction: {said}. Of the renewal it says nothing."
        many = (
            f" Of {len(self.standing.replies)} replies, an objection weighs most."
            if len(self.standing.replies) > 1
            else ""
        )
        return f"The reply was read as: {said}.{many}"


@dataclass(frozen=True)
class Decided:
    """What was chosen last. obstacle: why it cannot be taken back any more; "" while it can."""

    reaction: Reaction
    obstacle: str

    @property
    def can_be_undone(self) -> bool:
        return not self.obstacle


def read_question(customer: Customer, *, now: datetime) -> Question | None:
    """Read the question of an account that is stopped; None where nothing asks."""
    brake = find_open_brake(customer)
    if brake is None:
        return None
    standing = read_standing(customer, brake, now=now)
    renewal = Renewal.objects.filter(customer=customer, closed_at=None).first()
    is_possible = {
        Choice.ACCELERATE: standing.plan is not None,
        Choice.RESUME: True,
        Choice.HOLD: True,
        Choice.NEGOTIATE: renewal is not None,
    }
    proposed = propose(
        standing.classes,
        can_accelerate=is_possible[Choice.ACCELERATE],
        can_negotiate=is_possible[Choice.NEGOTIATE],
    )
    begun = renewal is not None and renewal.negotiate_started_at is not None
    cards = [_card(choice, standing, proposed, begun=begun) for choice in Choice if is_possible[choice]]
    return Question(standing, proposed, tuple(sorted(cards, key=lambda card: not card.is_proposed)))


def read_decided(customer: Customer) -> Decided | None:
    """Read what was decided last, if it stands."""
    reaction = find_last_reaction(customer)
    return Decided(reaction, why_not_undone(reaction)) if reaction else None


def _card(choice: Choice, standing: Standing, proposed: Choice, *, begun: bool) -> ChoiceCard:
    meaning = NEGOTIATING if choice == Choice.NEGOTIATE and begun else MEANINGS[choice]
    return ChoiceCard(
        choice, meaning, standing.changes(choice), standing.needless_drafts(choice), is_proposed=choice == proposed
    )

"""Who may hand accounts over, and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PersonFacts:
    """team: id, or None. is_worker: whether this is somebody who works accounts."""

    id: Any
    team: Any
    is_active: bool
    is_worker: bool
    is_leader: bool = False
    is_ops: bool = False
    is_integration: bool = False


def refuse_giver(giver: PersonFacts) -> str:
    """This will say why this person may hand nothing over, or "". A lead or ops reassign accounts."""
    return "" if giver.is_leader else "A lead hands accounts over; ask yours."


def refuse_receiver(receiver: PersonFacts, *, giver: PersonFacts, old: Any) -> str:
    """This will say why nothing may be handed to this person, or "".

    old: id of whom it comes from; None where it comes from several or from nobody.
    """
    if receiver.id == old:
        return "Choose somebody else: this is who has them now."
    if not receiver.is_active:
        return "This person cannot sign in; choose somebody who can."
    if receiver.is_integration:
        return "This is an integration; choose a person."
    if not receiver.is_worker:
        return "This person may look, not change; choose somebody who works accounts."
    if not is_within_reach(receiver, giver=giver):
        return "A lead hands over within the own team; ask ops."
    return ""


def is_within_reach(person: PersonFacts, *, giver: PersonFacts) -> bool:
    """This will say whether the giver decides for this person: ops for all, a lead for the own team."""
    return giver.is_ops or person.id == giver.id or (giver.team is not None and person.team == giver.team)

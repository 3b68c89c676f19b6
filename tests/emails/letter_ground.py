"""A brief and the facts that it stands on."""

from __future__ import annotations

from typing import Any

from emails.enums import PriceApproach
from emails.rules.facts import Fact
from emails.rules.letters import LetterBrief, Recipient, Sender, tone_for
from tests.emails.rules.facts import DATES, PRICES, VALUE

ROLES = ["champion", "decision_maker", "economic_buyer", "user", "executive_sponsor"]


FACT_SETS: dict[str, tuple[Fact, ...]] = {
    "everything": (*PRICES, *DATES, *VALUE),
    "no value": (*PRICES, *DATES),
    "no wins": (*PRICES, *DATES, *VALUE[:5]),
    "no price": (*DATES, *VALUE),
    "nothing": (),
}


def brief(role: str, approach: PriceApproach, **more: Any) -> LetterBrief:
    fields: dict[str, Any] = {
        "customer": "Acme Corporation",
        "recipient": Recipient("Sarah Lee", role, "Head of Analytics", notes="Hates talking about price, 9 kids"),
        "sender": Sender("Dana Whitfield", "Customer Success Manager", "Evergreen"),
        "tone": tone_for(role),
        "price_approach": approach,
        "confidence": 82,
        "engagement_approach": "Consultative",
        "proposal_attached": approach != PriceApproach.NO_PRICE,
    }
    return LetterBrief(**(fields | more))

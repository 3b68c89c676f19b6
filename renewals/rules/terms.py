"""Who may offer which terms. Source: DESIGN section 5, "Who approves"."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from renewals.rules.authority import LEAD_ABOVE_INCREASE_PCT

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class TermFacts:
    """Terms as they were discussed, against the contract. target: what we ask; None: not decided."""

    current: Decimal
    target: Decimal | None
    price: Decimal | None = None
    discount_pct: Decimal | None = None

    @property
    def asked(self) -> Decimal:
        return self.target if self.target is not None else self.current


def why_lead(facts: TermFacts) -> str:
    """Say why a lead must decide; "" where the account's owner may offer it."""
    if facts.discount_pct:
        return f"A discount of {facts.discount_pct.normalize():f} % needs a lead."
    if facts.price is None:
        return ""
    if facts.price < facts.asked:
        return "A price below what we ask for is a discount and needs a lead."
    increase = (facts.price - facts.current) / facts.current * HUNDRED if facts.current else Decimal(0)
    if increase > LEAD_ABOVE_INCREASE_PCT:
        return f"An increase above {LEAD_ABOVE_INCREASE_PCT} % needs a lead."
    return ""

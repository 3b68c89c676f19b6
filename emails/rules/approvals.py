"""Who may approve a letter. Source: DESIGN, section 5, "Who approves"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from emails.rules.facts import Fact
from emails.rules.letters import PRICE_INCREASE_PCT, PRICE_KEYS

LEAD_ABOVE_PCT = Decimal(15)

_DISCOUNT = re.compile(
    r"\b(?:discount\w*|rebate|money off|free of charge|at no (?:extra )?(?:cost|charge)|waiv\w+)\b", re.I
)
_COMMITMENT = re.compile(
    r"\b(?:we|I)\s+(?:hereby\s+)?(?:guarantee|commit|promise|undertake|warrant)\b|\bprice (?:lock|freeze|guarantee)\b"
    r"|\b(?:we|I)\s+will\s+(?:refund|credit|compensate|build|deliver)\b|\bservice credits?\b|\brefund\b",
    re.I,
)


def needs_lead(*, subject: str, body: str, facts: Iterable[Fact], states_price: bool) -> tuple[str, ...]:
    """Say why a lead must approve this letter; empty when the owner of the account may.

    facts: all that the draft knows. states_price: whether the price stands in the text or in an attachment.
    """
    grants, commits = _gives(f"{subject}\n{body}")
    reasons = []
    percent = next((Decimal(fact.value) for fact in facts if fact.key == PRICE_INCREASE_PCT), None)
    if states_price and percent is not None and percent > LEAD_ABOVE_PCT:
        reasons.append(f"It states an increase above {LEAD_ABOVE_PCT} %.")
    if (states_price and percent is not None and percent < 0) or grants:
        reasons.append("It grants a discount.")
    if commits:
        reasons.append("It makes a commitment.")
    return tuple(reasons)


@lru_cache(maxsize=1024)
def _gives(text: str) -> tuple[bool, bool]:
    """Whether the words grant a discount, and whether they make a commitment."""
    return bool(_DISCOUNT.search(text)), bool(_COMMITMENT.search(text))


def states_price(used: Iterable[Fact], attached_keys: Iterable[str]) -> bool:
    """Whether the price leaves with this letter, in words or in a file."""
    return any(fact.key in PRICE_KEYS for fact in used) or bool(PRICE_KEYS & set(attached_keys))


def why_single(*, states_price: bool, lead_reasons: Sequence[str], open_claims: Sequence[str]) -> str:
    """Say why a person must look at this letter alone; "" where it may be approved together with others.

    Together only what carries no price, no discount, no commitment and no claim without a record.
    """
    if open_claims:
        return "It has claims that are not on record."
    if lead_reasons:
        return lead_reasons[0]
    return "It states a price." if states_price else ""

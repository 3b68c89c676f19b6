"""Who may decide a price. Source: DESIGN section 5, "Who approves"."""

from __future__ import annotations

from decimal import Decimal

LEAD_ABOVE_INCREASE_PCT = Decimal(15)


def needs_lead(increase_pct: Decimal | None) -> bool:
    """Say whether a price takes a lead: a discount, or an increase above 15 %."""
    return increase_pct is not None and (increase_pct < 0 or increase_pct > LEAD_ABOVE_INCREASE_PCT)


def why_not_decide_price(*, increase_pct: Decimal | None, is_worker: bool, is_leader: bool, is_owner: bool) -> str:
    """Say why a person may not lock or unlock this price; empty when they may."""
    if is_leader:
        return ""
    if not (is_worker and is_owner):
        return "Only the account's owner or a lead may decide its price."
    if needs_lead(increase_pct):
        kind = "A discount" if increase_pct is not None and increase_pct < 0 else "An increase above 15%"
        return f"{kind} needs a lead."
    return ""

"""What the choice of a price approach says in words: the table's cells, reasons, and what to do when it fails."""

from __future__ import annotations

from collections.abc import Mapping

from emails.enums import PriceApproach

SAID: Mapping[PriceApproach, str] = {
    PriceApproach.LEAD_WITH_PRICE: "leading with the price",
    PriceApproach.VALUE_FIRST: "value first, price after it",
    PriceApproach.BURY_PRICE: "the price in the attachment only",
    PriceApproach.NO_PRICE: "no price before a meeting",
}
NO_PRICE_REASONS: Mapping[str, str] = {
    "Decrease": "the price goes down, which needs a conversation",
    "Very large increase": "the increase is above 15%",
    "Relationship at risk": "the relationship is below 6/10 while competitive pressure is high",
    "No target price": "there is no target price yet",
}
TABLE: Mapping[PriceApproach, tuple[str, str, str]] = {
    PriceApproach.LEAD_WITH_PRICE: ("under 5%", "above 8/10", "low"),
    PriceApproach.VALUE_FIRST: ("5 to 8%", "6 to 8/10", "medium"),
    PriceApproach.BURY_PRICE: ("above 8%", "below 6/10", "high"),
}
FALLBACK: Mapping[PriceApproach, str] = {
    PriceApproach.LEAD_WITH_PRICE: (
        "If the price meets resistance, stop repeating it: answer with the value delivered, offer a review of the "
        "return, and write to the remaining stakeholders value first."
    ),
    PriceApproach.VALUE_FIRST: (
        "If the price meets resistance, move it to the proposal for the remaining stakeholders, ask for a meeting "
        "to walk through the value, and prepare terms that can be traded."
    ),
    PriceApproach.BURY_PRICE: (
        "If they ask for the price outright, state it at once with its reason; if they call it evasive, offer a "
        "call the same week. If they compare with another vendor, start Negotiate early."
    ),
    PriceApproach.NO_PRICE: (
        "If they demand a price before meeting, agree on one short call first with an executive of ours; if they "
        "refuse it, send the proposal with its value case and start Negotiate early."
    ),
}

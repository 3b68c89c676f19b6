"""Whether a letter keeps to its price approach. Source: Engage, step 2.

Lead with price: the price stands in the subject. Value first: in the body, not in the subject. Attachment only: not
in subject or body. No price: nowhere, and no proposal goes along.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emails.enums import PriceApproach
from emails.rules.facts import Fact
from emails.rules.grounding import Span, supports
from emails.rules.letters import PRICE_KEYS, PRICE_NEW
from emails.rules.mentions import MentionKind


@dataclass(frozen=True)
class PriceBreach:
    """One place where the letter departs from its approach. part: "subject", "body" or "attachment"."""

    part: str
    text: str
    reason: str
    start: int = 0
    end: int = 0


def price_spans(spans: Iterable[Span], facts: Iterable[Fact]) -> list[tuple[Span, str]]:
    """Find where the letter states the price: the claim, and the key of the price it states."""
    prices = [fact for fact in facts if fact.key in PRICE_KEYS]
    found = []
    for span in spans:
        key = next((fact.key for fact in prices if span.mention and supports(fact, span.mention)), "")
        if key:
            found.append((span, key))
    return found


def check_price_approach(
    approach: PriceApproach, *, spans: Iterable[Span], facts: Iterable[Fact], has_proposal: bool
) -> list[PriceBreach]:
    """List where the letter departs from the approach; empty when it keeps to it. spans: as `ground` gave them."""
    facts = tuple(facts)
    stating = price_spans(spans, facts)
    stated = {span.part for span, key in stating if key == PRICE_NEW}
    has_price = any(fact.key == PRICE_NEW for fact in facts)
    if approach == PriceApproach.LEAD_WITH_PRICE:
        missing = has_price and "subject" not in stated
        return [PriceBreach("subject", "", "“Lead with price” needs the price in the subject.")] if missing else []
    if approach == PriceApproach.VALUE_FIRST:
        return _value_first([span for span, _ in stating], stated, has_price)
    where = "only in the attachment" if approach == PriceApproach.BURY_PRICE else "nowhere in this email"
    breaches = [_breach(span, f"The chosen approach keeps the price {where}.") for span, _ in stating]
    if approach == PriceApproach.NO_PRICE and has_proposal:
        breaches.append(PriceBreach("attachment", "", "“No price” goes without the proposal."))
    return breaches


def _breach(span: Span, reason: str) -> PriceBreach:
    return PriceBreach(span.part, span.text, reason, span.start, span.end)


def _value_first(stating: list[Span], stated: set[str], has_price: bool) -> list[PriceBreach]:
    reason = "“Value first” keeps the price out of the subject."
    breaches = [_breach(span, reason) for span in stating if span.part == "subject"]
    if has_price and "body" not in stated:
        breaches.append(PriceBreach("body", "", "“Value first” states the price after the value."))
    return breaches


def shown_price(spans: Iterable[Span]) -> str:
    """The price as the text shows it, for the question before sending; "" when it shows none."""
    for span in spans:
        if span.fact and span.fact.key == PRICE_NEW and span.kind == MentionKind.MONEY:
            return span.text
    return ""

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
from emails.rules.texts import find_mentions


@dataclass(frozen=True)
class PriceBreach:
    """One place where the letter departs from its approach. part: "subject", "body" or "attachment"."""

    part: str
    text: str
    reason: str
    start: int = 0
    end: int = 0


def price_spans(*, subject: str, body: str, facts: Iterable[Fact]) -> list[tuple[str, str, int, int, str]]:
    """Find where the letter states the price: part, words, start, end, key of the fact."""
    prices = [fact for fact in facts if fact.key in PRICE_KEYS]
    found = []
    for part, text in (("subject", subject), ("body", body)):
        for one in find_mentions(text, is_subject=part == "subject"):
            key = next((fact.key for fact in prices if supports(fact, one.mention)), "")
            if key:
                found.append((part, one.mention.text, one.mention.start, one.mention.end, key))
    return found


def check_price_approach(
    approach: PriceApproach, *, subject: str, body: str, facts: Iterable[Fact], has_proposal: bool
) -> list[PriceBreach]:
    """List where the letter departs from the approach; empty when it keeps to it."""
    facts = tuple(facts)
    spans = price_spans(subject=subject, body=body, facts=facts)
    stated = {part for part, _, _, _, key in spans if key == PRICE_NEW}
    has_price = any(fact.key == PRICE_NEW for fact in facts)
    if approach == PriceApproach.LEAD_WITH_PRICE:
        missing = has_price and "subject" not in stated
        return [PriceBreach("subject", "", "“Lead with price” needs the price in the subject.")] if missing else []
    if approach == PriceApproach.VALUE_FIRST:
        return _value_first(spans, stated, has_price)
    where = "only in the attachment" if approach == PriceApproach.BURY_PRICE else "nowhere in this email"
    breaches = [
        PriceBreach(part, text, f"The chosen approach keeps the price {where}.", start, end)
        for part, text, start, end, _ in spans
    ]
    if approach == PriceApproach.NO_PRICE and has_proposal:
        breaches.append(PriceBreach("attachment", "", "“No price” goes without the proposal."))
    return breaches


def _value_first(spans: list[tuple[str, str, int, int, str]], stated: set[str], has_price: bool) -> list[PriceBreach]:
    breaches = [
        PriceBreach(part, text, "“Value first” keeps the price out of the subject.", start, end)
        for part, text, start, end, _ in spans
        if part == "subject"
    ]
    if has_price and "body" not in stated:
        breaches.append(PriceBreach("body", "", "“Value first” states the price after the value."))
    return breaches


def shown_price(spans: Iterable[Span]) -> str:
    """The price as the text shows it, for the question before sending; "" when it shows none."""
    for span in spans:
        if span.fact and span.fact.key == PRICE_NEW and span.kind == MentionKind.MONEY:
            return span.text
    return ""

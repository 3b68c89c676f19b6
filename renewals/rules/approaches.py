"""The four ways to state a price, as they are explained to the person who chooses. Source: Engage, step 2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emails.enums import PriceApproach


@dataclass(frozen=True)
class ApproachWords:
    """One approach in words. does: what the email does; when: the situations it is for."""

    name: str
    does: str
    when: tuple[str, ...]
    pros: tuple[str, ...]
    cons: tuple[str, ...]


APPROACH_WORDS: Mapping[PriceApproach, ApproachWords] = {
    PriceApproach.LEAD_WITH_PRICE: ApproachWords(
        name="Lead with price",
        does="The price stands in the subject and opens the email; the reasons follow. The proposal is attached.",
        when=(
            "The increase is small",
            "The relationship is very strong",
            "The customer expects transparency",
            "Nobody competes",
        ),
        pros=("Transparent, nobody has to look for it", "Sets expectations early", "Shows confidence"),
        cons=("The price is seen before the value", "May cause sticker shock"),
    ),
    PriceApproach.VALUE_FIRST: ApproachWords(
        name="Value first",
        does="The email tells what was achieved and states the price after it. The proposal is attached.",
        when=("The increase is moderate", "The price needs its reasons", "There is a strong story of results"),
        pros=("Anchors on value", "Justifies the increase before it is read", "Softens the impact"),
        cons=("The price is still in the email", "May feel like selling", "Needs results worth telling"),
    ),
    PriceApproach.BURY_PRICE: ApproachWords(
        name="Attachment only",
        does="Subject and body name no price; it stands in the attached proposal only.",
        when=("The increase is large", "The customer is sensitive to price", "They are likely to compare vendors"),
        pros=("Does not lead with the price", "Invites a meeting"),
        cons=("Can feel evasive", "The attachment may stay unopened", "Puts the conversation off"),
    ),
    PriceApproach.NO_PRICE: ApproachWords(
        name="No price",
        does="The email asks for a meeting about goals. It names no price and carries no proposal.",
        when=(
            "The increase is very large, or it is a decrease",
            "The relationship is at risk",
            "Executives must agree first",
        ),
        pros=("The most flexible way", "Lets us listen first"),
        cons=("Delays the decision", "They may ask for the price at once", "Can look like a lack of confidence"),
    ),
}

"""The eight-month programme that a new workspace starts with. Ops change it in the admin; this is only its beginning.

Source: the journey spec: eight months, 30 days apart, and what its halfway and completion mails say was achieved.
"""

from __future__ import annotations

from dataclasses import dataclass

NAME = "Eight months"
DAYS_APART = 30


@dataclass(frozen=True)
class StepText:
    """One month in words. items: what the client finds inside; done: what they have when it is completed."""

    title: str
    description: str
    items: tuple[str, ...]
    done: tuple[str, ...]


STEPS = (
    StepText(
        "Business plan",
        "Where the business stands, whom it serves, and the few goals that the next months are measured by.",
        ("Your goals for the eight months", "The customers you serve first", "The figures we look at every month"),
        ("Business plan finalized", "First customers named", "Goals agreed with figures"),
    ),
    StepText(
        "Brand identity",
        "How the business looks and sounds wherever a customer meets it.",
        ("Your promise in one sentence", "Voice, colours and name rules", "A profile text for every channel"),
        ("Brand identity created", "One promise, said the same everywhere", "Profiles ready on every channel"),
    ),
    StepText(
        "Market entry",
        "The first market in reach, the offer for it, and the way to the first conversations.",
        ("The market to enter first", "Your opening offer and its price", "A list of first conversations"),
        ("Market entry prepared", "An opening offer with a price", "First conversations planned"),
    ),
    StepText(
        "Sales engine",
        "From first interest to a signed order: steps, messages and figures that repeat.",
        ("The steps of your sale", "Messages for each step", "What to measure, and when to change it"),
        ("Sales engine built", "Messages for every step", "Figures that show where deals stop"),
    ),
    StepText(
        "Audience growth",
        "A rhythm of content and partners that brings people by itself.",
        ("Your content calendar", "Three partners to approach", "How visitors become contacts"),
        ("Audience growing by a rhythm", "Partners approached", "A way from visitor to contact"),
    ),
    StepText(
        "Operations",
        "What the team does every week, so that growth does not depend on one person.",
        ("The week of the business", "Who does what", "What to hand over first"),
        ("A week that repeats", "Roles made clear", "First tasks handed over"),
    ),
    StepText(
        "Revenue",
        "More from those who are customers already, and steadier income.",
        ("Where income comes from today", "Offers for present customers", "A plan for steadier income"),
        ("Revenue grown with present customers", "A second offer", "Income that can be planned"),
    ),
    StepText(
        "Launch and beyond",
        "Everything together in the market, and the plan for the year after the programme.",
        ("Your launch, day by day", "What to watch in the first weeks", "The plan for the next twelve months"),
        ("Launched in the market", "A plan for the next twelve months", "The whole programme completed"),
    ),
)

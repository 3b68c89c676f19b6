"""What a contact may choose to get, in words that need no knowledge of us, and what a posted choice means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emails.enums import OPT_OUT_EXEMPT_LANES, Lane


@dataclass(frozen=True)
class Topic:
    """One kind of mail as its recipient thinks of it."""

    lane: Lane
    title: str
    text: str

    @property
    def is_optional(self) -> bool:
        return self.lane not in OPT_OUT_EXEMPT_LANES


TOPICS = (
    Topic(
        Lane.RENEWAL, "Your renewal", "What happens when your contract comes up: terms, prices and meetings about it."
    ),
    Topic(Lane.UPSELL, "Product and expansion news", "What could help your team get more out of what you have."),
    Topic(Lane.JOURNEY, "Your programme", "Your deliverables, reminders and milestones, month by month."),
    Topic(
        Lane.NOTICE,
        "Contract notices",
        "The few messages that your contract obliges us to send, such as the last day on which it can be changed. "
        "They cannot be switched off, because a date that binds you could pass without your knowing.",
    ),
)
OPTIONAL_LANES = frozenset(topic.lane for topic in TOPICS if topic.is_optional)

SAVE = "save"
ALL_ON = "all_on"


def read_choice(action: str, topics: Iterable[str]) -> frozenset[Lane]:
    """Give the topics that the contact wants after this post.

    Whatever is no choice from our page is an unsubscribe: a mail program's one-click post says nothing else.
    """
    if action == ALL_ON:
        return OPTIONAL_LANES
    if action == SAVE:
        return frozenset(Lane(topic) for topic in topics if topic in OPTIONAL_LANES)
    return frozenset()


def mask_address(address: str) -> str:
    """Show an address to whoever has the link so that its owner knows it and nobody else learns it."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}" if local else ""

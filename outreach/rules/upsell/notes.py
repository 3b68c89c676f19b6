"""What the account executive is told when they are put into copy: the text, and the names it uses."""

from __future__ import annotations

from collections.abc import Sequence

KEY = "upsell.account_executive"
NAME = "Account executive in copy"
SUBJECT = "You are in copy: introducing an expansion to {{clientName}}"
BODY = """Hi {{staffName}},

{{senderName}} has put you into copy of an upsell introduction to {{contactName}} at {{clientName}}. It waits for \
approval: nothing has left yet.

Why you:
{{reasons}}

What speaks for it:
{{signals}}

What could be offered: {{plan}}

[Read the introduction]({{draftLink}})

[Look at the opportunity]({{expansionLink}})

Nothing is asked of the customer but a conversation. If it is the wrong moment, tell {{senderName}} now."""

NAMES = (
    ("staffName", "Who gets this mail", "Avery Berg"),
    ("senderName", "Who signs the introduction", "Dana Whitfield"),
    ("contactName", "To whom it goes", "Jennifer Park"),
    ("clientName", "The account", "Acme"),
    ("reasons", "Why the account executive, one a line", "- It may be worth $48,000 a year."),
    ("signals", "What speaks for the expansion, one a line", "- 98 % of users is used."),
    ("plan", "The plan that could be offered", "Enterprise"),
)
LINKS = (
    ("draftLink", "Leads to the draft", "https://evergreen.example/drafts/1"),
    ("expansionLink", "Leads to the account's expansion page", "https://evergreen.example/customers/1/expansion"),
)
ASKED = "They were asked to be in copy."


def as_points(texts: Sequence[str], otherwise: str = "") -> str:
    """One a line; `otherwise` where there are none."""
    return "\n".join(f"- {' '.join(text.split())}" for text in texts) or (f"- {otherwise}" if otherwise else "")

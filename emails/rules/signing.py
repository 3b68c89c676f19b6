"""The block under a letter when somebody else signs it."""

from __future__ import annotations

from emails.rules.letters import Sender


def sign_over(body: str, *, old: Sender, new: Sender) -> str:
    """Put the new sender's block where the old sender's stands; the text stays where the block is not found."""
    for block in _blocks(old):
        before, found, after = body.rpartition(block)
        if found and not after.strip():
            return f"{before}{signature_of(new)}"
    return body


def signature_of(sender: Sender) -> str:
    return sender.signature.strip() or _made(sender)


def _blocks(sender: Sender) -> tuple[str, ...]:
    return tuple(block for block in (sender.signature.strip(), _made(sender)) if block)


def _made(sender: Sender) -> str:
    return "\n".join(part for part in (sender.name, sender.title, sender.company, sender.phone) if part)

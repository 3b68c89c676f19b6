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


def rename_over(body: str, *, old: Sender, new: Sender) -> str:
    """Put the new sender's block, or where there is none the name, in a text that code made from a template."""
    signed = sign_over(body, old=old, new=new)
    return signed if signed != body or not old.name else body.replace(old.name, new.name)


def copied_to(addresses: list[str], *, old: str, new: str, signs: bool) -> list[str]:
    """Put the new address where the old one is copied in; who signs is copied in no more.

    signs: whether the letter leaves in the name of the new one.
    """
    swapped = [new if old and address.lower() == old.lower() else address for address in addresses]
    kept = [address for address in swapped if address and not (signs and address.lower() == new.lower())]
    return list({address.lower(): address for address in kept}.values())

"""Whom a real provider may write to here: OUTBOUND_DOMAINS. Nobody else is reached, not even in copy."""

from __future__ import annotations

from collections.abc import Collection

from emails.providers.base import NotAccepted, OutgoingMail


def refuse_strangers(mail: OutgoingMail, *, domains: Collection[str]) -> None:
    """Raise NotAccepted when a recipient is outside the domains; no domains: everybody may be written to."""
    allowed = {domain.strip().lower().lstrip("@") for domain in domains if domain.strip()}
    outside = [address for address in (mail.to_email, *mail.cc) if allowed and _domain(address) not in allowed]
    if outside:
        raise NotAccepted(
            f"This installation may only write to {', '.join(sorted(allowed))}; not to {', '.join(outside)}.",
            can_retry=False,
        )


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip().lower()

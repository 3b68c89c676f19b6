"""Whether the server that sent a mail may speak for its sender's domain. Source: contracts, section 2, Inbound Parse.

What the receiving server found is believed; what the mail says of itself is not. As DMARC has it, one of the two proofs
is enough, and only for the domain of the From line.
"""

from __future__ import annotations

import re

from emails.rules.replies.mail import MailFacts

_DKIM = re.compile(r"@([a-z0-9.-]{1,253}) ?: ?([a-z]{1,20})")


def is_authentic(mail: MailFacts) -> bool:
    """This will say whether SPF or DKIM passed for the domain that the mail is from."""
    domain = mail.from_email.rpartition("@")[2]
    if not domain:
        return False
    if any(verdict == "pass" and is_aligned(signer, domain) for signer, verdict in _DKIM.findall(mail.dkim)):
        return True
    return mail.spf == "pass" and _speaks_for(mail.envelope_from, domain)


def why_not_authentic(mail: MailFacts) -> str:
    """Say it in words, for a person."""
    domain = mail.from_email.rpartition("@")[2] or "its sender"
    found = ", ".join(f"{name} {value[:40]}" for name, value in (("SPF", mail.spf), ("DKIM", mail.dkim)) if value)
    return (
        f"The sending server could not prove that it may speak for {domain} ({found or 'neither SPF nor DKIM known'})."
    )


def is_aligned(signer: str, domain: str) -> bool:
    """One is the other, or a part of it: mail.acme.com and acme.com."""
    if signer == domain:
        return True
    shorter, longer = sorted((signer, domain), key=len)
    return shorter.count(".") >= 1 and longer.endswith(f".{shorter}")


def _speaks_for(envelope_from: str | None, domain: str) -> bool:
    # Without an envelope there is nothing else that SPF can have been asked about.
    return envelope_from is None or is_aligned(envelope_from.rpartition("@")[2], domain)

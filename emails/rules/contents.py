"""What an approval is bound to: a digest of everything that the recipient gets (promise 2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

# Made once: `json.dumps` makes one for each letter.
_to_json = json.JSONEncoder(sort_keys=True).encode


def digest_of(
    *,
    to_email: str,
    cc: Iterable[str],
    from_email: str,
    subject: str,
    body: str,
    files: Iterable[tuple[str, str]] = (),
) -> str:
    """Digest recipients, sender, subject, body and attachments. files: name and digest of each."""
    parts = {
        "to": to_email.lower(),
        "cc": sorted(address.lower() for address in cc),
        "from": from_email.lower(),
        "subject": subject,
        "body": body,
        "attachments": sorted([name, sha256] for name, sha256 in files),
    }
    return hashlib.sha256(_to_json(parts).encode()).hexdigest()

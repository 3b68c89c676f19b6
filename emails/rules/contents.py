"""What an approval is bound to: a digest of everything that the recipient gets (promise 2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from json.encoder import encode_basestring_ascii as quote


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
    copied = json.dumps(sorted(address.lower() for address in cc)) if cc else "[]"
    attached = json.dumps(sorted([name, sha256] for name, sha256 in files)) if files else "[]"
    # As JSON writes one object with its names in order; by hand, since to set up its writer takes longer than to write.
    text = (
        f'{{"attachments": {attached}, "body": {quote(body)}, "cc": {copied}, "from": {quote(from_email.lower())}, '
        f'"subject": {quote(subject)}, "to": {quote(to_email.lower())}}}'
    )
    return hashlib.sha256(text.encode()).hexdigest()

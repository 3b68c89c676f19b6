"""The other side of the capture mailbox: the calls that SendGrid would make of a mail that it keeps, really signed.

Nothing is put in past the webhooks: these bodies take the same way as the vendor's.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, parseaddr
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from emails.providers.sendgrid import DRAFT_ARG
from emails.rules.playing import Deed, ReadyReply
from emails.rules.rendering import clean_line
from emails.rules.threading import reply_subject

LONGEST_WORDS = 10_000
BACK_AFTER = timedelta(days=7)
_LINK = re.compile(r"https?://[^\s\"'<>)]+")


@dataclass(frozen=True)
class Call:
    """One call of a webhook. public_key: what its signature is checked with."""

    body: bytes
    content_type: str
    signature: str = ""
    timestamp: str = ""
    public_key: str = ""


@dataclass(frozen=True)
class Played:
    """A captured mail, as the recipient has it. delivered_at: when it came."""

    draft_id: UUID
    recipient: str
    raw: bytes
    delivered_at: datetime


def write_events(played: Played, deed: Deed, *, now: datetime) -> Call:
    """Write the call that tells of a deed, the delivery before it. Signed with a key made for this one call."""
    at = max(now, played.delivered_at + timedelta(seconds=deed.after_s))
    if deed.after_s < 2:
        at = played.delivered_at + timedelta(seconds=deed.after_s)
    items = [_event(played, "delivered", played.delivered_at, {}), *_told(played, deed, at)]
    body = json.dumps(items).encode() + b"\r\n"
    return _sign(body, timestamp=str(int(now.timestamp())))


def write_reply(played: Played, *, words: str, ready: ReadyReply | None, is_forged: bool, now: datetime) -> Call:
    """Write the call that brings a reply, as “Send Raw” does. is_forged: its server may not speak for the sender."""
    message = _message(played, words=words, ready=ready, now=now)
    domain = played.recipient.rpartition("@")[2]
    verdict = "fail" if is_forged else "pass"
    fields: dict[str, str | bytes] = {
        "envelope": json.dumps({"to": [parseaddr(str(message["To"]))[1]], "from": played.recipient}),
        "SPF": verdict,
        "dkim": f"{{@{domain} : {verdict}}}",
        "email": message.as_bytes(policy=SMTP),
    }
    boundary = uuid4().hex
    parts: list[bytes] = []
    for name, value in fields.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        parts += [head, value if isinstance(value, bytes) else value.encode(), b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return Call(b"".join(parts), f"multipart/form-data; boundary={boundary}")


def find_links(raw: bytes) -> list[str]:
    """List the links of a mail's text, each once, in order."""
    text = _text_of(raw)
    return list(dict.fromkeys(link.rstrip(".,;") for link in _LINK.findall(text)))


def _told(played: Played, deed: Deed, at: datetime) -> Iterator[dict[str, object]]:
    links = find_links(played.raw)
    for kind, more in deed.events:
        if kind != "click":
            yield _event(played, kind, at, more)
            continue
        for link in links if deed.links == "all" else links[:1]:
            yield _event(played, kind, at, {**more, "url": link[:2000]})


def _event(played: Played, kind: str, at: datetime, more: dict[str, object]) -> dict[str, object]:
    return {
        "email": played.recipient,
        "timestamp": int(at.timestamp()),
        "event": kind,
        "sg_event_id": uuid4().hex,
        DRAFT_ARG: str(played.draft_id),
        **more,
    }


def _sign(body: bytes, *, timestamp: str) -> Call:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    signature = key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return Call(
        body,
        "application/json",
        signature=base64.b64encode(signature).decode(),
        timestamp=timestamp,
        public_key=base64.b64encode(public).decode(),
    )


def _message(played: Played, *, words: str, ready: ReadyReply | None, now: datetime) -> EmailMessage:
    original = message_from_bytes(played.raw, policy=default)
    is_automatic = ready is not None and ready.automatic
    answer = EmailMessage(policy=default)
    answer["From"] = str(original["To"])
    answer["To"] = str(original["Reply-To"] or original["From"])
    subject = clean_line(str(original["Subject"] or ""))
    answer["Subject"] = f"Automatic reply: {subject}" if is_automatic else reply_subject(subject)
    answer["Date"] = format_datetime(now)
    answer["Message-ID"] = f"<{uuid4().hex}@{played.recipient.rpartition('@')[2]}>"
    original_id = str(original["Message-ID"] or "")
    answer["In-Reply-To"] = original_id
    answer["References"] = f"{original['References'] or ''} {original_id}".strip()
    if is_automatic:
        answer["Auto-Submitted"] = "auto-replied"
    answer.set_content(_body(original, played, words=words, is_automatic=is_automatic, now=now))
    return answer


def _body(original: EmailMessage, played: Played, *, words: str, is_automatic: bool, now: datetime) -> str:
    text = words[:LONGEST_WORDS].replace("{back}", f"{now + BACK_AFTER:%-d %B %Y}")
    if is_automatic:
        return text
    quoted = "\n".join(f"> {line}" for line in _text_of(played.raw).splitlines())
    return f"{text}\n\nOn {played.delivered_at:%a, %-d %b %Y at %H:%M}, {original['From']} wrote:\n{quoted}\n"


def _text_of(raw: bytes) -> str:
    message: EmailMessage = message_from_bytes(raw, policy=default)
    part = message.get_body(("plain",))
    return str(part.get_content()) if part else ""

"""Calls of Inbound Parse as SendGrid makes them: a form of parsed fields, or with the raw message in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from django.test import Client

from emails.models import Draft
from tests.emails.corpus import TOKEN_ADDRESS, Sent

SECRET = "a-long-random-word-for-the-path"
PATH = f"/webhooks/sendgrid/inbound/{SECRET}"
BOUNDARY = "xYzZY"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form(fields: Mapping[str, str | bytes], files: Mapping[str, tuple[str, str, bytes]] | None = None) -> bytes:
    """Write a form. files: name → (disposition's further parameters, type, content)."""
    lines: list[bytes] = []
    for name, value in fields.items():
        content = value if isinstance(value, bytes) else value.encode()
        lines += [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode(), content, b"\r\n"]
    for name, (more, kind, content) in (files or {}).items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; {more}\r\nContent-Type: {kind}\r\n\r\n'
        lines += [head.encode("utf-8", "surrogateescape"), content, b"\r\n"]
    return b"".join([*lines, f"--{BOUNDARY}--\r\n".encode()])


def address_of(draft: Draft) -> str:
    return f"reply+{draft.reply_token}@in.evergreen.example"


def known_fields(sent: Sent, to: str, **more: str | bytes) -> dict[str, str | bytes]:
    """What both kinds of call hold: the envelope, and what the receiving server found."""
    domain = sent.from_email.rpartition("@")[2]
    envelope: dict[str, Any] = {"to": [to], "from": sent.envelope_from}
    fields: dict[str, str | bytes] = {
        "envelope": json.dumps(envelope),
        "SPF": "pass" if sent.envelope_from else "none",
        "dkim": f"{{@{domain} : pass}}",
        "sender_ip": "192.0.2.14",
        "charsets": json.dumps({"to": "UTF-8", "from": "UTF-8", "subject": "UTF-8", "text": "utf-8", "html": "utf-8"}),
        "spam_score": "0.011",
    }
    return {name: value for name, value in {**fields, **more}.items() if value != ""}


def raw_call(sent: Sent, to: str = TOKEN_ADDRESS, **more: str | bytes) -> bytes:
    """With "Send Raw": the whole message in one field."""
    message = sent.raw.replace(TOKEN_ADDRESS.encode(), to.encode())
    return form({**known_fields(sent, to, **more), "email": message})


def parsed_call(sent: Sent, to: str = TOKEN_ADDRESS, **more: str | bytes) -> bytes:
    """Taken apart: header block, texts, and each further part as a file."""
    message = cast(EmailMessage, message_from_bytes(sent.raw, policy=default))
    head = sent.raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    fields = {**known_fields(sent, to, **more), "headers": head, "from": str(message["From"]), "to": to}
    fields["subject"] = str(message["Subject"])
    files: dict[str, tuple[str, str, bytes]] = {}
    for part in message.walk():
        kind = part.get_content_type()
        if part.is_multipart() and kind != "message/rfc822" and kind != "message/delivery-status":
            continue
        if kind in ("text/plain", "text/html") and kind.removeprefix("text/").replace("plain", "text") not in fields:
            fields[kind.removeprefix("text/").replace("plain", "text")] = cast(str, part.get_content())
        elif kind == "message/delivery-status":
            content = b"\n".join(block.as_bytes() for block in cast(list[Any], part.get_payload()))
            files[f"attachment{len(files) + 1}"] = ("", kind, content)
        elif kind not in ("text/plain", "text/html"):
            content = cast(bytes, part.get_payload(decode=True)) or b""
            name = part.get_filename() or "part"
            files[f"attachment{len(files) + 1}"] = (f'filename="{name}"', _type(part), content)
    return form({**fields, "attachments": str(len(files))}, files)


def _type(part: Any) -> str:
    return str(part["Content-Type"]).replace("\n", " ")


def post(body: bytes, *, path: str = PATH, content_type: str = TYPE, **headers: str) -> Any:
    return Client(enforce_csrf_checks=True).post(path, body, content_type=content_type, headers=headers)

"""SendGrid's Inbound Parse: one call as facts of a mail, from the parsed fields or from the raw message.

Source: SendGrid, "Inbound Parse", and what is known of it: fields may be in the charset that `charsets` names, file
names may be anything, `to` is the header's and may be another mailbox, so the envelope decides.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from emails.providers.html_text import LONGEST_HTML, LONGEST_TEXT
from emails.providers.mime import (
    Headers,
    Part,
    clean_filename,
    find_header,
    parse_headers,
    read_headers,
    read_type,
    split_parts,
    walk,
)
from emails.providers.opening import facts_from, read_address, with_texts
from emails.providers.texts import clean_line, decode
from emails.rules.replies.authenticity import is_authentic
from emails.rules.replies.mail import MailFacts

LONGEST_FIELD = 2 * 1024 * 1024
LONGEST_HEADERS = 128 * 1024
MOST_ENVELOPE = 100
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,248}>")


class Malformed(ValueError):
    """Raised when a call is no form, or a form that no mail is in."""


@dataclass(frozen=True)
class Form:
    """The fields of a call as bytes, and its files as parts."""

    fields: Mapping[str, bytes]
    files: Sequence[Part]


def read_form(body: bytes, content_type: str) -> Form:
    """Read the form of a call. Raises Malformed. Names count as they are written; of two fields the first counts."""
    kind, parameters = read_type(content_type)
    boundary = parameters.get("boundary", "")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= 200:
        raise Malformed("The call is no form with parts.")
    parts = split_parts(body, boundary.encode("utf-8", "replace"))
    if not parts:
        raise Malformed("The call has no parts.")
    fields: dict[str, bytes] = {}
    files: list[Part] = []
    for raw in parts:
        headers, content = read_headers(raw)
        disposition = find_header(headers, "content-disposition")
        name = read_type(disposition)[1].get("name", "")
        if not name or not disposition.lower().startswith("form-data"):
            raise Malformed("A part of the call has no name.")
        if name.startswith("attachment") and name[len("attachment") :].isdecimal():
            files.append(_file_part(headers, content))
        else:
            fields.setdefault(name, content)
    form = Form(fields, files)
    _check(form)
    return form


def find_message_id(form: Form) -> str:
    """The mail's Message-ID in angle brackets; "" where it has none that is one."""
    return message_id_of(_own_headers(form))


def message_id_of(headers: Headers) -> str:
    found = _MESSAGE_ID.search(find_header(headers, "message-id")[:1000])
    return found.group() if found else ""


def mail_id(form: Form, body: bytes) -> uuid.UUID:
    """Give the id that the same mail always has: by its Message-ID, else by the call's bytes.

    A forged mail that comes first has another id, so that it cannot keep the genuine one out.
    """
    named = find_message_id(form)
    seed = f"{named}\n{is_authentic(_addressed(form))}".encode() if named else body
    return uuid.UUID(bytes=hashlib.sha256(seed).digest()[:16])


def open_call(body: bytes, content_type: str) -> MailFacts:
    """Take a kept call apart. Raises Malformed."""
    form = read_form(body, content_type)
    known = _addressed(form)
    raw = form.fields.get("email")
    if raw is not None:
        facts = facts_from(known.headers, list(walk(raw)))
    else:
        charsets = _charsets(form)
        facts = with_texts(
            facts_from(known.headers, form.files),
            text=_text(form, "text", charsets, LONGEST_TEXT),
            html=_text(form, "html", charsets, LONGEST_HTML),
        )
    return replace(
        facts,
        from_email=known.from_email,
        from_name=known.from_name,
        subject=known.subject or facts.subject,
        envelope_to=known.envelope_to,
        envelope_from=known.envelope_from,
        spf=known.spf,
        dkim=known.dkim,
    )


def open_file(body: bytes, content_type: str, place: int) -> Part | None:
    """Give the attachment at `place` of a kept call. Raises Malformed."""
    form = read_form(body, content_type)
    raw = form.fields.get("email")
    parts = form.files if raw is None else list(walk(raw))
    return parts[place] if 0 <= place < len(parts) else None


def _check(form: Form) -> None:
    """Refuse what no mail is in, and fields that must be JSON and are none."""
    if not {"email", "headers", "from"} & form.fields.keys():
        raise Malformed("There is no mail in the call.")
    for name in ("envelope", "charsets"):
        if name in form.fields:
            _json(form, name)


def _addressed(form: Form) -> MailFacts:
    """Who sent it to whom, and what the receiving server found out about that."""
    headers = _own_headers(form)
    charsets = _charsets(form)
    envelope = _json(form, "envelope") if "envelope" in form.fields else {}
    sender = find_header(headers, "from") or _text(form, "from", charsets, 2_000)
    name, email = read_address(sender)
    return MailFacts(
        headers=headers,
        from_email=email,
        from_name=name,
        subject=clean_line(find_header(headers, "subject") or _text(form, "subject", charsets, 2_000), 300),
        envelope_to=_envelope_to(envelope.get("to"), _text(form, "to", charsets, 2_000)),
        envelope_from=_envelope_from(envelope),
        spf="".join(_text(form, "SPF", {}, 100).lower().split()[:1]),
        dkim=_text(form, "dkim", {}, 2_000).strip().lower(),
    )


def _own_headers(form: Form) -> Headers:
    if (raw := form.fields.get("email")) is not None:
        return read_headers(raw)[0]
    return parse_headers(decode(form.fields.get("headers", b"")[:LONGEST_HEADERS]))


def _envelope_to(given: Any, header_to: str) -> tuple[str, ...]:
    rows = given if isinstance(given, list) else [given] if isinstance(given, str) else [header_to]
    addresses = (read_address(row)[1] for row in rows[:MOST_ENVELOPE] if isinstance(row, str))
    return tuple(address for address in addresses if address)


def _envelope_from(envelope: dict[str, Any]) -> str | None:
    sender = envelope.get("from")
    return read_address(sender)[1] if isinstance(sender, str) else None


def _charsets(form: Form) -> dict[str, str]:
    given = _json(form, "charsets") if "charsets" in form.fields else {}
    return {name: value for name, value in given.items() if isinstance(value, str)}


def _json(form: Form, name: str) -> dict[str, Any]:
    try:
        value = json.loads(form.fields[name][:LONGEST_FIELD].decode("utf-8", "replace"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Malformed(f"“{name}” is no JSON.") from None
    if not isinstance(value, dict):
        raise Malformed(f"“{name}” is no JSON object.")
    return value


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _text(form: Form, name: str, charsets: Mapping[str, str], longest: int) -> str:
    raw = form.fields.get(name, b"")[: longest * 4]
    return decode(raw, charsets.get(name, ""))[:longest]


def _file_part(headers: Headers, content: bytes) -> Part:
    """A file of the form as a part of a message: its transfer encoding is undone already."""
    kind, parameters = read_type(find_header(headers, "content-type") or "application/octet-stream")
    disposition = read_type(find_header(headers, "content-disposition"))[1]
    return Part(
        headers=(),
        content_type=kind,
        charset=parameters.get("charset", ""),
        filename=clean_filename(disposition.get("filename", "")),
        is_attachment=not kind.startswith(("message/", "text/calendar")),
        body=content,
        parameters=parameters,
    )

"""A whole message (raw MIME) as facts: texts, files, what a mail server reports, an invitation's answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime

from emails.providers.html_text import LONGEST_HTML, LONGEST_TEXT, html_to_texts
from emails.providers.mime import Headers, Part, find_header, parse_headers, read_headers, read_type, walk
from emails.providers.texts import clean_line
from emails.rules.replies.mail import DeliveryStatus, FileFacts, MailFacts

MOST_FILES = 100
MOST_RECIPIENTS = 50
_LONGEST_ADDRESSES = 2_000
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers")


def open_message(raw: bytes) -> MailFacts:
    """Take a raw message apart."""
    headers, _ = read_headers(raw)
    parts = list(walk(raw))
    return facts_from(headers, parts)


def facts_from(headers: Headers, parts: Sequence[Part]) -> MailFacts:
    """Make facts of a message's own headers and of its parts, however they came."""
    content_type, parameters = read_type(find_header(headers, "content-type") or "text/plain")
    name, email = read_address(find_header(headers, "from"))
    plain = [part for part in parts if part.content_type == "text/plain" and is_body(part)]
    html = next((part for part in parts if part.content_type == "text/html" and is_body(part)), None)
    added, full_html = html_to_texts(html.text(LONGEST_HTML)) if html else ("", "")
    text = "\n\n".join(part.text(LONGEST_TEXT) for part in plain[:20])[:LONGEST_TEXT]
    return MailFacts(
        headers=headers,
        from_email=email,
        from_name=name,
        subject=clean_line(find_header(headers, "subject"), 300),
        sent_at=read_date(find_header(headers, "date")),
        text=text,
        html_text=added,
        full_text=text if text.strip() else full_html,
        files=tuple(list_files(parts)),
        deliveries=tuple(_read_deliveries(parts)),
        returned=_read_returned(parts),
        content_type=content_type,
        report_type=parameters.get("report-type", "").lower(),
        calendar=_read_calendar(parts),
    )


def with_texts(facts: MailFacts, *, text: str, html: str) -> MailFacts:
    """The same mail with the texts that came as fields of their own."""
    added, full_html = html_to_texts(html)
    text = text[:LONGEST_TEXT]
    return replace(facts, text=text, html_text=added, full_text=text if text.strip() else full_html)


def read_address(value: str) -> tuple[str, str]:
    """Give the name and the address of the first who is named, the address in lower case."""
    try:
        pairs = getaddresses([value[:_LONGEST_ADDRESSES]])
    except (RecursionError, ValueError, IndexError):
        return "", ""
    name, email = next(((name, email) for name, email in pairs if "@" in email), ("", ""))
    return clean_line(name, 200), clean_line(email, 320).lower().replace(" ", "")


def read_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value[:100])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_body(part: Part) -> bool:
    return not part.is_attachment and not part.filename


def list_files(parts: Sequence[Part]) -> Iterable[FileFacts]:
    """The parts that a person would call attachments; place is the part's number."""
    found = 0
    for place, part in enumerate(parts):
        if is_body(part) and part.content_type.startswith(("text/plain", "text/html", "message/", "multipart/")):
            continue
        if found == MOST_FILES:
            return
        found += 1
        size = (
            len(part.body) * 3 // 4
            if "base64" in find_header(part.headers, "content-transfer-encoding").lower()
            else len(part.body)
        )
        yield FileFacts(place, part.filename or _name_for(part), part.content_type, size)


def _name_for(part: Part) -> str:
    return "invitation.ics" if part.content_type == "text/calendar" else "attachment"


def _read_deliveries(parts: Sequence[Part]) -> Iterable[DeliveryStatus]:
    """Read what a mail server says of each recipient (RFC 3464): blocks of fields, the first about the message."""
    report = next((part for part in parts if part.content_type in _REPORTS), None)
    if report is None:
        return
    for block in report.text(50_000).split("\n\n")[:MOST_RECIPIENTS]:
        fields = parse_headers(block)
        recipient = find_header(fields, "final-recipient") or find_header(fields, "original-recipient")
        action, status = find_header(fields, "action"), find_header(fields, "status")
        if recipient or status:
            yield DeliveryStatus(
                recipient=read_address(recipient.partition(";")[2] or recipient)[1],
                action=clean_line(action, 40).lower(),
                status=clean_line(status.partition(" ")[0], 20),
                diagnostic=clean_line(find_header(fields, "diagnostic-code"), 300),
            )


def _read_returned(parts: Sequence[Part]) -> Headers:
    """The headers of the letter that came back."""
    part = next((part for part in parts if part.content_type in _RETURNED), None)
    return read_headers(part.content()[:200_000])[0] if part else ()


def _read_calendar(parts: Sequence[Part]) -> tuple[str, str]:
    part = next((part for part in parts if part.content_type == "text/calendar"), None)
    if part is None:
        return "", ""
    text = part.text(50_000).upper().replace("\n ", "").replace("\n\t", "")
    method = part.parameters.get("method", "").upper()
    answers = ("ACCEPTED", "DECLINED", "TENTATIVE")
    answer = next((one for one in answers if f"PARTSTAT={one}" in text), "")
    if not method:
        method = next((one for one in ("REPLY", "REQUEST", "CANCEL") if f"METHOD:{one}" in text), "")
    return method[:20], answer if method == "REPLY" else ""

"""A message taken apart, by code that a hostile one cannot keep busy: bounded depth and parts, one pass over the bytes.

The standard parser nests as deep as the message says and looks for every open boundary in every line.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value

from emails.providers.texts import clean_line, decode, decode_words

MOST_PARTS = 300
DEEPEST = 12
MOST_HEADER_BYTES = 128 * 1024
MOST_HEADERS = 500
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """One part without parts of its own. headers: decoded. filename: cleaned, "" where none is given."""

    headers: Headers
    content_type: str
    charset: str
    filename: str
    is_attachment: bool
    body: bytes = field(repr=False)
    parameters: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """Undo the transfer encoding."""
        encoding = find_header(self.headers, "content-transfer-encoding").strip().lower()
        if encoding == "base64":
            return _from_base64(self.body)
        return quopri.decodestring(self.body) if encoding == "quoted-printable" else self.body

    def text(self, longest: int) -> str:
        # So many bytes hold so much text in any charset and encoding.
        cut = Part(**{**self.__dict__, "body": self.body[: longest * 12]})
        return decode(cut.content()[: longest * 4], self.charset)[:longest]


def read_headers(raw: bytes) -> tuple[Headers, bytes]:
    """Give a message's or a part's headers, decoded and unfolded, and the bytes under them."""
    if raw.startswith((b"\r\n", b"\n")):
        return (), raw[raw.index(b"\n") + 1 :]
    found = _BLANK_LINE.search(raw, 0, MOST_HEADER_BYTES)
    if found is None:
        head, body = raw[:MOST_HEADER_BYTES], raw[MOST_HEADER_BYTES:]
    else:
        head, body = raw[: found.start()], raw[found.end() :]
    return parse_headers(decode(head)), body


def parse_headers(text: str) -> Headers:
    """Parse a block of headers; lines that are none are passed over."""
    rows: list[list[str]] = []
    for line in text.split("\n")[: MOST_HEADERS * 4]:
        if line[:1] in (" ", "\t"):
            if rows:
                rows[-1].append(line.strip())
            continue
        name, colon, value = line.partition(":")
        if colon and name and " " not in name.strip() and len(rows) < MOST_HEADERS:
            rows.append([name.strip(), value.strip()])
    return tuple((row[0][:100], decode_words(" ".join(row[1:]))) for row in rows)


def find_header(headers: Sequence[tuple[str, str]], name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def walk(raw: bytes) -> Iterator[Part]:
    """Give the parts in order, those of attached messages not among them; at most MOST_PARTS."""
    waiting: list[tuple[bytes, int]] = [(raw, 0)]
    given = 0
    while waiting and given < MOST_PARTS:
        whole, depth = waiting.pop()
        headers, body = read_headers(whole)
        content_type, parameters = read_type(find_header(headers, "content-type") or "text/plain")
        boundary = parameters.get("boundary", "")
        if content_type.startswith("multipart/") and boundary and depth < DEEPEST:
            inner = split_parts(body, boundary.encode("utf-8", "replace"))
            waiting += [(one, depth + 1) for one in reversed(inner)]
            continue
        given += 1
        disposition, more = _read_disposition(find_header(headers, "content-disposition"))
        name = more.get("filename") or parameters.get("name", "")
        yield Part(
            headers=headers,
            content_type=content_type,
            charset=parameters.get("charset", ""),
            filename=clean_filename(name),
            is_attachment=disposition == "attachment",
            body=body,
            parameters=parameters,
        )


def split_parts(body: bytes, boundary: bytes) -> list[bytes]:
    """Split at the boundary's lines. What stands before the first and after the last is left out."""
    mark = b"--" + boundary
    parts: list[bytes] = []
    start = -1
    for at in _boundaries(body, mark):
        if start >= 0:
            parts.append(_without_last_line_end(body[start:at]))
        after = at + len(mark)
        if body[after : after + 2] == b"--" or len(parts) >= MOST_PARTS:
            return parts
        line_end = body.find(b"\n", after)
        start = line_end + 1 if line_end >= 0 else len(body)
    if start >= 0:
        parts.append(body[start:])
    return parts


def read_type(value: str) -> tuple[str, dict[str, str]]:
    """Read a Content-Type or a part of one: the type in lower case, and its parameters."""
    return _read_parameters(value, "content-type")


def clean_filename(name: str) -> str:
    """A name that is no path and no second header."""
    return clean_line(re.split(r"[/\\]", name[:1000])[-1], 150).strip(". ")


def _boundaries(body: bytes, mark: bytes) -> Iterator[int]:
    at = body.find(mark)
    while at >= 0:
        following = body[at + len(mark) : at + len(mark) + 2]
        if (at == 0 or body[at - 1] == 10) and (not following or following[:1] in b"\r\n \t" or following == b"--"):
            yield at
        at = body.find(mark, at + len(mark))


def _without_last_line_end(part: bytes) -> bytes:
    if part.endswith(b"\r\n"):
        return part[:-2]
    return part[:-1] if part.endswith(b"\n") else part


def _read_disposition(value: str) -> tuple[str, dict[str, str]]:
    if not value:
        return "", {}
    kind, _, _ = value.partition(";")
    return kind.strip().lower(), _read_parameters(value, "content-disposition")[1]


def _read_parameters(value: str, header: str) -> tuple[str, dict[str, str]]:
    """Read the parameters as the standard library does, which knows RFC 2231; none where that fails."""
    message = Message()
    message[header] = value[:2000].replace("\n", " ")
    kind = value.partition(";")[0].strip().lower()[:100]
    try:
        pairs = message.get_params(failobj=[], header=header) or []
        return kind, {str(name).lower(): decode_words(collapse_rfc2231_value(value)) for name, value in pairs[1:]}
    except Exception:  # whatever the garbage leads to
        return kind, {}


def _from_base64(body: bytes) -> bytes:
    """Decode what can be decoded: strangers' line ends and a missing end are nobody's loss."""
    letters = _NOT_BASE64.sub(b"", body)
    letters = letters[: len(letters) // 4 * 4] if len(letters) % 4 == 1 else letters + b"=" * (-len(letters) % 4)
    try:
        return binascii.a2b_base64(letters)
    except binascii.Error:
        return b""

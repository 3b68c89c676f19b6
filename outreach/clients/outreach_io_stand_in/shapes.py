"""What goes in and out of the stand-in: a request, a reply, errors in Outreach.io's shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from customers.clients.wire import Answer, Call

CONTENT_TYPE = "application/vnd.api+json"


@dataclass(frozen=True)
class Request:
    """One request as it comes in. path: below the host; headers: names in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    now: datetime

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw.decode(errors="replace"), keep_blank_values=True))

    def json(self) -> Any:
        """This will read the body. Raises Refusal."""
        try:
            return json.loads(self.raw.decode())
        except (ValueError, RecursionError):
            raise Refusal(400, "invalidRequestBody", "Invalid Request Body", "The body is no JSON.") from None


@dataclass(frozen=True)
class Reply:
    """One reply. body: JSON, None for an empty one."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body).encode()


class Refusal(Exception):
    """Raised for what is answered with an error. more: further fields of the error."""

    def __init__(self, status: int, identity: str, title: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.reply = Reply(status, {"errors": [{"id": identity, "title": title, "detail": detail, **more}]})


def invalid(detail: str, pointer: str = "", **more: Any) -> Refusal:
    """This will give the 422 of a validation."""
    source = {"source": {"pointer": pointer}} if pointer else {}
    return Refusal(422, "validationError", "Validation Error", detail, **source, **more)


def missing() -> Refusal:
    return Refusal(404, "resourceNotFound", "Resource Not Found", "There is no such resource.")


def request_of(call: Call, *, now: datetime) -> Request:
    """This will write out a call of our client as it would go over the wire."""
    parts = urlsplit(call.url)
    headers = {name.lower(): value for name, value in call.headers.items()}
    raw = b""
    if call.body is not None:
        raw = json.dumps(call.body).encode()
    elif isinstance(call.data, bytes):
        raw = call.data
    elif call.data:
        raw = urlencode(call.data).encode()
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **(call.query or {})}
    return Request(call.method, parts.path, query, headers, raw, now)


def answer_of(reply: Reply) -> Answer:
    from requests.structures import CaseInsensitiveDict

    return Answer(reply.status, CaseInsensitiveDict(reply.headers), reply.raw)


def text_of(moment: datetime) -> str:
    """This will write a moment as Outreach.io does."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

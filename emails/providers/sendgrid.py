"""SendGrid's mail send, through its package.

The package has no deadline, follows redirects with the key in hand, and logs whole bodies where debugging is on; all
three are seen to here. Source: SendGrid, "Mail Send" v3.
"""

from __future__ import annotations

import base64
import http.client
import json
import logging
import ssl
import urllib.error
import urllib.request
from datetime import datetime
from functools import lru_cache
from typing import Any

import sendgrid
from django.conf import settings
from python_http_client.client import Client
from python_http_client.exceptions import HTTPError
from sendgrid.helpers.mail import (
    Attachment,
    ClickTracking,
    Content,
    CustomArg,
    Disposition,
    Email,
    FileContent,
    FileName,
    FileType,
    Header,
    Mail,
    OpenTracking,
    Personalization,
    ReplyTo,
    Subject,
    SubscriptionTracking,
    TrackingSettings,
)

from customers.clients.deadline import DEADLINE_S, Attempt, run_within
from customers.clients.peers import check_peer
from customers.rules.bases import refuse_base
from emails.providers.base import Accepted, MaybeAccepted, NotAccepted, OutgoingMail
from emails.providers.recipients import refuse_strangers
from emails.rules.rendering import clean_line

DRAFT_ARG = "evergreen_draft"
"""Comes back at the top of every event: kept by SendGrid for ever, so an opaque id and nothing else."""

REFUSED_HEADERS = frozenset(
    ("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from",
     "subject", "reply-to", "cc", "bcc", "message-id")
)  # fmt: skip
"""SendGrid refuses a call with one of them. The last it takes, but then no longer tells which one it sent with."""

RETRIED_STATUSES = frozenset({401, 429})
"""A key that is being changed, and too many calls: worth another try. All other 4xx say no to this message."""

LONGEST_REASON = 300

# It writes every body and the key into the log at DEBUG.
logging.getLogger("python_http_client").setLevel(logging.WARNING)


class SendGridProvider:
    """Sends through SendGrid's API. 202 says accepted, not sent: the events tell the rest."""

    name = "sendgrid"

    def __init__(self, *, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s

    def send(self, mail: OutgoingMail, *, now: datetime) -> Accepted:
        """Hand it over. Raises NotAccepted, MaybeAccepted."""
        refuse_strangers(mail, domains=settings.OUTBOUND_DOMAINS)
        base = settings.SENDGRID_API_BASE
        if refusal := refuse_base(base, allow_loopback=settings.ALLOW_LOOPBACK_VENDORS):
            raise NotAccepted(f"SENDGRID_API_BASE: {refusal}", can_retry=False)
        body = build_body(mail)
        return run_within(lambda attempt: _post(body, base=base, attempt=attempt), seconds=self._deadline_s)


def build_body(mail: OutgoingMail) -> dict[str, Any]:
    """Write the request. Addresses, links and files come from rows; headers that are not ours to set are left out."""
    message = Mail()
    person = Personalization()
    person.add_to(Email(clean_line(mail.to_email), clean_line(mail.to_name) or None))
    for address in _copies(mail):
        person.add_cc(Email(clean_line(address)))
    # At the top the package writes an object where the published description wants a text.
    person.add_custom_arg(CustomArg(DRAFT_ARG, str(mail.draft_id)))
    message.add_personalization(person)
    message.from_email = Email(clean_line(mail.from_email), clean_line(mail.from_name) or None)
    message.subject = Subject(clean_line(mail.subject))
    if mail.reply_to:
        message.reply_to = ReplyTo(clean_line(mail.reply_to))
    message.content = [Content("text/plain", mail.text), Content("text/html", mail.html)]
    for file in mail.files:
        message.add_attachment(_attachment(file.name, file.content_type, file.content))
    for name, value in mail.headers.items():
        if name.lower() not in REFUSED_HEADERS:
            message.add_header(Header(name, clean_line(value)))
    message.tracking_settings = TrackingSettings(
        click_tracking=ClickTracking(enable=mail.track, enable_text=False),
        open_tracking=OpenTracking(enable=mail.track),
        # The account may have it on, which would put a second way out beside ours.
        subscription_tracking=SubscriptionTracking(enable=False),
    )
    body: dict[str, Any] = message.get()
    return body


def _copies(mail: OutgoingMail) -> list[str]:
    """SendGrid refuses a call that names an address twice."""
    seen = {mail.to_email.lower()}
    copies = []
    for address in mail.cc:
        if address.lower() not in seen:
            seen.add(address.lower())
            copies.append(address)
    return copies


def _attachment(name: str, content_type: str, content: bytes) -> Attachment:
    return Attachment(
        FileContent(base64.b64encode(content).decode()),
        FileName(clean_line(name)),
        FileType(content_type),
        Disposition("attachment"),
    )


def _post(body: dict[str, Any], *, base: str, attempt: Attempt) -> Accepted:
    api = sendgrid.SendGridAPIClient(settings.SENDGRID_API_KEY, host=base.rstrip("/"))
    api.client = _Client(attempt, host=api.host, request_headers=api._default_headers, version=3)
    try:
        response = api.send(body)
    except HTTPError as error:
        raise _refusal(error) from None
    except (OSError, http.client.HTTPException) as error:
        name = type(error).__name__
        if attempt.may_have_left:
            raise MaybeAccepted(f"No answer from SendGrid ({name}); it may have taken the message.") from None
        raise NotAccepted(f"SendGrid could not be reached ({name}).", can_retry=True) from None
    return Accepted(provider_id=(response.headers.get("X-Message-Id") or "")[:250])


def _refusal(error: HTTPError) -> NotAccepted | MaybeAccepted:
    status = error.status_code
    if status >= 500:
        return MaybeAccepted(f"SendGrid answered {status}; it may have taken the message.")
    if status < 400:
        return NotAccepted(f"SendGrid answered {status}, which points elsewhere: check the address.", can_retry=False)
    said = _said(error.body)
    reason = f"SendGrid answered {status}{': ' + said if said else '.'}"
    return NotAccepted(reason, can_retry=status in RETRIED_STATUSES)


def _said(body: bytes) -> str:
    """Give the vendor's own words, where the body is of the documented shape."""
    try:
        errors = json.loads(body)["errors"]
        return clean_line(" ".join(str(one["message"]) for one in errors))[:LONGEST_REASON]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""


class _Client(Client):
    """The package's client, calling under our own rules."""

    def __init__(self, attempt: Attempt, **options: Any) -> None:
        super().__init__(**options)
        self.attempt = attempt

    def _build_client(self, name: str | None = None) -> _Client:
        return _Client(
            self.attempt,
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
        )

    def _make_request(self, opener: Any, request: Any, timeout: float | None = None) -> Any:
        return super()._make_request(_opener(self.attempt), request, timeout=DEADLINE_S)


def _opener(attempt: Attempt) -> urllib.request.OpenerDirector:
    """An opener that goes straight to the address it is given: no proxy, no redirect."""

    class Plain(http.client.HTTPConnection):
        def connect(self) -> None:
            super().connect()
            check_peer(self.sock, setting="SENDGRID_API_BASE")
            attempt.begin(self.sock)

    class Encrypted(http.client.HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            check_peer(self.sock, setting="SENDGRID_API_BASE")
            attempt.begin(self.sock)

    class PlainHandler(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(Plain, req)

    class EncryptedHandler(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(Encrypted, req, context=_tls())

    opener = urllib.request.OpenerDirector()
    for handler in (PlainHandler, EncryptedHandler, *ANSWERS):
        opener.add_handler(handler())
    return opener


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """As http.client makes it for each connection. To read the authorities takes more CPU than all else of a letter."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the key to another host, and turn the message into a GET that is "answered"."""

    def redirect_request(self, *args: Any, **options: Any) -> None:
        return None


ANSWERS = (_NoRedirect, urllib.request.HTTPDefaultErrorHandler, urllib.request.HTTPErrorProcessor)
"""What `build_opener` would add besides asks the environment for proxies and reads files, at 0.3 ms a letter."""

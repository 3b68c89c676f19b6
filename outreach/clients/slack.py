"""Slack, through its package: messages out, and whether a click that comes in is theirs.

The package follows redirects with the token in hand, takes a proxy from the machine, has no total deadline and logs
bodies at DEBUG; the call itself is therefore made by ours. Source: Slack, "chat.postMessage", "chat.update",
"Verifying requests from Slack": all but rate limits are answered 200 with `ok`.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from urllib.request import Request

from django.conf import settings
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.web import WebClient

from customers.clients.base import Effect, NotAccepted
from customers.clients.deadline import DEADLINE_S, unanswered
from customers.clients.inbound import Forged, NoKey
from customers.clients.wire import Answer, Call, Vendor, failure_of, place_call, unreadable
from outreach.rules.slack_messages import Posted, SlackMessage, Whisper, escape

API = Vendor("Slack", "SLACK_API_BASE")
MAYBE_DONE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Slack says of these that a part may have been done."""

WORTH_ANOTHER_TRY = frozenset({"ratelimited", "rate_limited", "invalid_auth", "token_expired", "accesslimited"})
"""Too many calls, and a token that is being changed. All other errors say no to this message."""

LONGEST_CODE = 80
LONGEST_ID = 120

# It writes every body into the log at DEBUG, and what it cannot read at ERROR.
_silent = logging.Logger("slack", logging.CRITICAL + 1)


class SlackClient:
    """Calls Slack. Raises NotAccepted, MaybeAccepted; nothing is tried twice."""

    name = "slack"

    def __init__(self, *, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s

    def post(self, message: SlackMessage, *, to: str = "", now: datetime) -> Posted:
        """Post in the channel of the settings, or to one person. A second post is a second message.

        to: a member id; Slack opens the conversation with the bot. Source: "chat.postMessage", "channel".
        """
        body = {"channel": to or settings.SLACK_CHANNEL, "unfurl_links": False, **_content(message)}
        return self._call("chat.postMessage", body, effect=Effect.ONCE, now=now)

    def update(self, posted: Posted, message: SlackMessage, *, now: datetime) -> Posted:
        """Put another text in a message's place."""
        body = {"channel": posted.channel, "ts": posted.ts, **_content(message)}
        return self._call("chat.update", body, effect=Effect.REPEATABLE, now=now)

    def tell(self, whisper: Whisper, *, now: datetime) -> None:
        """Tell one person something that nobody else sees and that is gone with their session."""
        body = {"channel": whisper.channel, "user": whisper.user, "text": escape(whisper.text)}
        self._ask("chat.postEphemeral", body, effect=Effect.ONCE, now=now)

    def _call(self, method: str, body: dict[str, Any], *, effect: Effect, now: datetime) -> Posted:
        row = self._ask(method, body, effect=effect, now=now)
        channel, ts = (row.get("channel"), row.get("ts")) if isinstance(row, dict) else (None, None)
        if not _is_id(channel) or not _is_id(ts):
            raise unreadable(API, effect)
        return Posted(str(channel), str(ts))

    def _ask(self, method: str, body: dict[str, Any], *, effect: Effect, now: datetime) -> Any:
        web = _Web(effect=effect, now=now, deadline_s=self._deadline_s)
        try:
            return web.api_call(method, json=body).data
        except SlackApiError as error:
            raise _refusal(error, effect) from None


def check_signature(raw: bytes, *, timestamp: str, signature: str, now: datetime, secret: str | None = None) -> None:
    """Raise NoKey, or Forged unless Slack signed this body within the last five minutes.

    secret: another than that of the settings, for the stand-in's own page.
    """
    secret = (settings.SLACK_SIGNING_SECRET if secret is None else secret).strip()
    if not secret:
        raise NoKey("SLACK_SIGNING_SECRET is not set.")
    try:
        is_theirs = SignatureVerifier(secret, _At(now)).is_valid(raw, timestamp, signature)
    except Exception as error:  # whatever the garbage leads to
        raise Forged("The signature cannot be read.") from error
    if not is_theirs:
        raise Forged("The signature is not Slack's, or too old.")


class _At(Clock):
    """The clock of the package, standing still at the moment that a door has read."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> float:
        return self._now.timestamp()


class _Web(WebClient):
    """The package's client, calling under our own rules."""

    def __init__(self, *, effect: Effect, now: datetime, deadline_s: float) -> None:
        super().__init__(
            token=settings.SLACK_BOT_TOKEN, base_url=settings.SLACK_API_BASE, retry_handlers=[], logger=_silent
        )
        self._effect, self._now, self._deadline_s = effect, now, deadline_s

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        data = req.data if isinstance(req.data, bytes) else b""
        call = Call("POST", url, self._effect, {str(k): str(v) for k, v in req.header_items()}, data=data)
        answer = place_call(call, vendor=API, deadline_s=self._deadline_s)
        if not answer.is_good:
            raise failure_of(answer, vendor=API, effect=self._effect, now=self._now)
        return {"status": answer.status, "headers": dict(answer.headers), "body": _text(answer, self._effect)}


def _text(answer: Answer, effect: Effect) -> str:
    """Give the body where it is an object of JSON; the package fails in many ways on all else."""
    try:
        is_object = isinstance(answer.json(), dict)
    except ValueError:
        is_object = False
    if not is_object:
        raise unreadable(API, effect)
    return answer.body.decode()


def _refusal(error: SlackApiError, effect: Effect) -> Exception:
    code = str(error.response.get("error") or "no reason")[:LONGEST_CODE]
    if code in MAYBE_DONE:
        return unanswered(f"Slack answered {code}", effect)
    return NotAccepted(f"Slack answered: {code}.", can_retry=code in WORTH_ANOTHER_TRY, code=code)


def _content(message: SlackMessage) -> dict[str, Any]:
    return {"text": message.text, "blocks": list(message.blocks)}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID

"""Zoom meetings, by a server-to-server app of the account.

Source: Zoom, "Meetings" and "Server-to-Server OAuth": no refresh token, an hour's life, no idempotency key. `start_url`
is a host's login and is dropped at once: only `join_url` may go to a customer.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings

from customers.clients.base import Effect, NotAccepted
from customers.clients.deadline import DEADLINE_S
from customers.clients.tokens import Token, drop_token, get_token
from customers.clients.wire import Answer, Call, Vendor, failure_of, place_call, unreadable

API = Vendor("Zoom", "ZOOM_API_BASE")
OAUTH = Vendor("Zoom", "ZOOM_OAUTH_BASE")
EARLY = timedelta(minutes=5)
"""A token is renewed so long before it ends."""

TOKEN_LIFE_S = 3600
SCHEDULED = 2
LONGEST_TOPIC = 200
LONGEST_AGENDA = 2000
LONGEST_URL = 500
DAILY_LIMIT = "daily rate limit"


@dataclass(frozen=True)
class MeetingAsk:
    """A meeting that is wanted. starts_at: aware."""

    customer_id: UUID
    topic: str
    starts_at: datetime
    duration_min: int = 30
    agenda: str = ""


@dataclass(frozen=True)
class ZoomMeeting:
    """A meeting that exists there. meeting_id: a number above 2^31, kept as text."""

    meeting_id: str
    join_url: str


class ZoomClient:
    """Calls Zoom. Raises NotAccepted, MaybeAccepted; nothing is tried twice but a refused token, once."""

    name = "zoom"

    def __init__(self, *, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s

    def create_meeting(self, ask: MeetingAsk, *, now: datetime) -> ZoomMeeting:
        """Make the meeting at the host of the settings."""
        url = f"{settings.ZOOM_API_BASE.rstrip('/')}/users/{quote(settings.ZOOM_HOST.strip(), safe='@')}/meetings"
        answer = self._authorised("POST", url, build_meeting(ask), now=now)
        if not answer.is_good:
            raise _failure(answer, now=now)
        try:
            row = answer.json()
            meeting = ZoomMeeting(str(int(row["id"])), str(row["join_url"]))
        except (ValueError, TypeError, KeyError):
            raise unreadable(API, Effect.ONCE) from None
        if not meeting.join_url.startswith("https://") or len(meeting.join_url) > LONGEST_URL:
            raise unreadable(API, Effect.ONCE)
        return meeting

    def _authorised(self, method: str, url: str, body: Any, *, now: datetime) -> Answer:
        """Call with a token; with a new one where the kept one is refused, for then nothing was done."""
        key = (settings.ZOOM_OAUTH_BASE, settings.ZOOM_ACCOUNT_ID, settings.ZOOM_CLIENT_ID)
        for is_last in (False, True):
            token = get_token(key, lambda: self._mint(now=now), now=now)
            headers = {"Authorization": f"Bearer {token.value}"}
            call = Call(method, url, Effect.ONCE, headers, body=body)
            answer = place_call(call, vendor=API, deadline_s=self._deadline_s)
            if answer.status != 401:
                return answer
            drop_token(key, token)
            if is_last:
                break
        return answer

    def _mint(self, *, now: datetime) -> Token:
        pair = f"{settings.ZOOM_CLIENT_ID}:{settings.ZOOM_CLIENT_SECRET}"
        answer = place_call(
            Call(
                "POST",
                f"{settings.ZOOM_OAUTH_BASE.rstrip('/')}/oauth/token",
                Effect.READ,
                {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"},
                query={"grant_type": "account_credentials", "account_id": settings.ZOOM_ACCOUNT_ID},
            ),
            vendor=OAUTH,
            deadline_s=self._deadline_s,
        )
        if not answer.is_good:
            raise failure_of(answer, vendor=OAUTH, effect=Effect.READ, now=now, said="the app's credentials")
        try:
            row = answer.json()
            value, life_s = row["access_token"], float(row.get("expires_in", TOKEN_LIFE_S))
            if not isinstance(value, str) or not value.isascii() or not value.isprintable():
                raise ValueError("no token")
            return Token(value, now + timedelta(seconds=min(life_s, TOKEN_LIFE_S)) - EARLY)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            raise unreadable(OAUTH, Effect.READ) from None


def build_meeting(ask: MeetingAsk) -> dict[str, Any]:
    """Write the request. With `Z` the moment is GMT; without it Zoom reads the account's own zone."""
    return {
        "topic": " ".join(ask.topic.split())[:LONGEST_TOPIC],
        "type": SCHEDULED,
        "start_time": ask.starts_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": ask.duration_min,
        "timezone": "UTC",
        "agenda": ask.agenda[:LONGEST_AGENDA],
        "settings": {"join_before_host": False, "waiting_room": True},
    }


def _failure(answer: Answer, *, now: datetime) -> Exception:
    said, code = "", ""
    try:
        row = answer.json()
        said, code = str(row["message"]), str(row["code"])
    except (ValueError, TypeError, KeyError):
        pass
    error = failure_of(answer, vendor=API, effect=Effect.ONCE, now=now, said=said, code=code)
    if isinstance(error, NotAccepted) and answer.status == 429 and error.retry_after_s is None and DAILY_LIMIT in said:
        # The limit of a hundred a day ends at midnight UTC, and then no Retry-After is sent.
        midnight = (now.astimezone(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        error.retry_after_s = int((midnight - now).total_seconds())
    return error

"""Zoom meetings, by a server-to-server app of the account.

Source: Zoom, "Meetings" and "Server-to-Server OAuth": no refresh token, an hour's life, no idempotency key. `start_url`
is a host's login and is dropped at once: only `join_url` may go to a customer.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings

from customers.clients.base import Effect, MaybeAccepted, NotAccepted
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
MARKER_SIGNS = 16
PAGE_SIZE = 300
MOST_PAGES = 5


@dataclass(frozen=True)
class MeetingAsk:
    """A meeting that is wanted. starts_at: aware.

    reference: names what it is for, the same at every try, so that one that was made by a lost call is found again.
    """

    customer_id: UUID
    topic: str
    starts_at: datetime
    duration_min: int = 30
    agenda: str = ""
    reference: str = ""

    @property
    def marker(self) -> str:
        """What stands at the head of the agenda: only its first 250 signs are listed."""
        named = self.reference or f"{self.customer_id}|{self.topic}|{self.starts_at.astimezone(UTC).isoformat()}"
        return f"Ref {hashlib.sha256(named.encode()).hexdigest()[:MARKER_SIGNS]}"


@dataclass(frozen=True)
class ZoomMeeting:
    """A meeting that exists there. meeting_id: a number above 2^31, kept as text.

    starts_at: of one that was found there, which an earlier call had made.
    """

    meeting_id: str
    join_url: str
    starts_at: datetime | None = None


class ZoomClient:
    """Calls Zoom. Raises NotAccepted, MaybeAccepted; nothing is tried twice but a refused token, once."""

    name = "zoom"

    def __init__(self, *, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s

    def create_meeting(self, ask: MeetingAsk, *, now: datetime) -> ZoomMeeting:
        """Make the meeting at the host of the settings, or give the one that an earlier call has made.

        With a reference it is looked for first; after a call without an answer in any case.
        """
        if ask.reference and (earlier := self.find_meeting(ask, now=now)):
            return earlier
        try:
            return self._create(ask, now=now)
        except MaybeAccepted:
            # Zoom may list it a moment later than it is made: what is not found stays unknown.
            with contextlib.suppress(NotAccepted, MaybeAccepted):
                if made := self.find_meeting(ask, now=now):
                    return made
            raise

    def find_meeting(self, ask: MeetingAsk, *, now: datetime) -> ZoomMeeting | None:
        """Look for the meeting among the host's coming ones, by its marker. Raises NotAccepted."""
        query = {"type": "upcoming", "page_size": str(PAGE_SIZE)}
        for _ in range(MOST_PAGES):
            answer = self._authorised("GET", _meetings_url(), None, now=now, query=query)
            if not answer.is_good:
                raise _failure(answer, now=now, effect=Effect.READ)
            rows, token = _read_list(answer)
            for row in rows:
                if str(row.get("agenda", "")).startswith(ask.marker):
                    return _read_meeting(row, effect=Effect.READ, has_start=True)
            if not token:
                return None
            query["next_page_token"] = token
        return None

    def _create(self, ask: MeetingAsk, *, now: datetime) -> ZoomMeeting:
        answer = self._authorised("POST", _meetings_url(), build_meeting(ask), now=now)
        if not answer.is_good:
            raise _failure(answer, now=now)
        try:
            row = answer.json()
        except ValueError:
            raise unreadable(API, Effect.ONCE) from None
        return _read_meeting(row, effect=Effect.ONCE)

    def _authorised(
        self, method: str, url: str, body: Any, *, now: datetime, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Call with a token; with a new one where the kept one is refused, for then nothing was done."""
        key = (settings.ZOOM_OAUTH_BASE, settings.ZOOM_ACCOUNT_ID, settings.ZOOM_CLIENT_ID)
        for is_last in (False, True):
            token = get_token(key, lambda: self._mint(now=now), now=now)
            headers = {"Authorization": f"Bearer {token.value}"}
            effect = Effect.READ if method == "GET" else Effect.ONCE
            call = Call(method, url, effect, headers, body=body, query=query)
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
        "agenda": f"{ask.marker}\n\n{ask.agenda}".strip()[:LONGEST_AGENDA],
        "settings": {"join_before_host": False, "waiting_room": True},
    }


def _meetings_url() -> str:
    return f"{settings.ZOOM_API_BASE.rstrip('/')}/users/{quote(settings.ZOOM_HOST.strip(), safe='@')}/meetings"


def _read_meeting(row: Any, *, effect: Effect, has_start: bool = False) -> ZoomMeeting:
    """Read one meeting; the host's own link is left where it is."""
    try:
        meeting_id, join_url = str(int(row["id"])), str(row["join_url"])
        starts_at = datetime.fromisoformat(str(row["start_time"])) if has_start else None
    except (ValueError, TypeError, KeyError):
        raise unreadable(API, effect) from None
    is_zone_missing = starts_at is not None and starts_at.tzinfo is None
    if not join_url.startswith("https://") or len(join_url) > LONGEST_URL or is_zone_missing:
        raise unreadable(API, effect)
    return ZoomMeeting(meeting_id, join_url, starts_at)


def _read_list(answer: Answer) -> tuple[list[dict[str, Any]], str]:
    try:
        body = answer.json()
        rows, token = [row for row in body["meetings"] if isinstance(row, dict)], body.get("next_page_token")
    except (ValueError, TypeError, KeyError, AttributeError):
        raise unreadable(API, Effect.READ) from None
    return rows, token if isinstance(token, str) and len(token) <= LONGEST_URL else ""


def _failure(answer: Answer, *, now: datetime, effect: Effect = Effect.ONCE) -> Exception:
    said, code = "", ""
    try:
        row = answer.json()
        said, code = str(row["message"]), str(row["code"])
    except (ValueError, TypeError, KeyError):
        pass
    error = failure_of(answer, vendor=API, effect=effect, now=now, said=said, code=code)
    if isinstance(error, NotAccepted) and answer.status == 429 and error.retry_after_s is None and DAILY_LIMIT in said:
        # The limit of a hundred a day ends at midnight UTC, and then no Retry-After is sent.
        midnight = (now.astimezone(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        error.retry_after_s = int((midnight - now).total_seconds())
    return error

"""How a call to Outreach.io ends when it does not end well. All are NotAccepted: surely not done.

Source: Outreach, "Errors": `errors[0].id` names the kind; the gateway's 401 has another shape. The words of a 422 are
not documented: they are recognised loosely, and whoever acts on them looks at Outreach.io first.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from customers.clients.base import Effect, MaybeAccepted, NotAccepted
from customers.clients.wire import Answer, Vendor, failure_of
from outreach.rules.outreach_io.limits import WINDOW, read_limits

API = Vendor("Outreach.io", "OUTREACH_API_BASE")
OAUTH = Vendor("Outreach.io", "OUTREACH_OAUTH_BASE")
MISSING_SCOPE = "unauthorizedOauthScope"
MAINTENANCE = "scheduledServerMaintenance"
RATE_LIMIT = "rateLimitExceeded"
NOT_CONNECTED = "not_connected"
_ALREADY = re.compile(r"already\b.*\b(?:sequence|active|added|exist)|(?:sequence|active)\b.*\balready", re.I | re.S)
_TAKEN = re.compile(r"already|taken|duplicate|in use|exists|not unique|must be unique", re.I)


class NotConnected(NotAccepted):
    """Raised when there is no connection that works: a person connects (again) on its page."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, can_retry=False, code=NOT_CONNECTED)


class RateLimited(NotAccepted):
    """Raised when no more calls may be made until a moment: theirs (429, 503) or our own count of the hour."""

    def __init__(self, reason: str, *, until: datetime, now: datetime, code: str = RATE_LIMIT) -> None:
        seconds = max(1, int((until - now).total_seconds() + 0.999))
        super().__init__(reason, can_retry=True, retry_after_s=seconds, code=code)
        self.until = until


class AlreadyInSequence(NotAccepted):
    """Raised for a 422 that says so. Another sequence may be meant: look with `find_state` and adopt what is there."""


class EmailTaken(NotAccepted):
    """Raised for a 422 about an email that another prospect has: look with `find_prospect`."""


class WrongState(NotAccepted):
    """Raised when a state cannot be paused, resumed or finished from where it stands: read it again."""


class Gone(NotAccepted):
    """Raised when there is nothing of this id, any more or for these tokens."""


def error_of(answer: Answer, *, effect: Effect, now: datetime) -> NotAccepted | MaybeAccepted:
    """This will give the error for an answer that is not good; what only some calls know is made finer by them."""
    said, code = read_errors(answer)
    limits = read_limits(answer.headers, now=now)
    if answer.status == 429:
        until = limits.when_to_go_on() or now + WINDOW / 60
        return RateLimited("Outreach.io takes no more calls for now.", until=until, now=now, code=code or RATE_LIMIT)
    if answer.status == 503 and (code == MAINTENANCE or limits.go_on_at is not None):
        until = limits.go_on_at or now + WINDOW / 12
        return RateLimited("Outreach.io is being maintained.", until=until, now=now, code=code or MAINTENANCE)
    error = failure_of(answer, vendor=API, effect=effect, now=now, said=said, code=code)
    if answer.status == 404 and isinstance(error, NotAccepted):
        return Gone(error.reason, can_retry=False, code=error.code)
    return error


def finer(error: NotAccepted, kind: type[NotAccepted]) -> NotAccepted:
    """This will give the same error as one of a finer kind."""
    return kind(error.reason, can_retry=error.can_retry, retry_after_s=error.retry_after_s, code=error.code)


def says_already_in(answer: Answer) -> bool:
    return answer.status == 422 and bool(_ALREADY.search(_all_words(answer)))


def says_taken(answer: Answer) -> bool:
    return answer.status == 422 and bool(_TAKEN.search(_all_words(answer)))


def read_errors(answer: Answer) -> tuple[str, str]:
    """This will give their words and their name for what is wrong; "" where the body is of no known shape."""
    row = _json(answer)
    if not isinstance(row, dict):
        return "", ""
    rows = _rows(row.get("errors"))
    if rows:
        words = " ".join(str(one.get("detail") or one.get("details") or one.get("title") or "") for one in rows)
        return words.strip(), str(rows[0].get("id") or rows[0].get("code") or "")
    # The gateway's and OAuth's shape.
    return str(row.get("description") or row.get("error_description") or ""), str(row.get("error") or "")


def _all_words(answer: Answer) -> str:
    row = _json(answer)
    rows = _rows(row.get("errors")) if isinstance(row, dict) else []
    return "\n".join(" ".join(str(value) for value in one.values() if isinstance(value, str)) for one in rows)


def _json(answer: Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _rows(errors: Any) -> list[dict[str, Any]]:
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []

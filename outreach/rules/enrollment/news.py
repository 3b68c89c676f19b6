"""What a webhook of Outreach.io says. Source: the contract, "WEBHOOKS": only the attributes that changed are told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from outreach.rules.outreach_io.resources import Mailing

OLDEST = timedelta(hours=25)
"""A call is made within seconds and tried again for a minute: what is older is somebody's copy of it."""

AHEAD = timedelta(minutes=10)
LONGEST_EVENT = 60
LONGEST_TEXT = 4000


class BadNews(ValueError):
    """Raised for a body that is none of theirs; says why."""


@dataclass(frozen=True)
class News:
    """One thing that happened there. event: "mailing.replied"; number: of the thing; said: what changed."""

    event: str
    resource: str
    action: str
    number: int
    said: Mapping[str, Any]
    related: Mapping[str, int]
    delivered_at: datetime


def read_news(raw: bytes) -> News:
    """Raise BadNews for anything that is not of their shape."""
    try:
        body = json.loads(raw.decode())
    except (ValueError, RecursionError):
        raise BadNews("The body is no JSON.") from None
    data, meta = _dict(body, "data"), _dict(body, "meta")
    event = meta.get("eventName")
    if not isinstance(event, str) or not event.isascii() or len(event) > LONGEST_EVENT or event.count(".") != 1:
        raise BadNews("meta.eventName is no event.")
    resource, action = event.split(".")
    if data.get("type") != resource:
        raise BadNews("data.type is not what the event is of.")
    attributes, links = data.get("attributes") or {}, data.get("relationships") or {}
    if not isinstance(attributes, dict) or not isinstance(links, dict):
        raise BadNews("data has no attributes.")
    return News(
        event, resource, action, _number(data.get("id")), attributes, _related(links), moment_of(meta, "deliveredAt")
    )


def mailing_of(news: News) -> Mailing:
    """This will give the mail as far as news tells of it: what has changed, and what the event itself says."""
    said = news.said

    def moment(name: str, action: str = "") -> datetime | None:
        return find_moment(said, name) or (news.delivered_at if action and news.action == action else None)

    return Mailing(
        mailing_id=news.number,
        prospect_id=news.related.get("prospect"),
        state_id=news.related.get("sequenceState"),
        step_id=news.related.get("sequenceStep"),
        state=_text(said, "state"),
        subject=_text(said, "subject"),
        message_id=_text(said, "messageId"),
        mailbox_email=_text(said, "mailboxAddress").strip().lower()[:320],
        delivered_at=moment("deliveredAt", "delivered"),
        opened_at=moment("openedAt", "opened"),
        clicked_at=moment("clickedAt"),
        replied_at=moment("repliedAt", "replied"),
        bounced_at=moment("bouncedAt", "bounced"),
        unsubscribed_at=moment("unsubscribedAt"),
        updated_at=news.delivered_at,
    )


def check_age(news: News, *, now: datetime) -> None:
    """Raise BadNews for news that is too old to be theirs, or from the future."""
    if not now - OLDEST <= news.delivered_at <= now + AHEAD:
        raise BadNews("meta.deliveredAt is too old, or in the future.")


def moment_of(said: Mapping[str, Any], name: str) -> datetime:
    """This will read a moment that must be there. Raises BadNews."""
    found = find_moment(said, name)
    if found is None:
        raise BadNews(f"{name} is no moment.")
    return found


def find_moment(said: Mapping[str, Any], name: str) -> datetime | None:
    value = said.get(name)
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    # A zero byte is no text in a database.
    return value.replace("\x00", "")[:LONGEST_TEXT] if isinstance(value, str) else ""


def _dict(body: Any, name: str) -> dict[str, Any]:
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, dict):
        raise BadNews(f"There is no {name}.")
    return found


def _related(links: Mapping[str, Any]) -> dict[str, int]:
    found = {}
    for name, link in links.items():
        data = link.get("data") if isinstance(link, dict) else None
        if isinstance(data, dict) and isinstance(data.get("id"), int | str):
            try:
                found[name] = _number(data["id"])
            except BadNews:
                continue
    return found


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadNews("data.id is no number.")
    text = str(value)
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise BadNews("data.id is no number.")
    return int(text)

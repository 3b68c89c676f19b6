"""What the mails of a sequence tell: which have left, and what is news of one.

Source: the contract, "MAILINGS"; promise 6: opens and clicks decide nothing, a reply stops the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emails.rules.events import SCANNER_WITHIN
from outreach.rules.outreach_io.resources import Mailing

LEFT_WORDS = frozenset({"delivering", "delivered", "opened", "replied", "bounced"})
"""Their words for mails that have left; a draft, a scheduled or a failed one has not."""

MOMENTS = ("opened_at", "clicked_at", "replied_at", "bounced_at", "unsubscribed_at")
OLD_REPLY = timedelta(days=2)
"""A reply in a sequence that is none of ours is history when it is first read so late: it stops nobody any more."""


@dataclass(frozen=True)
class Seen:
    """What is known of a mail. sent_at: None for one that was not known."""

    sent_at: datetime | None = None
    moments: Mapping[str, datetime | None] = field(default_factory=dict)


def has_left(mailing: Mailing) -> bool:
    """This will say whether it is a mail that somebody got, or was to get."""
    return sent_moment(mailing) is not None


def sent_moment(mailing: Mailing) -> datetime | None:
    """This will give when it left: as they tell it, else the first thing that is known of it."""
    if mailing.delivered_at is not None:
        return mailing.delivered_at
    told = [at for at in (getattr(mailing, name) for name in MOMENTS) if at is not None]
    if told:
        return min(told)
    return mailing.updated_at if mailing.state.strip().lower() in LEFT_WORDS else None


def is_machines(opened_at: datetime | None, *, sent_at: datetime) -> bool:
    """This will say whether a machine opened it: scanners do so while it is delivered, people need longer."""
    return opened_at is not None and opened_at - sent_at <= SCANNER_WITHIN


def merge(before: Seen, mailing: Mailing) -> dict[str, Any]:
    """This will give the moments as they are known now: each the latest that was told, whatever order it came in."""
    merged: dict[str, Any] = {}
    for name in MOMENTS:
        at = [one for one in (before.moments.get(name), getattr(mailing, name)) if one is not None]
        merged[name] = max(at, default=None)
    sent = [one for one in (before.sent_at, sent_moment(mailing)) if one is not None]
    # What was first known as opened may be told to have been delivered before.
    merged["sent_at"] = min(sent)
    return merged


def happened(before: Seen, after: Mapping[str, Any]) -> list[tuple[str, datetime]]:
    """This will name what is new of a mail and when it was, in the order in which a person would tell it."""
    sent_at = after["sent_at"]
    told: list[tuple[str, datetime]] = [] if before.sent_at is not None else [("sent", sent_at)]
    was_opened = before.moments.get("opened_at")
    opened_at = after["opened_at"]
    is_known = was_opened is not None and not is_machines(was_opened, sent_at=before.sent_at or sent_at)
    if opened_at is not None and not is_known and not is_machines(opened_at, sent_at=sent_at):
        told.append(("opened", opened_at))
    for name in ("clicked", "replied", "bounced", "unsubscribed"):
        at = after[f"{name}_at"]
        if at is not None and before.moments.get(f"{name}_at") is None:
            told.append((name, at))
    return told

"""Letters written, sent and looked at, with the hours of New York."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from customers.models import Stakeholder, User
from emails.enums import Lane, Purpose
from emails.models import Draft
from emails.services import outbox
from emails.services.drafts import compose_draft
from emails.services.editing import reload
from emails.services.sending import send

NEW_YORK = ZoneInfo("America/New_York")


TEXT = "Hello,\n\nshall we talk next week?\n\nKind regards"


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


NIGHT = ny("2026-03-04T22:00")


MORNING = ny("2026-03-05T09:00")


def write(
    person: Stakeholder, by: User, now: datetime, *, lane: Lane = Lane.RENEWAL, purpose: str = Purpose.FREE, **more: Any
) -> Draft:
    draft = compose_draft(
        customer=person.customer, stakeholder=person, sender=by, subject=f"{lane} letter", body=TEXT, now=now, by=by
    )
    Draft.objects.filter(pk=draft.pk).update(lane=lane, purpose=purpose, **more)
    return reload(draft)


def send_now(draft: Draft, *, now: datetime, by: User) -> Draft:
    send(draft, version=draft.version, now=now, by=by)
    outbox.deliver(draft.pk, now=now)
    return reload(draft)


def standing(draft: Draft) -> tuple[str, str, datetime | None]:
    current = reload(draft)
    return current.state, current.blocked_by, current.not_before

"""Changing the text of a deliverable. Each change carries the version it saw; what was delivered never changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from customers.models import User
from customers.services.activity import record
from emails.enums import Writer
from emails.rules.annotation import cut_out
from emails.rules.grounding import confirmation_key
from emails.rules.rendering import clean_text, has_line_break
from journeys.models import Deliverable, DeliverableVersion
from journeys.queries.deliverables import EDITABLE, judge_text, with_people
from journeys.rules.documents import MOST_BODY, MOST_TITLE

TYPING_PAUSE = timedelta(minutes=2)
AUTOSAVE = "Edited"


class StaleText(Exception):
    """Raised when the deliverable was changed since the caller read it. current: as it is now; seen: as it was read."""

    def __init__(self, current: Deliverable, *, seen: int) -> None:
        super().__init__("Somebody changed this deliverable meanwhile. Both texts are shown; nothing was overwritten.")
        self.current = current
        self.seen = seen


class NotOpen(Exception):
    """Raised when the deliverable's state does not allow it."""

    def __init__(self, current: Deliverable) -> None:
        super().__init__(f"This deliverable cannot be changed now: it is “{current.get_state_display()}”.")
        self.current = current


def reload(deliverable: Deliverable) -> Deliverable:
    current: Deliverable = with_people(Deliverable.objects).get(pk=deliverable.pk)
    return current


def save_text(deliverable: Deliverable, *, version: int, now: datetime, by: User, **changes: str) -> Deliverable:
    """Write title and body, as far as they are given; nothing happens where nothing differs.

    Raises ValidationError by field, StaleText, NotOpen.
    """
    changes = clean_changes(changes)
    if deliverable.version == version and all(getattr(deliverable, name) == value for name, value in changes.items()):
        return deliverable
    with transaction.atomic():
        saved = touch(deliverable, version=version, now=now, writer=Writer.PERSON, writer_note="", **changes)
        keep_version(saved, reason=AUTOSAVE, now=now, by=by)
    return saved


def touch(deliverable: Deliverable, *, version: int, now: datetime, **changes: Any) -> Deliverable:
    """Write fields by one conditional UPDATE and give the row as it is then. Raises StaleText, NotOpen."""
    moved = Deliverable.objects.filter(pk=deliverable.pk, version=version, state__in=EDITABLE).update(
        **changes, version=F("version") + 1, updated_at=now
    )
    current = reload(deliverable)
    if not moved:
        raise refused(current, version=version)
    return current


def refused(current: Deliverable, *, version: int) -> StaleText | NotOpen:
    """Say why a conditional UPDATE met no row."""
    return StaleText(current, seen=version) if current.version != version else NotOpen(current)


def restore_text(
    deliverable: Deliverable, old: DeliverableVersion, *, version: int, now: datetime, by: User
) -> Deliverable:
    """Bring an earlier text back as the newest; the present one stays among the versions."""
    with transaction.atomic():
        restored = touch(
            deliverable, version=version, now=now, title=old.title, body=old.body, writer=old.writer, writer_note=""
        )
        keep_version(restored, reason=f"Text {old.number} brought back", now=now, by=by)
        summary = f"Brought text {old.number} of “{restored}” back"
        record("deliverable.restored", summary, customer=restored.customer_id, by=by, now=now, subject=restored)
    return restored


def confirm_claim(deliverable: Deliverable, *, text: str, version: int, now: datetime, by: User) -> Deliverable:
    """Put on record that a person vouches for a claim without a record. Raises ValidationError when there is none."""
    key = confirmation_key(text)
    if key not in {confirmation_key(span.text) for span in judge_text(deliverable).open_spans if span.fact is None}:
        raise ValidationError({"span": f"“{text}” is not among the claims without a record."})
    row = {"key": key, "text": text, "by": str(by.pk), "name": by.display_name, "at": now.isoformat()}
    with transaction.atomic():
        changed = touch(deliverable, version=version, now=now, confirmed=[*deliverable.confirmed, row])
        summary = f"Confirmed “{text[:200]}” in “{changed}” without a record behind it"
        record("deliverable.confirmed", summary, customer=changed.customer_id, by=by, now=now, subject=changed)
    return changed


def remove_claim(
    deliverable: Deliverable, *, part: str, start: int, end: int, version: int, now: datetime, by: User
) -> Deliverable:
    """Cut a claim out of the text. part: "subject" is the title; start, end: as the fact check gave them."""
    name = {"subject": "title", "body": "body"}.get(part)
    if name is None:
        raise ValidationError({"part": "Either subject or body."})
    text = getattr(deliverable, name)
    if not 0 <= start < end <= len(text):
        raise ValidationError({"start": "There is no such place in the text."})
    return save_text(deliverable, version=version, now=now, by=by, **{name: cut_out(text, start, end)})


def clean_changes(changes: dict[str, str]) -> dict[str, str]:
    """Check and normalise title and body. Raises ValidationError by field, both at once."""
    errors: dict[str, str] = {}
    cleaned = dict(changes)
    if "title" in cleaned:
        title = cleaned["title"] = clean_text(cleaned["title"]).strip()
        if has_line_break(title):
            errors["title"] = "The title must be one line."
        elif not title:
            errors["title"] = "Give it a title."
        elif len(title) > MOST_TITLE:
            errors["title"] = f"The title may have at most {MOST_TITLE} characters."
    if "body" in cleaned:
        cleaned["body"] = clean_text(cleaned["body"]).rstrip()
        if len(cleaned["body"]) > MOST_BODY:
            errors["body"] = (
                f"The text may have at most {MOST_BODY:,} characters; this one has {len(cleaned['body']):,}."
            )
    if errors:
        raise ValidationError(errors)
    return cleaned


def keep_version(deliverable: Deliverable, *, reason: str, now: datetime, by: User | None) -> None:
    """Keep the present text under its present version; autosaves of one sitting are one text."""
    values = {"number": deliverable.version, "title": deliverable.title, "body": deliverable.body, "at": now}
    if reason == AUTOSAVE and (sitting := _open_sitting(deliverable, now=now, by=by)) is not None:
        DeliverableVersion.objects.filter(pk=sitting.pk).update(**values, updated_at=now)
        return
    DeliverableVersion.objects.create(
        deliverable=deliverable,
        customer_id=deliverable.customer_id,
        writer=deliverable.writer,
        reason=reason[:300],
        by=by,
        **values,
    )


def _open_sitting(deliverable: Deliverable, *, now: datetime, by: User | None) -> DeliverableVersion | None:
    last = DeliverableVersion.objects.filter(deliverable=deliverable).order_by("-number").first()
    if last is None or last.reason != AUTOSAVE or last.by_id != (by.pk if by else None):
        return None
    return last if now - last.at <= TYPING_PAUSE else None

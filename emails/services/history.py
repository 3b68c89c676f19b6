"""Every text a draft had is kept, with who wrote it and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from customers.models import Activity, User
from emails.enums import Writer
from emails.models import Draft, DraftVersion
from emails.writing.writers import Written

TYPING_PAUSE = timedelta(minutes=2)
AUTOSAVE = "Edited"
APPROVAL_VERBS = ("draft.approved", "draft.queued", "draft.scheduled")


def keep_version(draft: Draft, *, reason: str, now: datetime, by: User | None) -> None:
    """Keep the draft's present text under its present version.

    Autosaves of one person that follow each other within two minutes are one sitting: its last text is kept, and each
    that somebody approved.
    """
    if reason == AUTOSAVE and _continues_sitting(draft, now=now, by=by):
        DraftVersion.objects.filter(draft=draft, version=_last(draft)).update(
            version=draft.version, subject=draft.subject, body=draft.body, saved_at=now, updated_at=now
        )
        return
    DraftVersion.objects.create(
        draft=draft,
        version=draft.version,
        subject=draft.subject,
        body=draft.body,
        writer=draft.writer,
        by=by,
        reason=reason[:300],
        saved_at=now,
    )


def keep_aside(draft: Draft, written: Written, *, version: int, reason: str, now: datetime) -> None:
    """Keep a text that came when the draft had moved on from `version`, so that a person may take it."""
    DraftVersion.objects.create(
        draft=draft,
        version=version,
        subject=written.letter.subject,
        body=written.letter.body,
        writer=written.writer,
        reason=f"{reason} (not used)"[:300],
        saved_at=now,
        is_aside=True,
    )


def _last(draft: Draft) -> int:
    return draft.versions.filter(is_aside=False).values_list("version", flat=True).first() or 0


def _continues_sitting(draft: Draft, *, now: datetime, by: User | None) -> bool:
    last = draft.versions.filter(is_aside=False).first()
    return (
        last is not None
        and last.reason == AUTOSAVE
        and last.writer == Writer.PERSON
        and last.by_id == (by.pk if by else None)
        and now - last.saved_at <= TYPING_PAUSE
        and not _was_approved(draft, last.version)
    )


def _was_approved(draft: Draft, version: int) -> bool:
    lines = Activity.objects.filter(subject_kind="draft", subject_id=draft.pk, verb__in=APPROVAL_VERBS)
    return lines.filter(data__version=version).exists()

"""Letters that a rule approved, written anew where their records have changed since.

A person's approval is of one text, and ends with it. A rule approves what a template says of the records, so that its
letter follows them: the new text takes the place of the old one, both are kept, and the gate is asked again.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from customers.services.activity import record
from emails.enums import DraftState
from emails.models import Draft
from emails.registry import Anew, rewriter
from emails.rules.receipts import Receipt
from emails.services.editing import reload
from emails.services.history import keep_version
from emails.services.templated import make_draft
from emails.services.waiting import drop

OUTGROWN = frozenset({"stale_facts", "not_stakeholder", "no_sender", "not_approved"})
"""Refusals that a new text, or another recipient, may do away with."""

WAITING = (DraftState.QUEUED, DraftState.BLOCKED)
_TEXT = (
    "stakeholder_id", "to_name", "to_email", "sender_id", "subject", "body", "buttons", "facts", "approval_hash",
)  # fmt: skip


def is_outgrown(draft: Draft, receipt: Receipt) -> bool:
    """Whether a rule's letter is refused for what has changed since it was written."""
    stop = receipt.stop
    return bool(draft.approval_rule) and stop is not None and stop.code in OUTGROWN and receipt.outdated is None


def rewrite(draft: Draft, *, now: datetime) -> bool:
    """This will write a waiting letter anew, or drop it where it has come too late; False where it stays as it is."""
    anew = _ask(draft, now=now)
    if anew is None:
        return False
    if anew.mail is None:
        return drop(_mine(draft), draft, reason=anew.dropped_because, now=now)
    return _replace(draft, anew, now=now)


def prolong(draft: Draft, *, now: datetime) -> bool:
    """This will keep a letter whose time is over where what it speaks of has moved; False where it has not."""
    anew = _ask(draft, now=now)
    return anew is not None and anew.mail is not None and _replace(draft, anew, now=now)


def _ask(draft: Draft, *, now: datetime) -> Anew | None:
    write = rewriter(draft.origin_kind)
    return write(draft, now) if write is not None and draft.approval_rule else None


def _replace(draft: Draft, anew: Anew, *, now: datetime) -> bool:
    mail = anew.mail
    expires_at = mail.expires_at or draft.approval_expires_at
    if expires_at is None or expires_at <= now:
        return False
    fresh = make_draft(mail, now=now, expires_at=expires_at)
    changes = {name: getattr(fresh, name) for name in _TEXT}
    is_new = any(getattr(draft, name) != value for name, value in changes.items())
    if not is_new and draft.approval_expires_at == expires_at:
        return False
    if not is_new:
        # It goes on waiting for what it waits for, only longer.
        return bool(_mine(draft).update(approval_expires_at=expires_at, updated_at=now))
    with transaction.atomic():
        moved = _mine(draft).update(
            **changes,
            state=DraftState.QUEUED,
            approval_expires_at=expires_at,
            not_before=anew.not_before,
            blocked_by="",
            outcome="",
            version=F("version") + 1,
            updated_at=now,
        )
        if moved:
            current = reload(draft)
            keep_version(current, reason="Written anew: its records have changed", now=now, by=None)
            summary = f"Wrote “{current.subject}” to {current.to_name} anew by the rule “{draft.approval_rule}”"
            record("draft.rewritten", summary, customer=draft.customer_id, by=None, now=now, subject=draft)
    return bool(moved)


def _mine(draft: Draft) -> QuerySet[Draft]:
    found: QuerySet[Draft] = Draft.objects.filter(pk=draft.pk, version=draft.version, state__in=WAITING)
    return found

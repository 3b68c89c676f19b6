"""Changing a draft. Each change carries the version it saw, grows it by one and voids the approval."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F

from customers.models import User
from customers.services.activity import record
from emails.enums import EDITABLE_STATES, PriceApproach, Tone, Writer
from emails.models import Draft, DraftVersion
from emails.queries.checks import judge, unknown_addresses
from emails.rules.annotation import cut_out
from emails.rules.grounding import confirmation_key
from emails.rules.rendering import clean_text, has_line_break
from emails.services.history import AUTOSAVE, keep_version
from emails.services.waiting import NO_APPROVAL, look_again

MOST_SUBJECT = 300
MOST_BODY = 20_000
MOST_CC = 10


class StaleVersion(Exception):
    """Raised when the draft was changed since the caller read it.

    current: the draft as it is now. seen: the version that the caller knew, where it is told.
    """

    def __init__(self, current: Draft, *, seen: int | None = None) -> None:
        super().__init__("Somebody changed this draft meanwhile. Both texts are shown; nothing was overwritten.")
        self.current = current
        self.seen = seen


class NotEditable(Exception):
    """Raised when the draft has been handed over, or was cancelled."""

    def __init__(self, current: Draft) -> None:
        super().__init__(f"This draft can no longer be changed: it is “{current.get_state_display()}”.")
        self.current = current


def save_draft(draft: Draft, *, version: int, now: datetime, by: User | None, **changes: Any) -> Draft:
    """Write changed fields: subject, body, tone, cc, price_approach, stakeholder, track_engagement.

    Nothing happens where nothing differs. Raises ValidationError by field, StaleVersion, NotEditable.
    """
    changes = clean_changes(changes)
    check_cc(draft.customer_id, changes.get("cc", []))
    if draft.version == version and all(getattr(draft, name) == value for name, value in changes.items()):
        return draft
    is_text = bool({"subject", "body"} & changes.keys())
    if is_text:
        changes |= {"writer": Writer.PERSON, "written_by": by}
    with transaction.atomic():
        changed = touch(draft, version=version, now=now, **changes)
        if is_text:
            keep_version(changed, reason=AUTOSAVE, now=now, by=by)
    return changed


def touch(draft: Draft, *, version: int, now: datetime, **changes: Any) -> Draft:
    """Write fields by one conditional UPDATE and give the draft as it is then. Raises StaleVersion, NotEditable."""
    moved = Draft.objects.filter(pk=draft.pk, version=version, state__in=EDITABLE_STATES).update(
        **{**NO_APPROVAL, **changes}, version=F("version") + 1, updated_at=now
    )
    if moved and draft.is_waiting:
        look_again(customer_id=draft.customer_id, now=now)
    current = reload(draft)
    if not moved:
        raise StaleVersion(current) if current.version != version else NotEditable(current)
    return current


def reload(draft: Draft) -> Draft:
    current: Draft = Draft.objects.with_people().get(pk=draft.pk)
    return current


def restore_version(draft: Draft, old: DraftVersion, *, version: int, now: datetime, by: User) -> Draft:
    """Bring an earlier text back as the newest; the present one stays among the versions."""
    with transaction.atomic():
        restored = touch(
            draft,
            version=version,
            now=now,
            subject=old.subject,
            body=old.body,
            writer=old.writer,
            written_by=by,
            # It was said of the text that goes.
            writer_note="",
        )
        name = "Claude's version" if old.is_aside else f"text {old.version}"
        keep_version(restored, reason=f"{name[:1].upper()}{name[1:]} brought back", now=now, by=by)
        summary = f"Brought {name} of “{restored}” back"
        record("draft.restored", summary, customer=draft.customer_id, by=by, now=now, subject=draft)
    return restored


def confirm_span(draft: Draft, *, text: str, version: int, now: datetime, by: User) -> Draft:
    """Put on record that a person vouches for a claim without a record. Raises ValidationError when there is none."""
    key = confirmation_key(text)
    open_keys = {confirmation_key(span.text) for span in judge(draft).open_spans if span.fact is None}
    if key not in open_keys:
        raise ValidationError({"span": f"“{text}” is not among the claims without a record."})
    row = {"key": key, "text": text, "by": str(by.pk), "name": by.display_name, "at": now.isoformat()}
    with transaction.atomic():
        changed = touch(draft, version=version, now=now, confirmed=[*draft.confirmed, row])
        record(
            "draft.confirmed",
            f"Confirmed “{text}” in “{draft}” without a record behind it",
            customer=draft.customer_id,
            by=by,
            now=now,
            subject=draft,
        )
    return changed


def remove_span(draft: Draft, *, part: str, start: int, end: int, version: int, now: datetime, by: User) -> Draft:
    """Cut a claim out of the text. part: "subject" or "body"; start, end: as the fact check gave them."""
    if part not in ("subject", "body"):
        raise ValidationError({"part": "Either subject or body."})
    text = getattr(draft, part)
    if not 0 <= start < end <= len(text):
        raise ValidationError({"start": "There is no such place in the text."})
    return save_draft(draft, version=version, now=now, by=by, **{part: cut_out(text, start, end)})


def clean_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """Check and normalise the fields. Raises ValidationError by field, all of them at once."""
    errors: dict[str, str] = {}
    cleaned = dict(changes)
    if "subject" in cleaned:
        if has_line_break(cleaned["subject"]):
            errors["subject"] = "The subject must be one line."
        elif len(cleaned["subject"]) > MOST_SUBJECT:
            errors["subject"] = f"The subject may have at most {MOST_SUBJECT} characters."
        else:
            cleaned["subject"] = clean_text(cleaned["subject"]).strip()
    if "body" in cleaned:
        cleaned["body"] = clean_text(cleaned["body"]).rstrip()
        if len(cleaned["body"]) > MOST_BODY:
            errors["body"] = f"The text may have at most {MOST_BODY:,} characters."
    for name, choices in (("tone", Tone), ("price_approach", PriceApproach)):
        if name in cleaned and cleaned[name] not in choices.values:
            errors[name] = f"Choose one of: {', '.join(choices.values)}."
    if "cc" in cleaned:
        cleaned["cc"], problem = _clean_addresses(cleaned["cc"])
        if problem:
            errors["cc"] = problem
    if errors:
        raise ValidationError(errors)
    return cleaned


def check_cc(customer_id: UUID, addresses: list[str]) -> None:
    """Only people at the account and colleagues may be copied. Raises ValidationError naming the others."""
    unknown = unknown_addresses(customer_id, addresses)
    if unknown:
        raise ValidationError({"cc": f"Neither at this account nor a colleague: {', '.join(unknown)}."})


def _clean_addresses(addresses: list[str]) -> tuple[list[str], str]:
    cleaned = list(dict.fromkeys(address.strip() for address in addresses if address.strip()))
    if len(cleaned) > MOST_CC:
        return cleaned, f"At most {MOST_CC} addresses."
    for address in cleaned:
        try:
            validate_email(address)
        except ValidationError:
            return cleaned, f"“{address[:80]}” is no email address."
    return cleaned, ""

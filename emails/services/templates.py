"""Texts of templates: drafted, published, brought back. What was published stays; every change is on record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Max

from customers.models import User
from customers.services.activity import record
from emails.models import MailTemplate, MailTemplateVersion
from emails.queries.templates import current_version
from emails.registry import template_names, template_use
from emails.rules.rendering import clean_text
from emails.rules.templates import find_problems

MOST_NOTE = 300


class NotOps(PermissionError):
    """Raised when somebody else than ops changes a template."""


class StaleDraft(Exception):
    """Raised when the draft was changed, published or discarded since it was read. current: as it is now, if it is."""

    def __init__(self, current: MailTemplateVersion | None) -> None:
        super().__init__("Somebody changed this text meanwhile; look again.")
        self.current = current


@dataclass(frozen=True)
class NewText:
    subject: str
    body: str
    note: str = ""


def check_text(template: MailTemplate, text: NewText) -> None:
    """Raise ValidationError by field, each with the place, where the text uses what it may not."""
    names = template_names(template.key)
    problems = find_problems(
        subject=text.subject,
        body=text.body,
        names={name.name for name in names},
        links={name.name for name in names if name.is_link},
    )
    errors: dict[str, list[str]] = {}
    for problem in problems:
        errors.setdefault(problem.part, []).append(str(problem))
    if len(text.note) > MOST_NOTE:
        errors["note"] = [f"At most {MOST_NOTE} characters."]
    if errors:
        raise ValidationError(errors)


def save_draft(
    template: MailTemplate, text: NewText, *, edit: int | None, now: datetime, by: User
) -> MailTemplateVersion:
    """This will keep the text as the template's draft. edit: the one that was seen; None: there was no draft.

    Raises NotOps, ValidationError by field, StaleDraft.
    """
    _check_ops(by)
    check_text(template, text)
    fields = {"subject": text.subject.strip(), "body": clean_text(text.body).rstrip(), "note": text.note.strip()}
    if edit is None:
        return _make_draft(template, fields, now=now)
    mine = MailTemplateVersion.objects.filter(template=template, published_at=None, edit=edit)
    if not mine.update(**fields, edit=F("edit") + 1, updated_at=now):
        raise StaleDraft(find_draft(template))
    draft = find_draft(template)
    if draft is None:
        raise StaleDraft(None)
    return draft


def discard_draft(template: MailTemplate, *, now: datetime, by: User) -> bool:
    """This will take the draft away; False when there is none. Raises NotOps."""
    _check_ops(by)
    with transaction.atomic():
        gone, _ = MailTemplateVersion.objects.filter(template=template, published_at=None).delete()
        if gone:
            record("template.discarded", f"Draft of “{template}” discarded", customer=None, by=by, now=now,
                   subject=template)  # fmt: skip
    return bool(gone)


def publish_draft(
    template: MailTemplate,
    *,
    edit: int,
    keep_old: Collection[UUID],
    leave_out: Collection[UUID] = (),
    now: datetime,
    by: User,
) -> MailTemplateVersion:
    """This will make the draft the template's text. What is queued keeps its own; what is written later has the new.

    keep_old: those who go on with the text that counted until now; leave_out: those who go without such mails from now
    on. All others get the new one. Raises NotOps, ValidationError, StaleDraft.
    """
    _check_ops(by)
    with transaction.atomic():
        draft, old = find_draft(template), current_version(template)
        if draft is None or draft.edit != edit:
            raise StaleDraft(draft)
        # The names may have become fewer since it was saved.
        check_text(template, NewText(draft.subject, draft.body, draft.note))
        published = MailTemplateVersion.objects.filter(pk=draft.pk, published_at=None, edit=edit).update(
            published_at=now, published_by=by, updated_at=now
        )
        if not published:
            raise StaleDraft(find_draft(template))
        use = template_use(template.key)
        kept = use.keep_old(old, set(keep_old) - set(leave_out), now) if use is not None and old is not None else 0
        left = use.leave_out(template, leave_out, now) if use is not None and leave_out else 0
        others = f"; {kept} keep version {old.number}" if kept and old is not None else ""
        others += f"; {left} go without it" if left else ""
        record(
            "template.published",
            f"Published “{template}” version {draft.number}{others}",
            customer=None,
            by=by,
            now=now,
            subject=draft,
            kept=kept,
            left_out=left,
            note=draft.note,
        )
    return MailTemplateVersion.objects.select_related("template").get(pk=draft.pk)


def bring_back(old: MailTemplateVersion, *, now: datetime, by: User) -> MailTemplateVersion:
    """This will draft a new version with the text of an old one, to be published as any. Raises NotOps, StaleDraft.

    A draft that is there stays: it must be published or discarded first.
    """
    _check_ops(by)
    note = f"Back to version {old.number}"
    return _make_draft(old.template, {"subject": old.subject, "body": old.body, "note": note}, now=now)


def find_draft(template: MailTemplate) -> MailTemplateVersion | None:
    found: MailTemplateVersion | None = MailTemplateVersion.objects.filter(template=template, published_at=None).first()
    return found


def _make_draft(template: MailTemplate, fields: dict[str, str], *, now: datetime) -> MailTemplateVersion:
    last = template.versions.aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            made: MailTemplateVersion = MailTemplateVersion.objects.create(template=template, number=last + 1, **fields)
    except IntegrityError:
        raise StaleDraft(find_draft(template)) from None
    return made


def _check_ops(by: User) -> None:
    if not by.is_ops:
        raise NotOps("Only ops may change what templates say.")

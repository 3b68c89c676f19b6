"""Letters as another system hands them in: text, files and moment in one call, all of it or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import Customer, Stakeholder, User
from emails.enums import OriginKind
from emails.models import Draft
from emails.queries.ground_facts import free_letter_facts
from emails.queries.senders import sender_for
from emails.services.drafts import compose_draft
from emails.services.editing import reload, save_draft
from emails.services.files import attach_file, remove_file
from emails.services.sending import schedule, send, undo

MOST_FILES = 10


@dataclass(frozen=True)
class NewFile:
    """A file to go along."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Files:
    """What is to go along: files that are there already, by id, and new ones. Others are taken off."""

    kept: frozenset[uuid.UUID]
    new: Sequence[NewFile]


@dataclass(frozen=True)
class Submission:
    """A letter as it was handed in. scheduled: the moment at which it is to leave; sending then is approved."""

    customer: Customer
    stakeholder: Stakeholder
    subject: str
    body: str
    tone: str = ""
    cc: tuple[str, ...] = ()
    files: Sequence[NewFile] = ()
    scheduled: datetime | None = None
    track_engagement: bool = True


def submit_draft(submission: Submission, *, now: datetime, by: User) -> Draft:
    """This will keep the letter with its files, approved for its moment where one is named.

    Raises what `compose_draft`, `attach_file` and `schedule` raise; then nothing is kept.
    """
    with transaction.atomic():
        draft = compose_draft(
            customer=submission.customer,
            stakeholder=submission.stakeholder,
            sender=sender_for(submission.customer, by=by),
            subject=submission.subject,
            body=submission.body,
            tone=submission.tone,
            cc=submission.cc,
            origin_kind=OriginKind.API,
            track_engagement=submission.track_engagement,
            now=now,
            by=by,
        )
        draft = _attach(draft, submission.files, now=now, by=by)
        if submission.scheduled is not None:
            draft = schedule(draft, at=submission.scheduled, version=draft.version, now=now, by=by)
    return draft


def submit_and_send(submission: Submission, *, now: datetime, by: User) -> Draft:
    """This will keep the letter, approve and queue it; nothing is kept where the gate says no."""
    with transaction.atomic():
        draft = submit_draft(submission, now=now, by=by)
        return send(draft, version=draft.version, now=now, by=by)


def change_draft(
    draft: Draft,
    *,
    version: int,
    changes: dict[str, Any],
    files: Files | None,
    now: datetime,
    by: User,
) -> Draft:
    """This will write the changed fields and files. files: None leaves them as they are.

    changes: what `save_draft` takes, and `scheduled_send_date`: a moment approves for it, None takes the letter back.
    Raises what `save_draft`, `attach_file` and `schedule` raise; then nothing is changed.
    """
    fields = dict(changes)
    is_moved, moment = "scheduled_send_date" in fields, fields.pop("scheduled_send_date", None)
    if "stakeholder" in fields:
        fields |= {"to_name": fields["stakeholder"].name, "to_email": fields["stakeholder"].email}
    with transaction.atomic():
        changed = save_draft(draft, version=version, now=now, by=by, **fields)
        if changed.version != version and {"subject", "body"} & fields.keys():
            changed = _take_new_facts(changed, now=now)
        if files is not None:
            changed = _replace_files(changed, files, now=now, by=by)
        if is_moved:
            changed = _move(changed, moment, now=now, by=by)
    return changed


def _take_new_facts(draft: Draft, *, now: datetime) -> Draft:
    """Let a new text speak of what the records gained; what it knew already stays, so that a change shows as one."""
    ground = free_letter_facts(draft.customer, stakeholder=draft.stakeholder, sender=draft.sender, now=now)
    known = {row["key"] for row in draft.facts}
    gained = [fact.as_json() for fact in ground if fact.key not in known]
    if not gained:
        return draft
    Draft.objects.filter(pk=draft.pk, version=draft.version).update(facts=[*draft.facts, *gained])
    return reload(draft)


def _move(draft: Draft, at: datetime | None, *, now: datetime, by: User) -> Draft:
    if at is not None:
        return schedule(draft, at=at, version=draft.version, now=now, by=by)
    if draft.is_scheduled:
        undo(draft, now=now, by=by)
    return reload(draft)


def _replace_files(draft: Draft, files: Files, *, now: datetime, by: User) -> Draft:
    present = {file.pk: file for file in draft.attachments.all()}
    if files.kept - present.keys():
        raise ValidationError({"attachments": "A file to be kept is not attached here."})
    for pk, file in present.items():
        if pk not in files.kept:
            remove_file(draft, file, version=draft.version, now=now, by=by)
            draft = reload(draft)
    return _attach(draft, files.new, now=now, by=by)


def _attach(draft: Draft, files: Sequence[NewFile], *, now: datetime, by: User) -> Draft:
    if len(files) > MOST_FILES:
        raise ValidationError({"attachments": f"At most {MOST_FILES} files."})
    for file in files:
        try:
            attach_file(
                draft,
                name=file.name,
                content=file.content,
                content_type=file.content_type,
                version=draft.version,
                now=now,
                by=by,
            )
        except ValidationError as error:
            raise ValidationError({"attachments": f"{file.name}: {' '.join(error.messages)}"}) from None
        draft = reload(draft)
    return draft

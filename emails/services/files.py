"""What goes along with a letter: uploaded files, and the proposal made from the locked price."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from customers.models import User
from customers.queries.workspace import get_settings
from customers.services.activity import record
from emails.models import Attachment, Draft
from emails.models.parts import MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS_BYTES
from emails.rules.facts import fact_from_json, facts_by_key
from emails.services.editing import touch
from emails.writing.proposal import ProposalBrief, make_proposal, stated_keys

PROPOSAL_KIND = "proposal"
_KNOWN_TYPES = re.compile(r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")
_EXECUTABLE = re.compile(
    r"\.(?:exe|bat|cmd|com|scr|js|jse|vbs|vbe|wsf|ps1|msi|jar|lnk|hta|[sx]?html?|xht|mhtml?|mht|svgz?)$", re.I
)


def attach_file(
    draft: Draft, *, name: str, content: bytes, content_type: str, version: int, now: datetime, by: User
) -> Attachment:
    """Put a file to the draft; the approval is void. Raises ValidationError, StaleVersion, NotEditable."""
    name = clean_file_name(name)
    _check_size(draft, name, content)
    with transaction.atomic():
        touch(draft, version=version, now=now)
        attachment = _store(draft, name=name, content=content, content_type=content_type, kind="upload", fact_keys=[])
        record(
            "draft.attached", f"Attached {name} to “{draft}”", customer=draft.customer_id, by=by, now=now, subject=draft
        )
    return attachment


def remove_file(draft: Draft, attachment: Attachment, *, version: int, now: datetime, by: User) -> None:
    """Take a file off the draft; the approval is void."""
    with transaction.atomic():
        touch(draft, version=version, now=now)
        Attachment.objects.filter(pk=attachment.pk, draft=draft).delete()
        summary = f"Removed {attachment.name} from “{draft}”"
        record("draft.detached", summary, customer=draft.customer_id, by=by, now=now, subject=draft)


def attach_proposal(draft: Draft) -> Attachment:
    """Make the proposal from the draft's facts and put it to the draft, in place of an earlier one.

    Raises NoLockedPrice. The caller says whether the price is locked through the draft's brief.
    """
    facts = facts_by_key(fact_from_json(row) for row in draft.facts)
    sender, person = draft.sender, draft.stakeholder
    content = make_proposal(
        ProposalBrief(
            company=get_settings().company_name,
            customer=draft.customer.name,
            prepared_for=draft.to_name,
            prepared_for_title=person.title if person else "",
            prepared_by=sender.display_name if sender else "",
            prepared_by_title=sender.title if sender else "",
            prepared_by_email=sender.email if sender else "",
            facts=facts,
            is_price_locked=bool(draft.brief.get("is_price_locked")),
        )
    )
    name = clean_file_name(f"Renewal proposal {draft.customer.name}.pdf")
    with transaction.atomic():
        Attachment.objects.filter(draft=draft, kind=PROPOSAL_KIND).delete()
        return _store(
            draft,
            name=name,
            content=content,
            content_type="application/pdf",
            kind=PROPOSAL_KIND,
            fact_keys=stated_keys(facts),
        )


def clean_file_name(name: str) -> str:
    """Keep a plain file name: no path, no control characters, no quotes."""
    base = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[\x00-\x1f\x7f\"<>|:*?\u202a-\u202e\u2066-\u2069]", "", base).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: 140 - len(ending)]}{dot}{ending}"[:150] if plain else "attachment"


def _check_size(draft: Draft, name: str, content: bytes) -> None:
    if _EXECUTABLE.search(name):
        raise ValidationError({"file": "This kind of file is not sent: mail systems refuse it."})
    if not content:
        raise ValidationError({"file": "The file is empty."})
    if len(content) > MAX_ATTACHMENT_BYTES:
        raise ValidationError({"file": f"A file may have at most {MAX_ATTACHMENT_BYTES // 1024 // 1024} MB."})
    total = draft.attachments.aggregate(size=Sum("size"))["size"] or 0
    if total + len(content) > MAX_ATTACHMENTS_BYTES:
        raise ValidationError({"file": f"All files together may have {MAX_ATTACHMENTS_BYTES // 1024 // 1024} MB."})
    if draft.attachments.filter(name=name).exists():
        raise ValidationError({"file": "A file of this name is attached already."})


def _store(
    draft: Draft, *, name: str, content: bytes, content_type: str, kind: str, fact_keys: list[str]
) -> Attachment:
    is_known = _KNOWN_TYPES.match(content_type.lower())
    return Attachment.objects.create(
        draft=draft,
        name=name,
        kind=kind,
        content_type=content_type.lower() if is_known else "application/octet-stream",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        fact_keys=fact_keys,
    )

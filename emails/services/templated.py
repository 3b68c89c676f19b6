"""Mails from templates, many at a time: filled, approved by a rule, queued. The outbox takes them through the gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from customers.models import Stakeholder, User
from customers.queries.many import many
from customers.queries.workspace import get_settings
from customers.services.activity import line, record_many
from customers.services.arrays import insert_objects
from emails.enums import DraftState, Lane, OriginKind, Purpose, Writer
from emails.models import Draft, DraftVersion, MailTemplateVersion
from emails.rules.contents import digest_of
from emails.rules.facts import Fact
from emails.rules.templates import Filled, compile_template, facts_of_words, fill

BATCH = 500
DIFFERING = (
    "id", "customer", "stakeholder", "to_name", "to_email", "sender", "subject", "body", "first_subject", "first_body",
    "buttons", "facts", "lane", "purpose", "origin_kind", "origin_id", "occurrence", "template_version", "writer_note",
    "approved_by", "approval_rule", "approval_hash", "approval_expires_at", "lapses",
)  # fmt: skip
"""What one mail of a batch has otherwise than the next; all else of a draft is the same in each."""


@dataclass(frozen=True)
class TemplatedMail:
    """One mail to be: the text that is to be filled, with what, to whom, and by whose rule it may leave.

    values: by name, as the text writes them. facts: by name, the records that stand behind a value. conditions: what
    must still be so when it leaves, though the text does not say it. occurrence: which mail of its origin it is;
    the same one is written once. expires_at: from when on it would come too late and is dropped; None: it lives as long
    as any approval, and a person is asked again.
    """

    customer_id: UUID
    recipient: Stakeholder
    sender: User | None
    version: MailTemplateVersion
    values: Mapping[str, str]
    origin_id: UUID
    occurrence: str
    approved_by: User | None
    rule: str
    origin_kind: OriginKind = OriginKind.JOURNEY
    lane: Lane = Lane.JOURNEY
    purpose: Purpose = Purpose.PROGRAMME
    facts: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    conditions: Sequence[Fact] = ()
    expires_at: datetime | None = None


def queue_templated(mails: Iterable[TemplatedMail], *, now: datetime) -> list[Draft]:
    """This will write the mails and queue them, set-based; gives those that are new.

    A mail whose occurrence is there already is left out. Whether and when one leaves, the gate says.
    """
    mails = list(mails)
    if not mails:
        return []
    usual = now + timedelta(days=get_settings().approval_days)
    drafts = [make_draft(mail, now=now, expires_at=mail.expires_at or usual) for mail in mails]
    with transaction.atomic():
        for start in range(0, len(drafts), BATCH):
            insert_objects(drafts[start : start + BATCH], differing=DIFFERING)
        # What was there already kept its own id.
        new_ids = set(Draft.objects.filter(pk__in=many(draft.pk for draft in drafts)).values_list("pk", flat=True))
        new = [draft for draft in drafts if draft.pk in new_ids]
        insert_objects([_first_text(draft, now=now) for draft in new], differing=("id", "draft", "subject", "body"))
        record_many([_line(draft, now=now) for draft in new])
    return new


def fill_version(version: MailTemplateVersion, values: Mapping[str, str]) -> Filled:
    """This will fill the version's text. Raises MissingValue."""
    return fill(compile_template(version.subject, version.body), values)


def facts_of(version: MailTemplateVersion, used: Iterable[str], facts: Mapping[str, Sequence[Fact]]) -> list[Fact]:
    """This will gather the facts behind the names that a text uses, and behind the template's own words."""
    found = {fact.key: fact for name in sorted(used) for fact in facts.get(name, ())}
    return [*found.values(), *facts_of_words(version.pk, version.subject, version.body)]


def make_draft(mail: TemplatedMail, *, now: datetime, expires_at: datetime) -> Draft:
    """This will fill the text into a letter that the rule has approved; writes nothing."""
    filled = fill_version(mail.version, mail.values)
    facts = [*facts_of(mail.version, filled.used, mail.facts), *mail.conditions]
    return Draft(
        customer_id=mail.customer_id,
        stakeholder=mail.recipient,
        to_name=mail.recipient.name,
        to_email=mail.recipient.email,
        sender=mail.sender,
        subject=filled.subject[:300],
        body=filled.body,
        first_subject=filled.subject[:300],
        first_body=filled.body,
        buttons=[[button.label, button.url] for button in filled.buttons],
        facts=[fact.as_json() for fact in facts],
        lane=mail.lane,
        purpose=mail.purpose,
        origin_kind=mail.origin_kind,
        origin_id=mail.origin_id,
        occurrence=mail.occurrence,
        template_version=mail.version,
        writer=Writer.BUILT_IN,
        writer_note=f"From the template “{mail.version.template.name}”, version {mail.version.number}.",
        state=DraftState.QUEUED,
        approved_at=now,
        approved_by=mail.approved_by,
        approval_rule=mail.rule,
        approval_hash=digest_of(
            to_email=mail.recipient.email,
            cc=(),
            from_email=mail.sender.email if mail.sender else "",
            subject=filled.subject[:300],
            body=filled.body,
        ),
        approval_expires_at=expires_at,
        lapses=mail.expires_at is not None,
    )


def _first_text(draft: Draft, *, now: datetime) -> DraftVersion:
    return DraftVersion(
        draft=draft,
        version=draft.version,
        subject=draft.subject,
        body=draft.body,
        writer=draft.writer,
        reason="First draft",
        saved_at=now,
    )


def _line(draft: Draft, *, now: datetime) -> dict[str, object]:
    summary = f"Queued “{draft.subject}” to {draft.to_name} by the rule “{draft.approval_rule}”"
    return line(
        "draft.queued",
        summary,
        customer=draft.customer_id,
        by=None,
        now=now,
        subject=draft,
        approved_by=draft.approved_by.username if draft.approved_by else "",
        template=str(draft.template_version_id),
    )

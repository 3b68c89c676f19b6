"""Mails from templates, many at a time: filled, approved by a rule, queued. The outbox takes them through the gate."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from json.encoder import encode_basestring as quote
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from customers.models import Stakeholder, User
from customers.queries.workspace import get_settings
from customers.services.activity import THE_CLOCK, record_many
from customers.services.copying import insert_new
from customers.services.new_ids import new_ids
from emails.enums import DraftState, Lane, OriginKind, Purpose, Writer
from emails.models import Draft, DraftVersion, MailTemplateVersion
from emails.rules.contents import digest_of
from emails.rules.facts import Fact
from emails.rules.patterns import Ids, Pattern
from emails.rules.templates import Filled, compile_template, facts_of_words, fill

BATCH = 1_000
DIFFERING = (
    "id", "customer", "stakeholder", "to_name", "to_email", "sender", "subject", "body",
    "buttons", "facts", "lane", "purpose", "origin_kind", "origin_id", "occurrence", "template_version", "writer_note",
    "approved_by", "approval_rule", "approval_hash", "approval_expires_at", "lapses",
)  # fmt: skip
"""What one mail of a batch has otherwise than the next; all else of a draft is the same in each."""
_to_json = json.JSONEncoder(ensure_ascii=False).encode
FIRST = {"first_subject": "subject", "first_body": "body"}
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class TemplatedMail(NamedTuple):
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
    facts: Mapping[str, Sequence[Fact]] = _NOTHING
    conditions: Sequence[Fact] = ()
    expires_at: datetime | None = None
    pattern: Pattern | None = None
    ids: Ids = _NOTHING


_Letter = tuple[TemplatedMail, UUID, dict[str, Any]]
"""A mail, its id as a draft, and its fields."""


def queue_templated(mails: Iterable[TemplatedMail], *, now: datetime) -> list[UUID]:
    """This will write the mails and queue them, set-based; gives the ids of those that are new, in order.

    A mail whose occurrence is there already is left out. Whether and when one leaves, the gate says.
    """
    mails = list(mails)
    if not mails:
        return []
    usual = now + timedelta(days=get_settings().approval_days)
    letters = [
        (mail, pk, _fields(mail, expires_at=mail.expires_at or usual))
        for mail, pk in zip(mails, new_ids(len(mails)), strict=True)
    ]
    with transaction.atomic():
        new: set[UUID] = set()
        for start in range(0, len(letters), BATCH):
            rows = [[pk, *fields.values()] for _, pk, fields in letters[start : start + BATCH]]
            new |= insert_new(Draft(**_common(now)), DIFFERING, rows, twice=FIRST)
        written = letters if len(new) == len(letters) else [letter for letter in letters if letter[1] in new]
        _keep_first_texts([(pk, fields) for _, pk, fields in written], now=now)
        record_many(_lines(written, now=now))
    return [pk for _, pk, _ in written]


def fill_version(version: MailTemplateVersion, values: Mapping[str, str]) -> Filled:
    """This will fill the version's text. Raises MissingValue."""
    return fill(compile_template(version.subject, version.body), values)


def facts_of(version: MailTemplateVersion, used: Iterable[str], facts: Mapping[str, Sequence[Fact]]) -> list[Fact]:
    """This will gather the facts behind the names that a text uses, and behind the template's own words."""
    found = {fact.key: fact for name in sorted(used) for fact in facts.get(name, ())}
    return [*found.values(), *facts_of_words(version.pk, version.subject, version.body)]


def make_draft(mail: TemplatedMail, *, now: datetime, expires_at: datetime) -> Draft:
    """This will fill the text into a letter that the rule has approved; writes nothing."""
    fields = _fields(mail, expires_at=expires_at)
    fields |= {name: json.loads(fields[name]) for name in ("buttons", "facts")}
    fields |= {first: fields[name] for first, name in FIRST.items()}
    return Draft(**fields, **_common(now))


def list_facts(mail: TemplatedMail) -> list[Fact]:
    """This will give all facts of a mail that is none of many alike, as its draft will name them."""
    used = compile_template(mail.version.subject, mail.version.body).names
    return [*facts_of(mail.version, used, mail.facts), *mail.conditions]


def _common(now: datetime) -> dict[str, Any]:
    """What every letter of a batch has alike."""
    return {"writer": Writer.BUILT_IN, "state": DraftState.QUEUED, "approved_at": now}


def _fields(mail: TemplatedMail, *, expires_at: datetime) -> dict[str, Any]:
    """What one letter has of its own, in the order of DIFFERING but for the id; what is JSON as its text."""
    filled, facts = _fill(mail)
    subject, to, sender, version = filled.subject[:300], mail.recipient, mail.sender, mail.version
    return {
        "customer_id": mail.customer_id,
        "stakeholder_id": to.id,
        "to_name": to.name,
        "to_email": to.email,
        "sender_id": sender.id if sender else None,
        "subject": subject,
        "body": filled.body,
        "buttons": f"[{', '.join([f'[{quote(button.label)}, {quote(button.url)}]' for button in filled.buttons])}]",
        "facts": facts,
        "lane": mail.lane,
        "purpose": mail.purpose,
        "origin_kind": mail.origin_kind,
        "origin_id": mail.origin_id,
        "occurrence": mail.occurrence,
        "template_version_id": version.id,
        "writer_note": f"From the template “{version.template.name}”, version {version.number}.",
        "approved_by_id": mail.approved_by.id if mail.approved_by else None,
        "approval_rule": mail.rule,
        "approval_hash": digest_of(
            to_email=to.email, cc=(), from_email=sender.email if sender else "", subject=subject, body=filled.body
        ),
        "approval_expires_at": expires_at,
        "lapses": mail.expires_at is not None,
    }


def _fill(mail: TemplatedMail) -> tuple[Filled, str]:
    """The text, and the facts behind it as JSON text."""
    if mail.pattern is not None:
        own = [fact for facts in mail.facts.values() for fact in facts]
        return mail.pattern.fill(mail.values), mail.pattern.write_facts(own, mail.ids)
    facts = [fact.as_json() for fact in list_facts(mail)]
    return fill_version(mail.version, mail.values), _to_json(facts)


def _keep_first_texts(letters: Sequence[tuple[UUID, Mapping[str, Any]]], *, now: datetime) -> None:
    pattern = DraftVersion(version=1, writer=Writer.BUILT_IN, reason="First draft", saved_at=now)
    for start in range(0, len(letters), BATCH):
        some = letters[start : start + BATCH]
        ids = new_ids(len(some))
        rows = [[version, pk, one["subject"], one["body"]] for version, (pk, one) in zip(ids, some, strict=True)]
        insert_new(pattern, ("id", "draft", "subject", "body"), rows)


def _lines(written: Sequence[_Letter], *, now: datetime) -> list[dict[str, Any]]:
    """Those of mails that one person's rule approved and one text made share what they tell."""
    told: dict[tuple[Any, ...], dict[str, str]] = {}
    lines = []
    for mail, pk, fields in written:
        key = (fields["approved_by_id"], fields["template_version_id"])
        if key not in told:
            by = mail.approved_by.username if mail.approved_by else ""
            told[key] = {"approved_by": by, "template": str(mail.version.pk)}
        lines.append(_line(mail, pk, fields, told[key], now=now))
    return lines


def _line(
    mail: TemplatedMail, pk: UUID, fields: Mapping[str, Any], data: dict[str, str], *, now: datetime
) -> dict[str, Any]:
    summary = f"Queued “{fields['subject']}” to {fields['to_name']} by the rule “{mail.rule}”"
    return {
        "verb": "draft.queued",
        "summary": summary[:500],
        "customer_id": mail.customer_id,
        "actor": None,
        "actor_name": THE_CLOCK,
        "at": now,
        "subject_kind": Draft._meta.model_name,
        "subject_id": pk,
        "data": data,
    }

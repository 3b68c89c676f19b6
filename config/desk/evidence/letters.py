"""One mail of the renewal: its approvals, what left, and what the gate said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from config.desk.evidence.pack import Approval, KeptFact, Letter, RecordLine, Sending
from emails.models import Draft, DraftVersion
from emails.services.history import APPROVAL_VERBS
from emails.services.sending import KEPT_OF_FACT

Texts = Mapping[tuple[UUID, int], DraftVersion]


def show_letter(draft: Draft, lines: Sequence[RecordLine], texts: Texts) -> Letter:
    """This will put together what is kept of a letter. lines: those of the record about it, the oldest first."""
    sent = next((line for line in reversed(lines) if line.verb == "draft.sent"), None)
    receipt = sent.data.get("receipt") if sent else None
    return Letter(
        id=draft.pk,
        subject=draft.subject,
        to=_address(draft.to_name, draft.to_email),
        purpose=draft.purpose,
        state=draft.state,
        written_at=draft.created_at,
        approvals=[_approval(draft, line, texts) for line in lines if line.verb in APPROVAL_VERBS],
        sending=_sending(draft, sent) if draft.sent_at else None,
        receipt=_rows(receipt if receipt is not None else draft.receipt),
        delivered_at=draft.delivered_at,
        bounced_at=draft.bounced_at,
    )


def _approval(draft: Draft, line: RecordLine, texts: Texts) -> Approval:
    version = line.data.get("version")
    text = texts.get((draft.pk, version)) if isinstance(version, int) else None
    facts = line.data.get("facts")
    return Approval(
        line=line,
        version=version if isinstance(version, int) else None,
        digest=str(line.data.get("digest", "")),
        rule=str(line.data.get("rule", "")),
        subject=text.subject if text else "",
        body=text.body if text else "",
        text_kept=text is not None,
        facts=[KeptFact(**{name: str(row.get(name, "")) for name in KEPT_OF_FACT}) for row in _rows(facts)],
        facts_kept=facts is not None,
    )


def _sending(draft: Draft, line: RecordLine | None) -> Sending:
    """From the line where it kept the head; a letter that left before that has its row alone."""
    head = line.data.get("headers") if line else None
    sender = draft.sender
    if not isinstance(head, dict):
        head = {
            "message_id": draft.message_id,
            "from": _address(sender.display_name, sender.email) if sender else "",
            "to": _address(draft.to_name, draft.to_email),
            "cc": draft.cc,
        }
    return Sending(
        line=line,
        message_id=str(head.get("message_id", "")),
        provider_message_id=draft.smtp_id,
        sender=str(head.get("from", "")),
        to=str(head.get("to", "")),
        cc=[str(address) for address in head.get("cc") or ()],
        date=_moment(head.get("date")) or draft.sent_at,
        provider=draft.provider,
        head_kept="date" in head,
    )


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _address(name: str, email: str) -> str:
    return f"{name} <{email}>" if email else name


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []

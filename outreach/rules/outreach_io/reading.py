"""Reading Outreach.io's answers: one row of JSON:API in, one resource out. Raises ValueError for another shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from outreach.rules.outreach_io.resources import (
    Account,
    Mailbox,
    Mailing,
    Prospect,
    Sequence,
    SequenceState,
    SequenceStep,
    Webhook,
)

LONGEST_TEXT = 4000
MOST_EMAILS = 100
LARGEST_COUNT = 2**31 - 1
Row = Mapping[str, Any]


def read_sequence(row: Any) -> Sequence:
    said = _attributes(row, "sequence")
    return Sequence(
        sequence_id=read_id(row["id"]),
        name=_text(said, "name"),
        description=_text(said, "description"),
        is_enabled=said.get("enabled") is True,
        is_locked=said.get("locked") is True or said.get("lockedAt") is not None,
        kind=_text(said, "sequenceType"),
        share_type=_text(said, "shareType"),
        step_count=_count(said, "sequenceStepCount"),
        duration_days=_count(said, "durationInDays"),
        deliver_count=_count(said, "deliverCount"),
        open_count=_count(said, "openCount"),
        click_count=_count(said, "clickCount"),
        reply_count=_count(said, "replyCount"),
        bounce_count=_count(said, "bounceCount"),
        opt_out_count=_count(said, "optOutCount"),
        throttle_per_day=_count(said, "throttleMaxAddsPerDay"),
        throttle_capacity=_count(said, "throttleCapacity"),
        is_transactional=said.get("transactional") is True,
        updated_at=_moment(said, "updatedAt"),
    )


def read_step(row: Any, *, sequence_id: int) -> SequenceStep:
    said = _attributes(row, "sequenceStep")
    return SequenceStep(
        step_id=read_id(row["id"]),
        sequence_id=_related(row, "sequence") or sequence_id,
        order=_count(said, "order"),
        kind=_text(said, "stepType"),
        name=_text(said, "displayName"),
        interval_s=_count(said, "interval"),
        deliver_count=_count(said, "deliverCount"),
        reply_count=_count(said, "replyCount"),
    )


def read_mailbox(row: Any) -> Mailbox:
    said = _attributes(row, "mailbox")
    return Mailbox(
        mailbox_id=read_id(row["id"]),
        email=_text(said, "email").strip().lower(),
        user_id=read_id(said["userId"]) if said.get("userId") else _related(row, "user"),
        is_send_disabled=said.get("sendDisabled") is True,
        send_errored_at=_moment(said, "sendErroredAt"),
    )


def read_account(row: Any) -> Account:
    said = _attributes(row, "account")
    return Account(read_id(row["id"]), _text(said, "name"), _text(said, "domain").strip().lower())


def read_prospect(row: Any) -> Prospect:
    said = _attributes(row, "prospect")
    emails = said.get("emails") or []
    if not isinstance(emails, list):
        raise ValueError("emails is no list")
    custom = {name: str(value) for name, value in said.items() if name.startswith("custom") and value not in (None, "")}
    return Prospect(
        prospect_id=read_id(row["id"]),
        first_name=_text(said, "firstName"),
        last_name=_text(said, "lastName"),
        title=_text(said, "title"),
        emails=tuple(str(one) for one in emails[:MOST_EMAILS]),
        external_id=_text(said, "externalId"),
        account_id=_related(row, "account"),
        is_opted_out=_is_opted_out(said),
        is_trashed=said.get("trashedAt") is not None,
        custom=custom,
        updated_at=_moment(said, "updatedAt"),
    )


def read_state(row: Any) -> SequenceState:
    said = _attributes(row, "sequenceState")
    return SequenceState(
        state_id=read_id(row["id"]),
        prospect_id=_related(row, "prospect"),
        sequence_id=_related(row, "sequence"),
        mailbox_id=_related(row, "mailbox"),
        step_id=_related(row, "sequenceStep"),
        state=_text(said, "state")[:255],
        pause_reason=_text(said, "pauseReason"),
        error_reason=_text(said, "errorReason"),
        state_changed_at=_moment(said, "stateChangedAt"),
        active_at=_moment(said, "activeAt"),
        replied_at=_moment(said, "repliedAt"),
        deliver_count=_count(said, "deliverCount"),
        open_count=_count(said, "openCount"),
        click_count=_count(said, "clickCount"),
        reply_count=_count(said, "replyCount"),
        bounce_count=_count(said, "bounceCount"),
        opt_out_count=_count(said, "optOutCount"),
        created_at=_moment(said, "createdAt"),
        updated_at=_moment(said, "updatedAt"),
    )


def read_mailing(row: Any) -> Mailing:
    said = _attributes(row, "mailing")
    return Mailing(
        mailing_id=read_id(row["id"]),
        prospect_id=_related(row, "prospect"),
        state_id=_related(row, "sequenceState"),
        step_id=_related(row, "sequenceStep"),
        state=_text(said, "state"),
        subject=_text(said, "subject"),
        message_id=_text(said, "messageId"),
        mailbox_email=_text(said, "mailboxAddress").strip().lower()[:320],
        delivered_at=_moment(said, "deliveredAt"),
        opened_at=_moment(said, "openedAt"),
        clicked_at=_moment(said, "clickedAt"),
        replied_at=_moment(said, "repliedAt"),
        bounced_at=_moment(said, "bouncedAt"),
        unsubscribed_at=_moment(said, "unsubscribedAt"),
        updated_at=_moment(said, "updatedAt"),
    )


def read_webhook(row: Any) -> Webhook:
    said = _attributes(row, "webhook")
    return Webhook(
        webhook_id=read_id(row["id"]),
        url=_text(said, "url"),
        resource=_text(said, "resource"),
        action=_text(said, "action"),
        is_active=said.get("active") is not False,
    )


def read_id(value: Any) -> int:
    """Give the id: an integer above 0, also where JSON:API's own way, a string, is used. Raises ValueError."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value[:20])
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
        raise ValueError("no id")
    return value


def _attributes(row: Any, kind: str) -> Row:
    if not isinstance(row, dict) or row.get("type") != kind or not isinstance(row.get("attributes"), dict):
        raise ValueError(f"no {kind}")
    said: Row = row["attributes"]
    return said


def _related(row: Row, name: str) -> int | None:
    relation = (row.get("relationships") or {}).get(name) or {}
    data = relation.get("data") if isinstance(relation, dict) else None
    return read_id(data.get("id")) if isinstance(data, dict) else None


def _text(said: Row, name: str) -> str:
    value = said.get(name)
    # A zero byte is no text in a database.
    return "" if value is None else str(value).replace("\x00", "")[:LONGEST_TEXT]


def _count(said: Row, name: str) -> int | None:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return min(int(value), LARGEST_COUNT) if 0 <= value < float("inf") else None


def _moment(said: Row, name: str) -> datetime | None:
    value = said.get(name)
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_opted_out(said: Row) -> bool:
    return (
        said.get("optedOut") is True or said.get("emailOptedOut") is True or said.get("emailsOptStatus") == "opted_out"
    )

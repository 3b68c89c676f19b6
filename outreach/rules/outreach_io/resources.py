"""What Outreach.io has: its resources, as far as Evergreen reads or writes them. Ids are integers there.

Source: Outreach, "REST API Reference" v2, the descriptions of sequence, sequenceStep, mailbox, prospect, account,
sequenceState, mailing and webhook. Every counter may be null: None here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Sequence:
    """A sequence. kind: "interval" or "date". throttle_per_day, throttle_capacity: None where nothing is limited."""

    sequence_id: int
    name: str
    description: str
    is_enabled: bool
    is_locked: bool
    kind: str
    share_type: str
    step_count: int | None
    duration_days: int | None
    deliver_count: int | None
    open_count: int | None
    click_count: int | None
    reply_count: int | None
    bounce_count: int | None
    opt_out_count: int | None
    throttle_per_day: int | None
    throttle_capacity: int | None
    is_transactional: bool
    updated_at: datetime | None

    @property
    def is_offered(self) -> bool:
        return self.is_enabled and not self.is_locked


@dataclass(frozen=True)
class SequenceStep:
    """One step. kind: "auto_email", "manual_email", "call", "task" or whatever else they add. interval_s: from the one
    before; None in a sequence of dates."""

    step_id: int
    sequence_id: int
    order: int | None
    kind: str
    name: str
    interval_s: int | None
    deliver_count: int | None
    reply_count: int | None


@dataclass(frozen=True)
class Mailbox:
    """A mailbox that sequences are sent from. user_id: whose it is there."""

    mailbox_id: int
    email: str
    user_id: int | None
    is_send_disabled: bool
    send_errored_at: datetime | None

    @property
    def why_not(self) -> str:
        """This will say why nothing can be sent from it; "" when it can."""
        if self.is_send_disabled:
            return "Sending is switched off for this mailbox at Outreach.io."
        if self.send_errored_at is not None:
            return "Its last sending failed at Outreach.io: connect the mailbox there again."
        return ""


@dataclass(frozen=True)
class Account:
    """A company there."""

    account_id: int
    name: str
    domain: str


@dataclass(frozen=True)
class Prospect:
    """A person there. emails: as they stand there, in their order. custom: name of the field → its text."""

    prospect_id: int
    first_name: str
    last_name: str
    title: str
    emails: tuple[str, ...]
    external_id: str
    account_id: int | None
    is_opted_out: bool
    is_trashed: bool
    custom: Mapping[str, str] = field(default_factory=dict)
    updated_at: datetime | None = None


@dataclass(frozen=True)
class ProspectWrite:
    """What a person is to say there; what is empty is left alone. custom: "custom1" … "custom150" → text."""

    email: str
    first_name: str = ""
    last_name: str = ""
    title: str = ""
    external_id: str = ""
    account_id: int | None = None
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SequenceState:
    """A person's way through a sequence. state: their word as it is, of which no list is complete."""

    state_id: int
    prospect_id: int | None
    sequence_id: int | None
    mailbox_id: int | None
    step_id: int | None
    state: str
    pause_reason: str
    error_reason: str
    state_changed_at: datetime | None
    active_at: datetime | None
    replied_at: datetime | None
    deliver_count: int | None
    open_count: int | None
    click_count: int | None
    reply_count: int | None
    bounce_count: int | None
    opt_out_count: int | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True)
class Mailing:
    """One mail of a sequence. state: their word as it is."""

    mailing_id: int
    prospect_id: int | None
    state_id: int | None
    step_id: int | None
    state: str
    subject: str
    message_id: str
    mailbox_email: str
    delivered_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    replied_at: datetime | None
    bounced_at: datetime | None
    unsubscribed_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True)
class Webhook:
    """One resource and action that they tell us of. The secret is never read back."""

    webhook_id: int
    url: str
    resource: str
    action: str
    is_active: bool

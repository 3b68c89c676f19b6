"""How the machine does, for ops: the clock, what is on its way out of the house, and who outside is connected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from config.health import MAX_DUE_AGE, MAX_TICK_AGE
from config.queues import Queue, list_queues
from customers.clients.choice import why_salesforce_off
from customers.models import User
from customers.queries.minute import once_a_minute
from customers.queries.standstill import stands_still
from emails.providers.choice import leaves_the_machine
from emails.writing import breaker
from journeys.queries.due import count_ready, get_last_tick_at, get_oldest_ready_at
from outreach.clients.choice import why_outreach_off, why_slack_off, why_zoom_off


@dataclass(frozen=True)
class Vendor:
    """Somebody outside. why_off: in words why it is not called; trouble: why it is left alone just now."""

    label: str
    why_off: str = ""
    trouble: str = ""

    @property
    def is_on(self) -> bool:
        return not self.why_off


@dataclass(frozen=True)
class Machine:
    """due: automations that are due and not kept back by a hold or a brake."""

    now: datetime
    last_tick_at: datetime | None
    oldest_due_at: datetime | None
    due: int
    is_standing_still: bool
    queues: Sequence[Queue]
    vendors: Sequence[Vendor]

    @property
    def is_ticking(self) -> bool:
        return self.last_tick_at is not None and self.now - self.last_tick_at <= MAX_TICK_AGE

    @property
    def keeps_up(self) -> bool:
        return self.oldest_due_at is None or self.now - self.oldest_due_at <= MAX_DUE_AGE

    @property
    def is_well(self) -> bool:
        return self.is_ticking and self.keeps_up and not self.is_standing_still


def read_machine(reader: User, *, now: datetime) -> Machine:
    """This will give the clock as it is, and the queues as they were counted within the last minute."""
    kept = once_a_minute("machine", reader, now=now, read=lambda: _read(now))
    return replace(
        kept,
        now=now,
        last_tick_at=get_last_tick_at(),
        oldest_due_at=get_oldest_ready_at(now),
        is_standing_still=stands_still(),
        vendors=list_vendors(),
    )


def list_vendors() -> list[Vendor]:
    """This will say of each vendor whether it is called; asks nobody."""
    no_letters = "" if leaves_the_machine() else "Letters are captured in the mailbox; nothing leaves this machine."
    return [
        Vendor(_mail_name(), no_letters),
        Vendor("Claude", _why_claude_off(), breaker.pause_reason()),
        Vendor("Slack", why_slack_off()),
        Vendor("Zoom", why_zoom_off()),
        Vendor("Salesforce", why_salesforce_off()),
        Vendor("Outreach.io", why_outreach_off()),
    ]


def _why_claude_off() -> str:
    if not settings.ANTHROPIC_API_KEY:
        return "ANTHROPIC_API_KEY is not set: the built-in writer writes."
    return "" if settings.OUTBOUND == "on" else "OUTBOUND is off: the built-in writer writes."


def _mail_name() -> str:
    return {"sendgrid": "SendGrid", "smtp": "Mail server"}.get(settings.MAIL_PROVIDER, "Mail")


def _read(now: datetime) -> Machine:
    return Machine(now, None, None, count_ready(now), False, list_queues(now), ())

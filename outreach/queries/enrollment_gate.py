"""What the gate weighs for an enrollment: the same checks as for a mail, and what it needs at Outreach.io."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, Subquery

from customers.models.workspace import ONLY_ID
from customers.queries.workspace import get_settings
from emails.enums import EVERYTHING, DraftState, Lane, Purpose
from emails.models import Draft
from emails.queries.pacing import read_pacing
from emails.queries.stops import read_stops
from emails.queries.suppression import list_open
from emails.rules import gate
from emails.rules.gate import GateFacts
from emails.rules.receipts import Receipt
from outreach.enums import ConnectionState, EnrollmentState, PlanState
from outreach.models import (
    Enrollment,
    OutreachConnection,
    OutreachMailbox,
    OutreachPlan,
    OutreachSequence,
    ProspectLink,
)
from outreach.queries.outreach_mails import LANES, PART
from outreach.rules.enrollment.preflight import PreflightFacts, check_preflight

CHECKS = tuple(
    (name, check)
    for name, check in gate.CHECKS
    if check is not gate.check_facts  # Its texts are written at Outreach.io, by people there.
)
NO_MAILBOX = "There is no mailbox to send from: connect one at Outreach.io for the account's owner."
GONE_MAILBOX = "The mailbox is no longer at Outreach.io."
NOT_CONNECTED = "Outreach.io is not connected: ops connect it under Settings, Outreach.io."
NO_SENDER = "mailbox@outreach"
"""Stands for the sender's address where the mailbox is missing: its own line says so."""


@dataclass(frozen=True)
class Needs:
    """What an approval would stand on. sender: the mailbox's address."""

    email: str
    mailbox_id: int | None
    sequence_id: int

    @property
    def digest(self) -> str:
        said = f"{self.email.strip().lower()}\n{self.sequence_id}\n{self.mailbox_id}"
        return hashlib.sha256(said.encode()).hexdigest()


def needs_of(row: Enrollment) -> Needs:
    return Needs(row.stakeholder.email, row.mailbox_id, row.sequence_id)


def read_receipt(row: Enrollment, *, now: datetime, approving: bool = False, goes_anyway: bool = False) -> Receipt:
    """This will put the enrollment to every check. row: with its customer and stakeholder.

    approving: a person approves what is there now, so the approval is taken as given.
    """
    asked = gate.ask_gate(_gate_facts(row, now=now, approving=approving), CHECKS)
    preflight = check_preflight(_preflight(row, goes_anyway=goes_anyway or row.goes_anyway))
    return Receipt((*asked.lines, *preflight))


def _gate_facts(row: Enrollment, *, now: datetime, approving: bool) -> GateFacts:
    person, digest = row.stakeholder, needs_of(row).digest
    letter = _as_letter(row)
    stops = read_stops(letter, moment=now)
    open_ones = list_open([person.email]).get(person.email.lower(), [])
    # Nobody knows here what a sequence speaks of: who opted out of anything is not put into one.
    suppression = replace(open_ones[0], topic=EVERYTHING) if open_ones else None
    approver = row.approved_by.display_name if row.approved_by else ""
    is_there = row.state == EnrollmentState.ENROLLED
    return GateFacts(
        now=now,
        lane=Lane(letter.lane),
        state=DraftState.SENT if is_there else DraftState.QUEUED,
        approved_by=approver,
        approved_hash=digest if approving else row.approval_hash,
        content_hash=digest,
        approval_expires_at=datetime.max.replace(tzinfo=now.tzinfo) if approving else row.approval_expires_at,
        recipient=person.name,
        recipient_email=person.email,
        is_stakeholder=person.customer_id == row.customer_id,
        has_left=person.has_left,
        sender_email=row.mailbox_email or NO_SENDER,
        suppression=suppression,
        hold=stops.hold,
        brake_reason=stops.brake_reason,
        pacing=read_pacing(letter, settings=get_settings(), now=now, moment=now, part=PART),
    )


def _as_letter(row: Enrollment) -> Draft:
    """The first mail of a sequence, as the checks of mails weigh one; never saved."""
    return Draft(
        customer=row.customer,
        stakeholder=row.stakeholder,
        to_name=row.stakeholder.name,
        to_email=row.stakeholder.email,
        lane=LANES.get(row.trigger_type, Lane.UPSELL),
        purpose=Purpose.FREE,
    )


def _preflight(row: Enrollment, *, goes_anyway: bool) -> PreflightFacts:
    """Read in one statement what it needs there."""
    sequences = OutreachSequence.objects.filter(sequence_id=row.sequence_id)
    boxes = OutreachMailbox.objects.filter(mailbox_id=row.mailbox_id or 0)
    links = ProspectLink.objects.filter(stakeholder=row.stakeholder_id, opted_out=True)
    connection = OutreachConnection.objects.filter(pk=ONLY_ID)
    said: Any = (
        Enrollment.objects.filter(pk=row.pk)
        .values_list(
            Exists(sequences),
            Exists(sequences.filter(is_gone=True)),
            Exists(sequences.filter(is_locked=True)),
            Exists(sequences.filter(is_enabled=False)),
            Exists(boxes.filter(is_gone=False)),
            Subquery(boxes.values("why_not")[:1]),
            Exists(connection.filter(state=ConnectionState.CONNECTED)),
            Subquery(connection.values("reason")[:1]),
            Exists(OutreachPlan.objects.filter(customer=row.customer_id, state=PlanState.OPEN)),
            Exists(links),
        )
        .get()
    )
    is_known, is_gone, is_locked, is_off, has_box, box_why, is_connected, reason, is_plan_open, opted_out = said
    known = OutreachSequence(is_gone=is_gone or not is_known, is_locked=is_locked, is_enabled=not is_off)
    return PreflightFacts(
        sequence=known.why_not,
        mailbox=(box_why or "") if has_box else NO_MAILBOX if row.mailbox_id is None else GONE_MAILBOX,
        connection="" if is_connected else reason or NOT_CONNECTED,
        is_plan_open=is_plan_open,
        goes_anyway=goes_anyway,
        opted_out_there=opted_out,
    )

"""Negotiate begins: by the clock on day 70, or earlier when a person confirms what an objection proposed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.enums import TodoState
from customers.models import Todo, User
from customers.services.activity import record
from customers.services.todos import finish_todo
from journeys.enums import AutomationStatus, AutomationType
from journeys.models import AutomationSchedule
from journeys.registry import Handler, register_handler
from journeys.rules.automations import Due
from journeys.rules.moments import moment_of
from journeys.services.scheduling import (
    LocalMoment,
    NewAutomation,
    cancel_of_subject,
    move_automation,
    schedule_automations,
)
from renewals.models import EngageRun, Renewal
from renewals.rules.negotiate import NegotiateFacts, decide_negotiate, negotiate_date
from renewals.services.renewals import NotAllowed, RenewalClosed
from renewals.services.tasks import SOURCE_KIND

KIND = "renewals.start_negotiate"
SUBJECT_KIND = "renewal"
AT_NINE = time(9, 0)


def register() -> None:
    """Tell the clock how Negotiate is started; called at start-up."""
    register_handler(HANDLER)


def schedule_negotiate(run: EngageRun, *, now: datetime) -> None:
    """Put the start of Negotiate on the clock, once for a renewal; it is moved when the renewal date has."""
    customer, renewal = run.customer, run.renewal
    moment = LocalMoment(negotiate_date(renewal.contract.renewal_date), AT_NINE, customer.timezone)
    wanted = NewAutomation(
        type=AutomationType.UPDATE_STATUS,
        kind=KIND,
        customer_id=customer.pk,
        subject_kind=SUBJECT_KIND,
        subject_id=renewal.pk,
        at=moment,
    )
    schedule_automations([wanted])
    waiting = AutomationSchedule.objects.filter(kind=KIND, subject_id=renewal.pk, status=AutomationStatus.SCHEDULED)
    for row in waiting.exclude(local_date=moment.date):
        move_automation(row, to=moment, reason="The renewal date has moved.", now=now, by=None)


def start_negotiate(renewal: Renewal, *, reason: str, now: datetime, by: User) -> bool:
    """Start Negotiate before day 70, as a person confirms it; False when it runs already.

    Raises NotAllowed, RenewalClosed, ValidationError without a reason.
    """
    if not by.is_writer:
        raise NotAllowed("Your role may read, not change.")
    if not reason.strip():
        raise ValidationError({"reason": "Say what was objected."})
    with transaction.atomic():
        renewal.refresh_from_db()
        if not renewal.is_open:
            raise RenewalClosed("This renewal has its outcome already.")
        started = _start(renewal.pk, said=f"Negotiate started early ({reason.strip()})", now=now, by=by)
        if started:
            cancel_of_subject(
                subject_kind=SUBJECT_KIND, subject_id=renewal.pk, kinds=[KIND], reason="Started by a person.", now=now
            )
    renewal.refresh_from_db()
    return started


def take_start_back(renewal: Renewal, *, started_at: datetime, now: datetime) -> bool:
    """Undo a start that came at exactly this moment, so that day 70 starts it; False when it did not come then."""
    with transaction.atomic():
        undone = Renewal.objects.filter(pk=renewal.pk, closed_at=None, negotiate_started_at=started_at).update(
            negotiate_started_at=None, updated_at=now
        )
        if not undone:
            return False
        rows = AutomationSchedule.objects.filter(kind=KIND, subject_id=renewal.pk, status=AutomationStatus.CANCELLED)
        rows.update(status=AutomationStatus.SCHEDULED, reason="", updated_at=now)
        todos = Todo.objects.filter(source_kind=SOURCE_KIND, customer_id=renewal.customer_id, kind="ai.negotiate")
        todos.filter(done_at=started_at).update(state=TodoState.OPEN, done_at=None, done_by=None, updated_at=now)
        summary = "The start of Negotiate was taken back"
        record("negotiate.taken_back", summary, customer=renewal.customer_id, by=None, now=now, subject=renewal)
    renewal.refresh_from_db()
    return True


def load_facts(dues: Sequence[Due]) -> Mapping[uuid.UUID, NegotiateFacts]:
    """Read the renewals of many rows in one query."""
    rows = Renewal.objects.select_related("contract", "customer").in_bulk([due.subject_id for due in dues])
    return {due.id: _facts(rows[due.subject_id]) for due in dues if due.subject_id in rows}


def apply_starts(renewal_ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Start Negotiate for each renewal that the clock decided on."""
    for renewal_id in renewal_ids:
        _start(renewal_id, said="Negotiate started: day 70", now=now, by=None)


def _start(renewal_id: uuid.UUID, *, said: str, now: datetime, by: User | None) -> bool:
    started = Renewal.objects.filter(pk=renewal_id, closed_at=None, negotiate_started_at=None).update(
        negotiate_started_at=now, updated_at=now
    )
    if not started:
        return False
    renewal = Renewal.objects.get(pk=renewal_id)
    record("negotiate.started", said, customer=renewal.customer_id, by=by, now=now, subject=renewal)
    waiting = Todo.objects.filter(source_kind=SOURCE_KIND, customer_id=renewal.customer_id, kind="ai.negotiate")
    for todo in waiting.filter(state=TodoState.OPEN):
        finish_todo(todo, now=now, by=by)
    return True


def _facts(renewal: Renewal) -> NegotiateFacts:
    day = negotiate_date(renewal.contract.renewal_date)
    return NegotiateFacts(
        renewal_id=renewal.pk,
        is_open=renewal.is_open,
        has_started=renewal.negotiate_started_at is not None,
        starts_at=moment_of(day, AT_NINE, renewal.customer.timezone),
    )


HANDLER = Handler(kind=KIND, load=load_facts, decide=decide_negotiate, apply=apply_starts)

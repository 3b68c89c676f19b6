"""Starting a run: by an alert, by a person, by another system; one per account and event, whoever asks twice."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction

from customers.base import lock_customer
from customers.enums import TodoState
from customers.models import Customer, Todo, User
from customers.rules.metrics import metric_name
from customers.services.activity import record
from outreach.enums import AlertOutcome, AutomationLevel, RunState, Severity, UpsellStepName
from outreach.models import UpsellRun, UpsellStep, UsageAlert
from outreach.queries.upsell_runs import find_alert, news_waiting
from outreach.queries.upsell_settings import read_ceiling
from outreach.rules.upsell.facts import plain
from outreach.rules.upsell.levels import LevelChoice, choose_level
from outreach.rules.upsell.running import asks_first
from outreach.services.alerts import alert_key
from outreach.services.upsell.moving import SOURCE, advance, lock_run

BATCH = 50
SENDER = "A usage alert"
LONGEST_ID = 200
LONGEST_METRIC = 80
USUAL = AutomationLevel.HYBRID
"""What somebody gets who starts a run and does not say how much it may do alone."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Started:
    """A run; is_new: False where this event had one already."""

    run: UpsellRun
    is_new: bool


def start_run(
    customer: Customer,
    *,
    event_id: str,
    metric: str,
    asked: AutomationLevel | None = None,
    now: datetime,
    by: User | None,
) -> Started:
    """Start the run of this event, under the workspace's ceiling; the one that it has already is given back.

    Raises ValidationError by field: event_id, metric.
    """
    event_id, metric = event_id.strip(), metric.strip()
    _check(event_id, metric)
    alert = find_alert(customer, event_id)
    ceiling = read_ceiling()
    if alert is not None and asked is None:
        choice = choose_level(Severity(alert.severity), ceiling=ceiling)
    else:
        choice = choose_level(Severity.HIGH, ceiling=ceiling, asked=asked or USUAL)
        if asked is None:
            choice = replace(choice, reason=choice.reason.replace("It was asked for.", "No level was asked for."))
    return _start(customer, event_id=event_id, metric=metric, choice=choice, alert=alert, now=now, by=by)


def start_for_alert(alert_id: uuid.UUID, *, now: datetime) -> UpsellRun | None:
    """Start the run that an alert's decision asks for. What fails here leaves the alert alone; the clock asks again."""
    alert = UsageAlert.objects.select_related("customer").filter(pk=alert_id, outcome=AlertOutcome.STARTS_RUN).first()
    if alert is None or alert.customer is None:
        return None
    choice = choose_level(Severity(alert.severity), ceiling=read_ceiling())
    started = _start(
        alert.customer,
        event_id=alert.event_id,
        metric=alert.metric,
        choice=choice,
        alert=alert,
        now=now,
        by=None,
    )
    return started.run


def start_lost(*, now: datetime) -> int:
    """Start the runs of alerts whose news was lost; gives how many."""
    lost, _ = news_waiting(now)
    return sum(_try(pk, now=now) for pk in list(lost.values_list("pk", flat=True)[:BATCH]))


def _try(alert_id: uuid.UUID, *, now: datetime) -> bool:
    try:
        return start_for_alert(alert_id, now=now) is not None
    except Exception:
        log.exception("upsell_run_not_started", alert=str(alert_id))
        return False


def _start(
    customer: Customer,
    *,
    event_id: str,
    metric: str,
    choice: LevelChoice,
    alert: UsageAlert | None,
    now: datetime,
    by: User | None,
) -> Started:
    with transaction.atomic():
        lock_customer(customer.pk)
        run, is_new = UpsellRun.objects.get_or_create(
            customer=customer,
            event_id=event_id,
            defaults={
                "metric": metric,
                "alert": alert,
                "level": choice.level,
                "wanted_level": choice.wanted,
                "level_reason": choice.reason[:300],
                "state": RunState.RUNNING,
                "started_at": now,
                "started_by": by,
            },
        )
        if not is_new:
            return Started(run, False)
        UpsellStep.objects.bulk_create(_steps(run, choice.level))
        if alert is not None:
            _lead_to_run(alert, run, now=now)
        record(
            "upsell.started",
            f"Upsell run started: {metric_name(metric)}, {choice.level.label.lower()}. {choice.reason}",
            customer=customer,
            by=by,
            now=now,
            actor_name=SENDER if alert is not None and by is None else "",
            subject=run,
            level=choice.level.value,
        )
        run = lock_run(run.pk)
        advance(run, now=now)
    run.refresh_from_db()
    return Started(run, True)


def _lead_to_run(alert: UsageAlert, run: UpsellRun, *, now: datetime) -> None:
    """What told the owner of the alert tells of its run now, and is done with it."""
    told = Todo.objects.filter(customer=run.customer_id, key=alert_key(alert), state=TodoState.OPEN)
    what = f"{metric_name(alert.metric)} {plain(alert.value)}"
    told.update(title=f"Upsell run under way: {what}", source_kind=SOURCE, source_id=run.pk, updated_at=now)


def _steps(run: UpsellRun, level: AutomationLevel) -> list[UpsellStep]:
    return [
        UpsellStep(
            run=run,
            customer_id=run.customer_id,
            name=name,
            position=position,
            needs_person=asks_first(UpsellStepName(name), level),
        )
        for position, name in enumerate(UpsellStepName.values, start=1)
    ]


def _check(event_id: str, metric: str) -> None:
    errors: dict[str, str] = {}
    if not event_id or len(event_id) > LONGEST_ID:
        errors["event_id"] = f"A text of at most {LONGEST_ID} characters."
    if not metric or len(metric) > LONGEST_METRIC:
        errors["metric"] = f"A text of at most {LONGEST_METRIC} characters."
    if errors:
        raise ValidationError(errors)

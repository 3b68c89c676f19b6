"""Usage alerts: kept first, decided after. The UsageAlert row is the job (promises 9 and 10)."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F

from customers.base import lock_customer
from customers.models import Customer
from customers.rules.metrics import metric_name
from customers.services.activity import record
from customers.services.todos import add_todo
from customers.signals import send_after_commit
from outreach.enums import AlertOutcome
from outreach.models import UsageAlert
from outreach.queries.alerts import alerts_waiting, alerts_without_account, find_account, last_started_at, read_facts
from outreach.queries.upsell_settings import read_ceiling, read_trigger_rule
from outreach.rules.alerts.facts import AlertFacts
from outreach.rules.upsell.facts import plain
from outreach.rules.upsell.levels import choose_level
from outreach.rules.upsell.triggering import TriggerDecision, decide_trigger
from outreach.signals import alert_decided, alerts_kept

LEASE = timedelta(minutes=2)
RETRY_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 6
BATCH = 100
SENDER = "A usage alert"
ALERT_TODO = "usage_alert"

log = structlog.get_logger(__name__)


def keep_alert(alert: AlertFacts, *, webhook_id: str, now: datetime) -> None:
    """This will keep an alert that was let in, once per account and event, and ring for it."""
    row = UsageAlert(
        webhook_id=webhook_id,
        event_id=alert.event_id,
        account_id=alert.account_id,
        source=alert.source,
        metric=alert.metric,
        value=alert.value,
        threshold=alert.threshold,
        severity=alert.severity,
        period=alert.period,
        trend=alert.trend,
        context=dict(alert.context),
        happened_at=alert.at or now,
        received_at=now,
        due_at=now,
    )
    UsageAlert.objects.bulk_create([row], ignore_conflicts=True)
    send_after_commit(alerts_kept)


def apply_due(*, now: datetime) -> int:
    """This will decide on every alert that waits, also those whose ring was lost; gives how many."""
    due, known = alerts_waiting(now)
    ids = list(due.values_list("pk", flat=True)[:BATCH])
    early = list(known.values_list("pk", flat=True)[: BATCH - len(ids)])
    if early:
        UsageAlert.objects.filter(pk__in=early, due_at=None, customer=None).update(due_at=now, updated_at=now)
    return sum(apply_alert(pk, now=now) for pk in [*ids, *early])


def alert_key(alert: UsageAlert) -> str:
    """Names the to-do that tells the owner of an alert."""
    return f"usage-alert:{alert.pk}"


def sweep(now: datetime) -> int:
    """What the clock calls: the alerts whose ring was lost, or whose worker died."""
    return apply_due(now=now)


def apply_alert(alert_id: uuid.UUID, *, now: datetime) -> bool:
    """This will decide on one alert, unless another worker has it. What fails is tried again, then shown to ops."""
    if not _claim(alert_id, now=now):
        return False
    try:
        _decide(alert_id, now=now)
    except Exception as error:
        log.exception("alert_not_applied", alert=str(alert_id))
        _put_off(alert_id, error, now=now)
        return False
    return True


def look_again(customer_ids: Collection[uuid.UUID], *, now: datetime) -> int:
    """This will bring up the alerts of accounts that were not known when they came; gives how many."""
    known = Customer.objects.filter(pk__in=customer_ids, external_id__isnull=False)
    early = alerts_without_account([value for value in known.values_list("external_id", flat=True) if value])
    if early:
        UsageAlert.objects.filter(pk__in=early, due_at=None).update(due_at=now, attempts=0, updated_at=now)
        send_after_commit(alerts_kept)
    return len(early)


def _claim(alert_id: uuid.UUID, *, now: datetime) -> bool:
    taken = UsageAlert.objects.filter(pk=alert_id, due_at__lte=now).update(
        due_at=now + LEASE, attempts=F("attempts") + 1, updated_at=now
    )
    return bool(taken)


def _decide(alert_id: uuid.UUID, *, now: datetime) -> None:
    alert = UsageAlert.objects.get(pk=alert_id)
    customer = find_account(alert.account_id)
    if customer is None:
        UsageAlert.objects.filter(pk=alert.pk).update(outcome=AlertOutcome.UNKNOWN_ACCOUNT, due_at=None, updated_at=now)
        return
    with transaction.atomic():
        # Of two alerts at once the second sees that the first has started a run.
        lock_customer(customer.pk)
        facts = read_facts(alert)
        latest = last_started_at(customer.pk, alert.metric)
        rule = read_trigger_rule(alert.metric)
        decision = decide_trigger(facts, rule=rule, last_started_at=latest, now=now)
        if _settle(alert, customer, decision, now=now):
            _tell(alert, customer, now=now)


def _settle(alert: UsageAlert, customer: Customer, decision: TriggerDecision, *, now: datetime) -> bool:
    """Write the decision; False where another worker, whose lease had run out meanwhile, has done so."""
    alert.customer, alert.decided_at, alert.due_at = customer, now, None
    alert.reasons = list(decision.reasons)
    if decision.starts:
        choice = choose_level(read_facts(alert).severity, ceiling=read_ceiling())
        alert.outcome, alert.level = AlertOutcome.STARTS_RUN, choice.level
        alert.reasons.append(choice.reason)
    elif decision.cools_until is not None:
        alert.outcome = AlertOutcome.COOLING_DOWN
        alert.reasons.append(
            f"A run on {metric_name(alert.metric)} was started already; "
            f"the next may start on {decision.cools_until:%-d %b %Y}."
        )
    else:
        alert.outcome = AlertOutcome.NOTED
    undecided = UsageAlert.objects.filter(pk=alert.pk, decided_at=None)
    return bool(
        undecided.update(
            customer=customer,
            decided_at=now,
            due_at=None,
            outcome=alert.outcome,
            level=alert.level,
            reasons=alert.reasons,
            problem="",
            updated_at=now,
        )
    )


def _tell(alert: UsageAlert, customer: Customer, *, now: datetime) -> None:
    """Put it on record, and before the account's owner where it asks for something."""
    limit = f" over {plain(alert.threshold)}" if alert.threshold is not None else ""
    what = f"{metric_name(alert.metric)} {plain(alert.value)}{limit}"
    record(
        "usage_alert.received",
        f"Usage alert, {alert.severity}: {what}",
        customer=customer,
        by=None,
        now=now,
        actor_name=SENDER,
        subject=alert,
        outcome=alert.outcome,
    )
    if alert.outcome == AlertOutcome.STARTS_RUN:
        add_todo(
            f"Usage alert: {what}",
            customer=customer,
            now=now,
            by=None,
            owner=customer.owner,
            kind=ALERT_TODO,
            detail=" ".join(alert.reasons),
            source_kind="usagealert",
            source_id=alert.pk,
            key=alert_key(alert),
        )
    send_after_commit(alert_decided, customer_id=customer.pk, alert_id=alert.pk, outcome=str(alert.outcome))


def _put_off(alert_id: uuid.UUID, error: Exception, *, now: datetime) -> None:
    rows = UsageAlert.objects.filter(pk=alert_id, decided_at=None)
    problem = type(error).__name__
    rows.filter(attempts__lt=MOST_ATTEMPTS).update(due_at=now + RETRY_AFTER, problem=problem, updated_at=now)
    rows.filter(attempts__gte=MOST_ATTEMPTS).update(due_at=None, problem=problem, updated_at=now)

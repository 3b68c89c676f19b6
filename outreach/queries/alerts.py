"""Usage alerts, as their service reads them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef

from customers.models import Customer
from customers.queries.moments import Waiting, When
from outreach.enums import AlertOutcome, Severity
from outreach.models import UsageAlert
from outreach.rules.alerts.facts import AlertFacts

LOOKED_FOR = timedelta(days=90)
"""How long an alert of an unknown account is looked at again by itself."""


def find_account(account_id: str) -> Customer | None:
    """Find the account by the other system's id, as the upsell workflow's account_id is our external id."""
    customer: Customer | None = Customer.objects.filter(external_id=account_id).first()
    return customer


def last_started_at(customer_id: uuid.UUID, metric: str) -> datetime | None:
    """Give when an alert of this account and metric last started a run."""
    started = UsageAlert.objects.filter(customer=customer_id, metric=metric, outcome=AlertOutcome.STARTS_RUN)
    moment: datetime | None = started.aggregate(latest=Max("decided_at"))["latest"]
    return moment


def read_facts(alert: UsageAlert) -> AlertFacts:
    return AlertFacts(
        source=alert.source,
        event_id=alert.event_id,
        account_id=alert.account_id,
        metric=alert.metric,
        value=alert.value,
        threshold=alert.threshold,
        severity=Severity(alert.severity),
        period=alert.period,
        trend=alert.trend,
        at=alert.happened_at,
        context=alert.context,
    )


def alerts_waiting(now: When) -> Waiting:
    """Give the alerts to decide on, and those of the last days whose account has become known."""
    known = Customer.objects.filter(external_id=OuterRef("account_id"))
    early = UsageAlert.objects.filter(
        Exists(known),
        customer=None,
        outcome=AlertOutcome.UNKNOWN_ACCOUNT,
        due_at=None,
        received_at__gte=now - LOOKED_FOR,
    )
    return UsageAlert.objects.filter(due_at__lte=now).order_by("due_at"), early.order_by("account_id")


def alerts_without_account(external_ids: Collection[str]) -> list[uuid.UUID]:
    """Give the alerts that waited for one of these accounts to become known."""
    waiting = UsageAlert.objects.filter(
        customer=None, outcome=AlertOutcome.UNKNOWN_ACCOUNT, account_id__in=external_ids
    )
    return list(waiting.values_list("pk", flat=True))

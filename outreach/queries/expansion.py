"""What the rules of expansion need to know of one account, from its own records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, Q

from customers.enums import ContractState
from customers.models import Contract, Customer, UsageSample, Win
from customers.queries.calendars import local_date
from outreach import models
from outreach.models import UpsellRun, UsageAlert
from outreach.queries.alert_usage import find_standing_alert
from outreach.queries.introductions import list_requests
from outreach.rules.upsell.facts import AccountFacts, Offer, UsageLine, measure_change, read_trend
from outreach.rules.upsell.framing import FramingChoice, choose_framing
from outreach.rules.upsell.optimising import Saving, list_savings
from outreach.rules.upsell.signals import Expansion, find_expansion, list_unused

SEEN_DAYS = 90
"""What a trend is measured over."""


@dataclass(frozen=True)
class ExpansionContext:
    """An account with what speaks for an expansion; expansion is None where nothing does.

    alert: what told of the metric that started the run, while no newer reading of our own does.
    """

    facts: AccountFacts
    expansion: Expansion | None
    framing: FramingChoice
    unused: tuple[UsageLine, ...]
    savings: tuple[Saving, ...] = ()
    alert: UsageAlert | None = None


def read_expansion_context(customer: Customer, *, now: datetime, run: UpsellRun | None = None) -> ExpansionContext:
    """Read the account in five queries and judge it. run: what the metric that started it tells comes first."""
    alert = find_standing_alert(run) if run is not None else None
    facts = _read_facts(customer, now=now, trigger=_trigger_of(run), alert=alert)
    return ExpansionContext(
        facts, find_expansion(facts), choose_framing(facts), list_unused(facts), list_savings(facts.usage), alert
    )


def read_account_facts(customer: Customer, *, now: datetime, run: UpsellRun | None = None) -> AccountFacts:
    """Read what is known of the account, and the plans of the price list that are sold in its currency."""
    alert = find_standing_alert(run) if run is not None else None
    return _read_facts(customer, now=now, trigger=_trigger_of(run), alert=alert)


def _trigger_of(run: UpsellRun | None) -> str:
    if run is None:
        return ""
    return str(run.alert.metric if run.alert else run.metric)


def _read_facts(customer: Customer, *, now: datetime, trigger: str, alert: UsageAlert | None) -> AccountFacts:
    contract: Contract | None = Contract.objects.filter(customer=customer, state=ContractState.ACTIVE).first()
    today = local_date(now, customer.timezone)
    currency = contract.currency if contract else customer.currency
    wins = Win.objects.filter(customer=customer).values_list("text", flat=True)
    return AccountFacts(
        current_plan=contract.plan if contract else "",
        currency=currency,
        annual_price=contract.current_price if contract else None,
        usage=read_usage(customer, now=now, alert=alert),
        feature_requests=tuple(row.text for row in list_requests(customer)),
        wins=tuple(wins),
        health_score=customer.health_score,
        churn_risk=customer.churn_risk,
        days_to_renewal=(contract.renewal_date - today).days if contract else None,
        offers=read_offers(currency),
        trigger=trigger,
    )


def read_offers(currency: str) -> tuple[Offer, ...]:
    """Read the plans sold in this currency, cheapest first; those without a price come last and are sold in any."""
    rows = models.Offer.objects.filter(is_active=True).filter(Q(currency=currency) | Q(annual_price=None))
    listed = rows.order_by(F("annual_price").asc(nulls_last=True), "position", "name")
    return tuple(Offer(row.name, row.annual_price, tuple(row.features)) for row in listed)


def read_usage(customer: Customer, *, now: datetime, alert: UsageAlert | None = None) -> tuple[UsageLine, ...]:
    """Read each metric as it was told last, with its change over the last 90 days. alert: told later than any of it."""
    since = now - timedelta(days=SEEN_DAYS)
    rows = UsageSample.objects.filter(customer=customer, at__gt=since, at__lte=now).order_by("metric", "at")
    series: dict[str, list[tuple[Decimal, Decimal | None]]] = {}
    for metric, value, limit in rows.values_list("metric", "value", "limit"):
        series.setdefault(metric, []).append((value, limit))
    if alert is not None:
        line = series.setdefault(alert.metric, [])
        limit = alert.threshold if alert.threshold is not None else line[-1][1] if line else None
        line.append((alert.value, limit))
    return tuple(
        UsageLine(
            metric,
            line[-1][0],
            line[-1][1],
            measure_change([value for value, _ in line]),
            read_trend(alert.trend) if alert is not None and alert.metric == metric else None,
        )
        for metric, line in series.items()
    )

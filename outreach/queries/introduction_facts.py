"""What an introduction may state of one account, each figure tied to the record that it is read from again.

Health and churn risk are for us: they choose the framing, and no letter says them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from customers.enums import ContractState
from customers.models import Contract, Customer
from emails.queries.columns import Record
from emails.queries.ground_facts import record_url
from emails.rules import expansion as keys
from emails.rules.expansion import LineField, is_feature_name, is_sayable, line_key, unused_key
from emails.rules.facts import Fact, count_fact, money_fact, percent_fact, text_fact
from outreach.enums import Trend
from outreach.models import FeatureRequest, Offer, UsageAlert
from outreach.queries import alert_usage
from outreach.queries.expansion import ExpansionContext
from outreach.queries.live_usage import KIND, live_id, read_live_usage
from outreach.queries.sources import OFFER_KIND, REQUEST_KIND, feature_field
from outreach.rules.upsell.facts import UsageLine
from outreach.rules.upsell.framing import choose_lines
from outreach.rules.upsell.optimising import find_inactive
from outreach.rules.upsell.planning import next_offer

MOST_REQUESTS = 5
OFFERS_URL = "/expansion/offers"


@dataclass(frozen=True)
class _Source:
    """Where a metric's figures are read from. told_by: put behind the fact's label, "" for our own records."""

    kind: str
    id: str
    record: Record
    url: str
    told_by: str = ""


def introduction_facts(customer: Customer, context: ExpansionContext) -> tuple[Fact, ...]:
    """List what is known and may be said: usage, the present plan, the next one, and what they asked for."""
    return (
        *_usage_facts(customer, context),
        *_plan_facts(customer),
        *_offer_facts(find_offer(context)),
        *_request_facts(customer),
    )


def find_offer(context: ExpansionContext) -> Offer | None:
    """Find the plan of the price list that is proposed to the account."""
    offer = next_offer(context.facts)
    if offer is None:
        return None
    rows = Offer.objects.filter(name__iexact=offer.name, is_active=True)
    return rows.filter(currency=context.facts.currency).first() or rows.filter(annual_price=None).first()


def _usage_facts(customer: Customer, context: ExpansionContext) -> Iterator[Fact]:
    lead = context.facts.lead
    lines = [line for line in choose_lines(context.facts.usage, lead=lead) if is_feature_name(line.name)]
    unused = [line for line in context.unused if line != lead and is_feature_name(line.name)][:1]
    inactive = find_inactive(context.facts.usage)
    metrics = {line.metric for line in (*lines, *unused, *([inactive] if inactive else []))}
    records = read_live_usage([live_id(customer.pk, metric) for metric in sorted(metrics)])
    for place, line in enumerate(lines[: keys.MOST_LINES], 1):
        key = live_id(customer.pk, line.metric)
        source = _Source(KIND, key, records.get(key, {}), record_url(customer, "usage"))
        if line == lead:
            source = _source_of_alert(context.alert) if context.alert is not None else source
            yield _trigger_fact(source, line)
        yield from _line_facts(source, line, place)
    for place, line in enumerate(unused, 1):
        key = live_id(customer.pk, line.metric)
        source = _Source(KIND, key, records.get(key, {}), record_url(customer, "usage"))
        yield from _counts(source, {f: unused_key(place, f) for f in (LineField.USED, LineField.LIMIT)})
    if inactive is not None and inactive.used > 0:
        key = live_id(customer.pk, inactive.metric)
        source = _Source(KIND, key, records.get(key, {}), record_url(customer, "usage"))
        yield from _counts(source, {LineField.USED: keys.INACTIVE})


def _source_of_alert(alert: UsageAlert) -> _Source:
    id = str(alert.pk)
    record = alert_usage.read_alert_usage([id]).get(id, {})
    return _Source(alert_usage.KIND, id, record, f"/upsell-runs/{alert.run.pk}", ", as the alert told")


def _trigger_fact(source: _Source, line: UsageLine) -> Fact:
    return text_fact(
        keys.TRIGGER,
        line.name,
        kind=source.kind,
        id=source.id,
        field="metric",
        label="What started the run",
        url=source.url,
    )


def _line_facts(source: _Source, line: UsageLine, place: int) -> Iterator[Fact]:
    record, kind, id, url, metric = source.record, source.kind, source.id, source.url, line.name
    yield from _counts(source, {field: line_key(place, field) for field in (LineField.USED, LineField.LIMIT)})
    if isinstance(percent := record.get("used_pct"), Decimal):
        yield percent_fact(
            line_key(place, LineField.PERCENT),
            percent,
            kind=kind,
            id=id,
            field="used_pct",
            label=f"Share of the limit of {metric}{source.told_by}",
            url=url,
        )
    growth = record.get("growth_pct")
    if line.trend is Trend.INCREASING and isinstance(growth, Decimal) and growth >= 1:
        yield percent_fact(
            line_key(place, LineField.GROWTH),
            growth,
            kind=kind,
            id=id,
            field="growth_pct",
            label=f"Growth of {metric}",
            url=url,
        )


def _counts(source: _Source, keys_of: dict[LineField, str]) -> Iterator[Fact]:
    metric = str(source.record.get("metric", ""))
    for field, key in keys_of.items():
        name = "value" if field is LineField.USED else "limit"
        if isinstance(value := source.record.get(name), Decimal):
            yield count_fact(
                key,
                value,
                kind=source.kind,
                id=source.id,
                field=name,
                label=f"{'Present' if name == 'value' else 'Limit of'} {metric}{source.told_by}",
                url=source.url,
                unit=metric,
            )


def _plan_facts(customer: Customer) -> Iterator[Fact]:
    contract = Contract.objects.filter(customer=customer, state=ContractState.ACTIVE).first()
    if contract is not None and is_feature_name(contract.plan):
        url = record_url(customer, "renewal")
        yield text_fact(
            keys.PLAN_NOW, contract.plan, kind="contract", id=contract.pk, field="plan", label="Present plan", url=url
        )


def _offer_facts(offer: Offer | None) -> Iterator[Fact]:
    if offer is None or not is_sayable(offer.name):
        return
    id, url = offer.pk, OFFERS_URL
    yield text_fact(keys.OFFER, offer.name, kind=OFFER_KIND, id=id, field="name", label="Plan offered", url=url)
    for place, text in enumerate(_sayable(offer.features), 1):
        yield text_fact(
            f"{keys.FEATURE_PREFIX}{place}",
            text,
            kind=OFFER_KIND,
            id=id,
            field=feature_field(text),
            label=f"Feature of {offer.name}",
            url=url,
        )
    if offer.annual_price is not None:
        # For a person who answers a question about it; no writer is given it.
        yield money_fact(
            keys.OFFER_PRICE,
            offer.annual_price,
            offer.currency,
            kind=OFFER_KIND,
            id=id,
            field="annual_price",
            label=f"List price of {offer.name} a year",
            url=url,
        )


def _request_facts(customer: Customer) -> Iterator[Fact]:
    """Requests that read as the name of a feature; what does not is understood by people alone."""
    rows = FeatureRequest.objects.filter(customer=customer)
    fitting = [row for row in rows if is_feature_name(row.text)]
    for place, row in enumerate(fitting[:MOST_REQUESTS], 1):
        yield text_fact(
            f"{keys.REQUEST_PREFIX}{place}",
            row.text,
            kind=REQUEST_KIND,
            id=row.pk,
            field="text",
            label="Asked for by them",
            url=f"/customers/{customer.pk}/expansion#requests",
        )


def _sayable(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if is_sayable(text)]

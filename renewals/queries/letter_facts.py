"""The facts of a renewal that a letter may state, each tied to the record it is read from again."""

from __future__ import annotations

from datetime import datetime

from customers.models import Contract, Customer
from emails.queries.ground_facts import record_url
from emails.rules import letters as keys
from emails.rules.facts import Fact, count_fact, date_fact, money_fact, multiple_fact, percent_fact, text_fact
from renewals.queries.facts import RenewalFacts, read_renewal_facts
from renewals.rules.cycles import term_months

PLAN_NAME = "contract.plan"


def renewal_letter_facts(customer: Customer, facts: RenewalFacts) -> tuple[Fact, ...]:
    """List prices, dates and Prepare's figures, as far as they are known. Names and wins are the ground's."""
    return (*_contract_facts(customer, facts), *_price_facts(customer, facts), *_prepare_facts(customer, facts))


def tell_renewal(customer: Customer, now: datetime) -> tuple[Fact, ...]:
    """Tell letters written freely what Engage's letters know: the running contract, its price, what Prepare found."""
    facts = read_renewal_facts(customer, now=now)
    if facts is None:
        return ()
    if facts.renewal_id is None:
        return (*_contract_facts(customer, facts), *_plan_facts(customer, facts))
    return (*renewal_letter_facts(customer, facts), *_plan_facts(customer, facts))


def _plan_facts(customer: Customer, facts: RenewalFacts) -> list[Fact]:
    plan = Contract.objects.filter(pk=facts.contract_id).values_list("plan", flat=True).first()
    if not plan:
        return []
    url = record_url(customer, "renewal")
    return [text_fact(PLAN_NAME, plan, kind="contract", id=facts.contract_id, field="plan", label="Plan", url=url)]


def _contract_facts(customer: Customer, facts: RenewalFacts) -> list[Fact]:
    url, id = record_url(customer, "renewal"), facts.contract_id
    found = [
        money_fact(
            keys.PRICE_CURRENT,
            facts.current_price,
            facts.currency,
            kind="contract",
            id=id,
            field="current_price",
            label="Current price a year",
            url=url,
        ),
        date_fact(
            keys.RENEWAL_DATE,
            facts.renewal_date,
            kind="contract",
            id=id,
            field="renewal_date",
            label="Renewal date",
            url=url,
        ),
        date_fact(
            keys.NOTICE_DATE,
            facts.notice_deadline,
            kind="contract",
            id=id,
            field="notice_date",
            label="Notice deadline",
            url=url,
        ),
    ]
    if facts.start_date:
        months = term_months(facts.start_date, facts.renewal_date)
        found.append(
            count_fact(
                keys.TERM_MONTHS,
                months,
                kind="contract",
                id=id,
                field="term_months",
                label="Term",
                url=url,
                unit="months",
            )
        )
    return found


def _price_facts(customer: Customer, facts: RenewalFacts) -> list[Fact]:
    """The price asked for. It reads as locked: unlocked, it is marked until somebody locks it."""
    if facts.target_price is None:
        return []
    url, id = record_url(customer, "renewal"), facts.renewal_id
    found = [
        money_fact(
            keys.PRICE_NEW,
            facts.target_price,
            facts.currency,
            kind="renewal",
            id=id,
            field="locked_price",
            label="New price a year",
            url=url,
        ),
        money_fact(
            keys.PRICE_INCREASE,
            facts.target_price - facts.current_price,
            facts.currency,
            kind="renewal",
            id=id,
            field="increase",
            label="Change of the price",
            url=url,
        ),
    ]
    if facts.increase_pct is not None:
        found.append(
            percent_fact(
                keys.PRICE_INCREASE_PCT,
                facts.increase_pct,
                kind="renewal",
                id=id,
                field="increase_pct",
                label="Change of the price",
                url=url,
            )
        )
    return found


def _prepare_facts(customer: Customer, facts: RenewalFacts) -> list[Fact]:
    url, id = record_url(customer, "renewal"), facts.renewal_id
    found = []
    if facts.quantified_value:
        found.append(
            money_fact(
                keys.VALUE_QUANTIFIED,
                facts.quantified_value,
                facts.currency,
                kind="renewal",
                id=id,
                field="quantified_value",
                label="Quantified value a year",
                url=url,
            )
        )
    if facts.value_leverage:
        found.append(
            multiple_fact(
                keys.VALUE_LEVERAGE,
                facts.value_leverage,
                kind="renewal",
                id=id,
                field="value_leverage",
                label="Value for the price",
                url=url,
            )
        )
    if facts.peer_price_pct is not None:
        found.append(
            percent_fact(
                keys.PRICE_PEER_PCT,
                facts.peer_price_pct,
                kind="renewal",
                id=id,
                field="peer_price_pct",
                label="Price against peers",
                url=url,
            )
        )
    return found

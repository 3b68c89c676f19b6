"""The facts of the spec's own example: Acme, $250,000 to $268,000."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from emails.rules import letters as keys
from emails.rules.facts import (
    Fact,
    count_fact,
    date_fact,
    money_fact,
    multiple_fact,
    name_fact,
    percent_fact,
    score_fact,
    text_fact,
)

_RENEWAL: dict[str, Any] = {"kind": "renewal", "id": "1", "url": "/customers/1#renewal"}

PRICES = (
    money_fact(keys.PRICE_NEW, Decimal(268000), "USD", field="target_price", label="New price", **_RENEWAL),
    money_fact(keys.PRICE_CURRENT, Decimal(250000), "USD", field="price", label="Current price", **_RENEWAL),
    percent_fact(keys.PRICE_INCREASE_PCT, Decimal("7.2"), field="increase", label="Increase", **_RENEWAL),
)
DATES = (
    date_fact(keys.RENEWAL_DATE, date(2027, 3, 1), field="renewal_date", label="Renewal date", **_RENEWAL),
    count_fact(keys.TERM_MONTHS, 12, field="term", label="Term", unit="months", **_RENEWAL),
)
VALUE = (
    money_fact(keys.VALUE_QUANTIFIED, Decimal(52000), "USD", field="value", label="Value", **_RENEWAL),
    multiple_fact(keys.VALUE_LEVERAGE, Decimal("2.08"), field="leverage", label="Leverage", **_RENEWAL),
    percent_fact(keys.USAGE_GROWTH_PCT, Decimal(35), field="growth", label="Usage growth", **_RENEWAL),
    text_fact(keys.USAGE_METRIC, "active users", field="metric", label="Metric", **_RENEWAL),
    count_fact(keys.USAGE_LEVEL, 1240, field="users", label="Users", unit="active users", **_RENEWAL),
    text_fact("win.1", "Cut onboarding time by half", field="text", label="Win", **_RENEWAL),
    text_fact("win.2", "Cut reporting effort by 40% in June", field="text", label="Win", **_RENEWAL),
)
SCORE = score_fact("stickiness", 85, out_of=100, field="stickiness", label="Stickiness", **_RENEWAL)
NAMES = (
    name_fact("customer.name", "Acme Corporation", kind="customer", id="1", field="name", label="Account"),
    name_fact("own.name", "Evergreen", kind="workspace", id="1", field="company_name", label="Us"),
    name_fact("recipient.name", "Sarah Lee", kind="stakeholder", id="1", field="name", label="Recipient"),
    name_fact("stakeholder.2", "Jürgen van der Berg", kind="stakeholder", id="2", field="name", label="Person"),
    name_fact("sender.name", "Dana Whitfield", kind="user", id="1", field="name", label="Sender"),
)
ALL: tuple[Fact, ...] = (*PRICES, *DATES, *VALUE, SCORE, *NAMES)

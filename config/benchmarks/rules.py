"""How many renewals a second the pure rules decide: sequence, price, plan and rehearsal, on one core."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from customers.enums import Pressure, StakeholderRole
from customers.rules.workdays import Calendar
from outreach.rules.planning import PlannedPosition, plan_touches
from renewals.rules.positions import Person
from renewals.rules.pricing import PriceFacts, advise_on_price
from renewals.rules.rehearsal import RehearsalFacts, choose_scenarios
from renewals.rules.sequencing import SequenceFacts, build_sequence

TODAY = date(2026, 3, 4)
PRESSURES = [Pressure.LOW, Pressure.MEDIUM, Pressure.HIGH]
PEOPLE = (
    Person(key="a", name="Jennifer Park", roles=(StakeholderRole.CHAMPION,)),
    Person(key="b", name="Tomas Lindqvist", roles=(StakeholderRole.DECISION_MAKER,)),
    Person(key="c", name="Amara Okafor", roles=(StakeholderRole.ECONOMIC_BUYER,)),
)
RUNS = 3


def measure_rules(*, accounts: int, **options: Any) -> Iterator[dict[str, Any]]:
    """This will give the median rate of three runs over `accounts` renewals that all differ."""
    rates = sorted(_rate(accounts) for _ in range(RUNS))
    yield {"accounts": accounts, "runs": RUNS, "renewals_per_s": round(rates[RUNS // 2])}


def _rate(accounts: int) -> float:
    calendar = Calendar()
    start = time.perf_counter()
    for n in range(accounts):
        _decide(n, calendar)
    return accounts / (time.perf_counter() - start)


def _decide(n: int, calendar: Calendar) -> None:
    increase, risk, relationship, days = Decimal(n % 160) / 10, n % 101, n % 11, 91 + n % 29
    advice = build_sequence(
        SequenceFacts(
            days_to_renewal=days, increase_pct=increase, churn_risk=risk, relationship=relationship, people=PEOPLE
        )
    )
    advise_on_price(PriceFacts(increase_pct=increase, relationship=relationship, competitive_pressure=PRESSURES[n % 3]))
    plan_touches(
        tuple(
            PlannedPosition(order=p.order, key=p.key, name=p.name, role=p.role, owner=p.owner, day=p.day)
            for p in advice.positions
        ),
        renewal_date=TODAY + timedelta(days=days),
        notice_days=90,
        calendar=calendar,
        today=TODAY,
    )
    choose_scenarios(RehearsalFacts(increase_pct=increase, churn_risk=risk, relationship=relationship))

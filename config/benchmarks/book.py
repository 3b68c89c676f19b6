"""A book of any size for benchmarks: accounts over all ten stages, with people, usage and tasks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import models

from customers.enums import Pressure, Role, StakeholderRole
from customers.models import Contract, Customer, HealthSample, Stakeholder, Team, Todo, UsageSample, User, Win
from renewals.models import Renewal

ZONES = ["America/New_York", "Europe/Berlin", "Asia/Tokyo", "Australia/Sydney", "America/Los_Angeles", "UTC"]
SEGMENTS = ["Enterprise", "Mid-market", "Growth"]
PRESSURES = [Pressure.LOW, Pressure.MEDIUM, Pressure.HIGH]
ROLES = [StakeholderRole.CHAMPION, StakeholderRole.DECISION_MAKER, StakeholderRole.ECONOMIC_BUYER]
BATCH = 1_000
DAYS_OF_BOOK = 330
USAGE_MONTHS = 6


def fill_book(accounts: int, *, now: datetime) -> User:
    """This will write `accounts` accounts with three people each and give the lead who sees all of them."""
    team = Team.objects.create(name="Benchmark")
    lead = User.objects.create(username="bench-lead", role=Role.LEAD, team=team)
    owners = [User.objects.create(username=f"bench-{n}", role=Role.CSM, team=team) for n in range(8)]
    customers = [_customer(n, owner=owners[n % len(owners)]) for n in range(accounts)]
    contracts = [_contract(n, customer, now=now) for n, customer in enumerate(customers)]
    _write(Customer, customers)
    _write(Stakeholder, (_person(n, role, c) for n, c in enumerate(customers) for role in ROLES))
    _write(Contract, contracts)
    _write(Renewal, (_renewal(n, contract, now=now) for n, contract in enumerate(contracts)))
    _write(Todo, (_todo(n, c, now=now) for n, c in enumerate(customers) if n % 3 == 0))
    with_history = customers[: min(accounts, 2_000)]
    _write(UsageSample, (_usage(n, m, c, now=now) for n, c in enumerate(with_history) for m in range(USAGE_MONTHS)))
    _write(HealthSample, (_health(n, m, c, now=now) for n, c in enumerate(with_history) for m in range(USAGE_MONTHS)))
    _write(Win, (Win(customer=c, text="Closed the books two days sooner", value=Decimal(52_000)) for c in with_history))
    return lead


def _write(model: type[models.Model], rows: Iterable[Any]) -> None:
    model._default_manager.bulk_create(rows, batch_size=BATCH)


def _customer(n: int, *, owner: User) -> Customer:
    return Customer(
        name=f"Account {n:06d}",
        external_id=f"bench-{n}",
        segment=SEGMENTS[n % len(SEGMENTS)],
        timezone=ZONES[n % len(ZONES)],
        country="US",
        owner=owner,
        health_score=40 + n % 60,
        relationship_strength=n % 11,
        churn_risk=n * 7 % 101,
        competitive_pressure=PRESSURES[n % 3],
        budget_pressure=PRESSURES[n // 3 % 3],
    )


def _person(n: int, role: StakeholderRole, customer: Customer) -> Stakeholder:
    return Stakeholder(
        customer=customer,
        name=f"{role.label} {n}",
        email=f"{role}.{n}@bench.example",
        roles=[role.value],
        primary=role == StakeholderRole.CHAMPION,
    )


def _contract(n: int, customer: Customer, *, now: datetime) -> Contract:
    price = Decimal(20_000 + n % 400 * 1_000)
    return Contract(
        customer=customer,
        plan="Professional",
        current_price=price,
        target_price=price * (100 + n % 14) / 100,
        renewal_date=now.date() + timedelta(days=n % DAYS_OF_BOOK - 20),
    )


def _renewal(n: int, contract: Contract, *, now: datetime) -> Renewal:
    return Renewal(
        customer=contract.customer,
        contract=contract,
        confidence=50 + n % 50,
        price_locked_at=now if n % 2 else None,
        quantified_value=Decimal(52_000),
        value_leverage=Decimal("2.08"),
        stickiness=n % 101,
    )


def _todo(n: int, customer: Customer, *, now: datetime) -> Todo:
    return Todo(
        customer=customer,
        title="Confirm the people and their roles",
        owner=customer.owner,
        due_date=now.date() + timedelta(days=n % 20),
        waits_since=now - timedelta(days=n % 9),
    )


def _usage(n: int, month: int, customer: Customer, *, now: datetime) -> UsageSample:
    return UsageSample(
        customer=customer,
        metric="users",
        value=Decimal(60 + n % 20 + month * 3),
        limit=Decimal(100),
        at=now - timedelta(days=30 * (USAGE_MONTHS - month)),
    )


def _health(n: int, month: int, customer: Customer, *, now: datetime) -> HealthSample:
    at = now - timedelta(days=30 * (USAGE_MONTHS - month))
    return HealthSample(customer=customer, score=min(100, 50 + n % 40 + month), at=at)

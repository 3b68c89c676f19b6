"""A book of any size for benchmarks: accounts over all ten stages, with people, usage and tasks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import models

from customers.enums import ContractState, Pressure, Role, StakeholderRole
from customers.models import Contract, Customer, HealthSample, Stakeholder, Team, Todo, UsageSample, User, Win
from renewals.models import Renewal

ZONES = ["America/New_York", "Europe/Berlin", "Asia/Tokyo", "Australia/Sydney", "America/Los_Angeles", "UTC"]
SEGMENTS = ["Enterprise", "Mid-market", "Growth"]
PRESSURES = [Pressure.LOW, Pressure.MEDIUM, Pressure.HIGH]
ROLES = [StakeholderRole.CHAMPION, StakeholderRole.DECISION_MAKER, StakeholderRole.ECONOMIC_BUYER]
FIRST_WORDS = (
    "Alder", "Beacon", "Cobalt", "Dunmore", "Eastgate", "Fairway", "Granite", "Harbour", "Ironbridge", "Juniper",
    "Kestrel", "Larkspur", "Meridian", "Northfield", "Oakhurst", "Pinnacle", "Quarry", "Redwood", "Stonegate",
    "Tidewater", "Umber", "Vantage", "Westmark", "Yarrow", "Zenith",
)  # fmt: skip
SECOND_WORDS = ("Analytics", "Bank", "Capital", "Dynamics", "Energy", "Foods", "Health", "Logistics", "Motors",
                "Networks", "Partners", "Retail", "Robotics", "Software", "Systems", "Textiles", "Works")  # fmt: skip
GIVEN_NAMES = ("Amara", "Bruno", "Chiara", "Dmitri", "Elena", "Farid", "Greta", "Hiro", "Imani", "Jonas", "Katya",
               "Liam", "Mariam", "Nadia", "Oscar", "Priya", "Quinn", "Rosa", "Samir", "Tomas", "Ulla", "Vera",
               "Wanda", "Yusuf", "Zoe")  # fmt: skip
FAMILY_NAMES = ("Achebe", "Bergmann", "Castillo", "Dubois", "Eriksen", "Fontana", "Gallagher", "Haddad", "Ivanova",
                "Jensen", "Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov", "Quintana", "Rossi",
                "Sato", "Tanaka", "Ueda", "Vasquez", "Weber", "Yilmaz", "Zhang", "Osei", "Park")  # fmt: skip
BATCH = 1_000
DAYS_OF_BOOK = 330
USAGE_MONTHS = 6
WITHOUT_CONTRACT = 50
"""One account of so many has none."""


@dataclass(frozen=True)
class FilledBook:
    """What was written. lead: sees all of it; people: three of each customer, in the order of ROLES."""

    lead: User
    owners: list[User]
    customers: list[Customer]
    people: dict[Any, list[Stakeholder]]
    contracts: dict[Any, Contract]


def fill_book(accounts: int, *, now: datetime) -> FilledBook:
    """This will write `accounts` accounts with three people each, of one team and its lead."""
    team = Team.objects.create(name="Benchmark")
    lead = User.objects.create(username="bench-lead", role=Role.LEAD, team=team, email="lead@bench.example")
    owners = [_colleague(n, team=team) for n in range(8)]
    write(User, owners)
    customers = [_customer(n, owner=owners[n % len(owners)]) for n in range(accounts)]
    people = {c.pk: [_person(n * 3 + i, role, c) for i, role in enumerate(ROLES)] for n, c in enumerate(customers)}
    contracts = [_contract(n, c, now=now) for n, c in enumerate(customers) if (n + 1) % WITHOUT_CONTRACT]
    write(Customer, customers)
    write(Stakeholder, (person for three in people.values() for person in three))
    write(Contract, contracts)
    write(Contract, (_past(contract) for contract in contracts[::2]))
    write(Renewal, (_renewal(n, contract, now=now) for n, contract in enumerate(contracts)))
    write(Todo, (_todo(n, c, now=now) for n, c in enumerate(customers) if n % 3 == 0))
    _write_signs(customers, now=now)
    return FilledBook(lead, owners, customers, people, {contract.customer_id: contract for contract in contracts})


def _write_signs(customers: list[Customer], *, now: datetime) -> None:
    some = list(enumerate(customers[:2_000]))
    write(UsageSample, (_usage(n, m, c, now=now) for n, c in some for m in range(USAGE_MONTHS)))
    write(HealthSample, (_health(n, m, c, now=now) for n, c in some for m in range(USAGE_MONTHS)))
    write(Win, (Win(customer=c, text="Closed the books two days sooner", value=Decimal(52_000)) for _, c in some))


def write(model: type[models.Model], rows: Iterable[Any]) -> None:
    """This will insert rows batch by batch, however many."""
    model._default_manager.bulk_create(rows, batch_size=BATCH)


def copy_of(row: Any, **changes: Any) -> Any:
    """This will give an unsaved row like this one, with an id of its own unless one is given."""
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.generated}
    fields["id"] = uuid4()
    for name, value in changes.items():
        field = row._meta.get_field(name)
        fields[field.attname] = value.pk if isinstance(value, models.Model) else value
    return type(row)(**fields)


def _colleague(n: int, *, team: Team) -> User:
    return User(
        username=f"bench-{n}",
        first_name=GIVEN_NAMES[n % len(GIVEN_NAMES)],
        last_name=FAMILY_NAMES[n % len(FAMILY_NAMES)],
        email=f"bench-{n}@bench.example",
        role=Role.CSM,
        team=team,
    )


def _customer(n: int, *, owner: User) -> Customer:
    first, second = FIRST_WORDS[n * 7 % len(FIRST_WORDS)], SECOND_WORDS[n % len(SECOND_WORDS)]
    return Customer(
        name=f"{first} {second} {n:06d}",
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
    given, family = GIVEN_NAMES[n % len(GIVEN_NAMES)], FAMILY_NAMES[n // 3 % len(FAMILY_NAMES)]
    return Stakeholder(
        customer=customer,
        name=f"{given} {family}",
        email=f"{given}.{family}.{n}@{customer.name.split()[0]}.example".lower(),
        title=f"Head of {SECOND_WORDS[n % len(SECOND_WORDS)]}",
        roles=[role.value],
        primary=role == StakeholderRole.CHAMPION,
    )


def _contract(n: int, customer: Customer, *, now: datetime) -> Contract:
    price = Decimal(20_000 + n % 400 * 1_000)
    return Contract(
        customer=customer,
        plan="Professional",
        current_price=price,
        target_price=price * (1000 + n % 140) / 1000 if n % 23 else None,
        renewal_date=now.date() + timedelta(days=n % DAYS_OF_BOOK - 20),
    )


def _past(contract: Contract) -> Contract:
    """The term before this one."""
    return Contract(
        customer_id=contract.customer_id,
        plan=contract.plan,
        current_price=contract.current_price - 1_000,
        target_price=contract.current_price,
        renewal_date=contract.renewal_date - timedelta(days=365),
        state=ContractState.ENDED,
    )


def _renewal(n: int, contract: Contract, *, now: datetime) -> Renewal:
    return Renewal(
        customer=contract.customer,
        contract=contract,
        confidence=50 + n % 50,
        price_locked_at=now if n % 2 and contract.target_price is not None else None,
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

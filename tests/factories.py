"""Rows for tests, believable by default; each factory takes any field."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from customers import models
from emails.models import Reply


@cache
def hashed(password: str) -> str:
    """Each password is hashed once: people are made in most tests, and saved once."""
    return make_password(password)


class TeamFactory(DjangoModelFactory[models.Team]):
    class Meta:
        model = models.Team

    name = factory.Sequence(lambda n: f"Team {n}")


class UserFactory(DjangoModelFactory[models.User]):
    class Meta:
        model = models.User

    username = factory.Sequence(lambda n: f"person{n}")
    first_name = factory.LazyAttribute(lambda o: o.username.capitalize())
    last_name = "Berg"
    email = factory.LazyAttribute(lambda o: f"{o.username}@evergreen.example")
    role = "csm"
    title = "Customer Success Manager"

    password = factory.Transformer("correct horse battery", transform=hashed)


class CustomerFactory(DjangoModelFactory[models.Customer]):
    class Meta:
        model = models.Customer

    name = factory.Sequence(lambda n: f"Acme {n}")
    external_id = factory.Sequence(lambda n: f"001A{n:05d}")
    segment = "Mid-market"
    timezone = "America/New_York"
    country = "US"
    currency = "USD"
    owner = factory.SubFactory(UserFactory)
    health_score = 80
    relationship_strength = 7
    churn_risk = 35
    competitive_pressure = "medium"
    budget_pressure = "low"


class StakeholderFactory(DjangoModelFactory[models.Stakeholder]):
    class Meta:
        model = models.Stakeholder

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence(lambda n: f"Jennifer Park {n}")
    email = factory.Sequence(lambda n: f"jennifer{n}@acme.example")
    title = "VP Operations"
    roles = factory.LazyFunction(lambda: ["champion"])


class ContractFactory(DjangoModelFactory[models.Contract]):
    class Meta:
        model = models.Contract

    customer = factory.SubFactory(CustomerFactory)
    plan = "Professional"
    current_price = Decimal("250000.00")
    target_price = Decimal("268000.00")
    currency = "USD"
    start_date = date(2025, 7, 2)
    renewal_date = date(2026, 7, 2)
    notice_days = 90


class UsageSampleFactory(DjangoModelFactory[models.UsageSample]):
    class Meta:
        model = models.UsageSample

    customer = factory.SubFactory(CustomerFactory)
    metric = "users"
    value = Decimal(98)
    limit = Decimal(100)
    at = datetime(2026, 3, 1, tzinfo=UTC)


class WinFactory(DjangoModelFactory[models.Win]):
    class Meta:
        model = models.Win

    customer = factory.SubFactory(CustomerFactory)
    text = factory.Sequence(lambda n: f"Cut onboarding time by half, region {n}")
    value = Decimal("52000.00")


class MeetingFactory(DjangoModelFactory[models.Meeting]):
    class Meta:
        model = models.Meeting

    customer = factory.SubFactory(CustomerFactory)
    title = "Quarterly review"
    starts_at = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


class ReplyFactory(DjangoModelFactory[Reply]):
    """A human, verified reply; `services.replies.apply_reply` lets it work."""

    class Meta:
        model = Reply

    customer = factory.SelfAttribute("stakeholder.customer")
    stakeholder = factory.SubFactory(StakeholderFactory)
    from_email = factory.SelfAttribute("stakeholder.email")
    from_name = factory.SelfAttribute("stakeholder.name")
    subject = "Re: Your renewal"
    text = "Thanks, that works for us."
    full_text = factory.SelfAttribute("text")
    received_at = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
    message_id = factory.Sequence(lambda n: f"<reply{n}@acme.example>")
    matched_by = "token"
    classification = "positive"
    is_authentic = True
    is_verified = True

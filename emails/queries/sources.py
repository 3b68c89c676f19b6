"""The fact sources whose records the ground owns: accounts, people, wins, usage, contracts, settings, users."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from customers.models import Contract, Customer, Stakeholder, UsageSample, User, Win
from customers.queries.workspace import get_settings
from emails.facts import register_source
from emails.queries.usage import growth_of


def register_sources() -> None:
    """Make the ground's records readable as facts. `contract` may be taken over by the app that knows prices."""
    register_source("customer", read_customer)
    register_source("stakeholder", read_stakeholder)
    register_source("user", read_user)
    register_source("win", read_win)
    register_source("usage", read_usage)
    register_source("contract", read_contract)
    register_source("workspace", read_workspace)


def read_customer(id: str) -> Mapping[str, object] | None:
    fields = ("name", "health_score", "relationship_strength", "churn_risk", "programme_start_date", "segment")
    return Customer.objects.filter(pk=_uuid(id)).values(*fields).first()


def read_stakeholder(id: str) -> Mapping[str, object] | None:
    return Stakeholder.objects.filter(pk=_uuid(id)).values("name", "title", "email").first()


def read_user(id: str) -> Mapping[str, object] | None:
    user = User.objects.filter(pk=_uuid(id)).first()
    if user is None:
        return None
    return {"name": user.display_name, "title": user.title, "phone": user.phone, "signature": user.signature}


def read_win(id: str) -> Mapping[str, object] | None:
    return Win.objects.filter(pk=_uuid(id)).values("text", "value", "achieved_on").first()


def read_usage(id: str) -> Mapping[str, object] | None:
    """Read a usage sample: its value, its limit, and the growth that led to it."""
    sample = UsageSample.objects.filter(pk=_uuid(id)).first()
    if sample is None:
        return None
    growth = growth_of(sample)
    return {
        "metric": sample.metric,
        "value": sample.value,
        "limit": sample.limit,
        "growth_pct": growth.percent if growth else None,
    }


def read_contract(id: str) -> Mapping[str, object] | None:
    fields = ("current_price", "target_price", "start_date", "renewal_date", "notice_days", "plan")
    return Contract.objects.filter(pk=_uuid(id)).values(*fields).first()


def read_workspace(id: str) -> Mapping[str, object] | None:
    return {"company_name": get_settings().company_name}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

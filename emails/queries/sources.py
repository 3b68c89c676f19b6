"""The fact sources whose records the ground owns: accounts, people, wins, usage, meetings, contracts, settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import SimpleNamespace
from typing import Any

from django.db.models import DecimalField

from customers.models import Contract, Customer, Meeting, Stakeholder, Todo, UsageSample, User, Win
from customers.queries.calendars import local_date, zone
from customers.queries.workspace import get_settings
from customers.rules.metrics import metric_name
from emails.facts import offer_source
from emails.models import Draft, MailTemplateVersion
from emails.queries.columns import Columns, Record
from emails.queries.usage import first_value, growth_pct, used_pct
from emails.rules.templates import SOURCE_KIND, words_of

Records = Mapping[str, Record]
CONTRACT_FIELDS = ("plan", "current_price", "target_price", "start_date", "renewal_date", "notice_days")


def register_sources() -> None:
    """Make the ground's records readable as facts. An app that knows more takes a kind over."""
    offer_source("customer", Columns(Customer, ("name", "health_score", "relationship_strength", "churn_risk")))
    offer_source("stakeholder", Columns(Stakeholder, ("name", "title", "email")))
    offer_source("win", Columns(Win, ("text", "value", "achieved_on")))
    offer_source("contract", Columns(Contract, CONTRACT_FIELDS))
    offer_source("user", Columns(User, ("username", "first_name", "last_name", "title", "signature"), _user))
    offer_source("usage", read_usage)
    offer_source("meeting", Columns(Meeting, ("title", "starts_at", "notes", "customer__timezone"), _meeting))
    offer_source("workspace", read_workspace)
    offer_source("draft", Columns(Draft, ("sent_at", "customer__timezone"), _letter))
    offer_source("todo", Columns(Todo, ("title",)))
    offer_source(SOURCE_KIND, Columns(MailTemplateVersion, ("subject", "body"), _template_words))


def _user(row: dict[str, Any]) -> Record:
    user = User(**row)
    return {"name": user.display_name, "title": user.title, "signature": user.signature}


def usage_record(sample: Any) -> dict[str, object]:
    """What a sample (`with_first_value`) says, by the names of its fields."""
    return {
        "metric": metric_name(sample.metric),
        "value": sample.value,
        "limit": sample.limit,
        "used_pct": used_pct(sample.value, sample.limit),
        "growth_pct": growth_pct(sample.first_value, sample.value),
    }


read_usage = Columns(
    UsageSample,
    ("metric", "value", "limit"),
    lambda row: usage_record(SimpleNamespace(**row)),
    (("first_value", first_value(), DecimalField()),),
)


def _meeting(row: dict[str, Any]) -> Record:
    """Day and hour in the customer's zone."""
    local = row["starts_at"].astimezone(zone(row["customer__timezone"]))
    return {
        "title": row["title"],
        "starts_on": local.date(),
        "starts_time": f"{local:%H:%M}",
        "notes": row["notes"] or None,
    }


def _letter(row: dict[str, Any]) -> Record:
    """The day on which it left, in the customer's zone."""
    return {"sent_on": local_date(row["sent_at"], row["customer__timezone"]) if row["sent_at"] else None}


def read_workspace(ids: Collection[str]) -> Records:
    """There is one workspace, whatever id it is asked by."""
    settings = get_settings()
    names = {"company_name": settings.company_name, "programme_name": settings.programme_name}
    return dict.fromkeys(ids, names)


def _template_words(row: dict[str, Any]) -> Record:
    """What a published template says in its own words."""
    words = words_of(row["subject"], row["body"])
    return {f"words_{place}": one for place, one in enumerate(words, 1)}

"""The fact sources whose records the ground owns: accounts, people, wins, usage, meetings, contracts, settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from customers.models import Contract, Customer, Meeting, Stakeholder, Todo, UsageSample, User, Win
from customers.queries.calendars import local_date, zone
from customers.queries.workspace import get_settings
from emails.facts import offer_source
from emails.models import Draft, MailTemplateVersion
from emails.queries.columns import Columns, Record, uuids
from emails.queries.usage import growth_pct, metric_name, used_pct, with_first_value
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
    offer_source("meeting", read_meetings)
    offer_source("workspace", read_workspace)
    offer_source("draft", read_drafts)
    offer_source("todo", Columns(Todo, ("title",)))
    offer_source(SOURCE_KIND, Columns(MailTemplateVersion, ("subject", "body"), _template_words))


def _user(row: dict[str, Any]) -> Record:
    user = User(**row)
    return {"name": user.display_name, "title": user.title, "signature": user.signature}


def read_usage(ids: Collection[str]) -> Records:
    """Read usage samples: value, limit, and the growth that led there."""
    samples = with_first_value(UsageSample.objects.filter(pk__in=uuids(ids)))
    return {str(sample.pk): usage_record(sample) for sample in samples}


def usage_record(sample: Any) -> dict[str, object]:
    """What a sample (`with_first_value`) says, by the names of its fields."""
    return {
        "metric": metric_name(sample.metric),
        "value": sample.value,
        "limit": sample.limit,
        "used_pct": used_pct(sample.value, sample.limit),
        "growth_pct": growth_pct(sample.first_value, sample.value),
    }


def read_meetings(ids: Collection[str]) -> Records:
    """Read meetings with their day and hour in the customer's zone."""
    meetings = Meeting.objects.filter(pk__in=uuids(ids)).select_related("customer")
    return {str(one.pk): _meeting(one) for one in meetings}


def _meeting(meeting: Meeting) -> dict[str, object]:
    local = meeting.starts_at.astimezone(zone(meeting.customer.timezone))
    return {
        "title": meeting.title,
        "starts_on": local.date(),
        "starts_time": f"{local:%H:%M}",
        "notes": meeting.notes or None,
    }


def read_drafts(ids: Collection[str]) -> Records:
    """Read letters with the day on which they left, in the customer's zone."""
    letters = Draft.objects.filter(pk__in=uuids(ids)).select_related("customer")
    rows = letters.only("sent_at", "customer__timezone")
    return {
        str(one.pk): {"sent_on": local_date(one.sent_at, one.customer.timezone) if one.sent_at else None}
        for one in rows
    }


def read_workspace(ids: Collection[str]) -> Records:
    """There is one workspace, whatever id it is asked by."""
    settings = get_settings()
    names = {"company_name": settings.company_name, "programme_name": settings.programme_name}
    return dict.fromkeys(ids, names)


def _template_words(row: dict[str, Any]) -> Record:
    """What a published template says in its own words."""
    words = words_of(row["subject"], row["body"])
    return {f"words_{place}": one for place, one in enumerate(words, 1)}

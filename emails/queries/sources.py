"""The fact sources whose records the ground owns: accounts, people, wins, usage, meetings, contracts, settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from customers.models import Contract, Customer, Meeting, Stakeholder, Todo, UsageSample, User, Win
from customers.queries.calendars import local_date, zone
from customers.queries.workspace import get_settings
from emails.facts import Reader, offer_source
from emails.models import Draft, MailTemplateVersion
from emails.queries.usage import growth_of, metric_name
from emails.rules.templates import SOURCE_KIND, words_of

Records = Mapping[str, Mapping[str, object]]


def register_sources() -> None:
    """Make the ground's records readable as facts. An app that knows more takes a kind over."""
    offer_source("customer", _rows(Customer, "name", "health_score", "relationship_strength", "churn_risk"))
    offer_source("stakeholder", _rows(Stakeholder, "name", "title", "email"))
    offer_source("win", _rows(Win, "text", "value", "achieved_on"))
    offer_source(
        "contract",
        _rows(Contract, "current_price", "target_price", "start_date", "renewal_date", "notice_days", "plan"),
    )
    offer_source("user", read_users)
    offer_source("usage", read_usage)
    offer_source("meeting", read_meetings)
    offer_source("workspace", read_workspace)
    offer_source("draft", read_drafts)
    offer_source("todo", _rows(Todo, "title"))
    offer_source(SOURCE_KIND, read_template_words)


def _rows(model: Any, *fields: str) -> Reader:
    """Make a reader of plain columns."""

    def read(ids: Collection[str]) -> Records:
        rows = model._default_manager.filter(pk__in=uuids(ids)).values("pk", *fields)
        return {str(row.pop("pk")): row for row in rows}

    return read


def read_users(ids: Collection[str]) -> Records:
    return {
        str(user.pk): {"name": user.display_name, "title": user.title, "signature": user.signature}
        for user in User.objects.filter(pk__in=uuids(ids))
    }


def read_usage(ids: Collection[str]) -> Records:
    """Read usage samples: value, limit, and the growth that led there."""
    return {str(sample.pk): _usage(sample) for sample in UsageSample.objects.filter(pk__in=uuids(ids))}


def _usage(sample: UsageSample) -> dict[str, object]:
    growth = growth_of(sample)
    return {
        "metric": metric_name(sample.metric),
        "value": sample.value,
        "limit": sample.limit,
        "growth_pct": growth.percent if growth else None,
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


def read_template_words(ids: Collection[str]) -> Records:
    """Read what published templates say in their own words."""
    versions = MailTemplateVersion.objects.filter(pk__in=uuids(ids)).values_list("pk", "subject", "body")
    return {
        str(pk): {f"words_{place}": words for place, words in enumerate(words_of(subject, body), 1)}
        for pk, subject, body in versions
    }


def uuids(texts: Iterable[str]) -> list[UUID]:
    """The ids that are UUIDs; any other names no record."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found

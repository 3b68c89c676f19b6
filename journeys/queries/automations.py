"""Automations as lists, and the log of what became of them: what a person may see of both."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils import timezone

from customers.models import User
from customers.queries.lookup import NotThere
from journeys.enums import AutomationType, LogStatus
from journeys.models import AutomationLog, AutomationSchedule


def list_automations(user: User) -> QuerySet[AutomationSchedule]:
    rows: QuerySet[AutomationSchedule] = AutomationSchedule.objects.visible_to(user)
    return rows


def require_automation(pk: uuid.UUID, *, user: User) -> AutomationSchedule:
    """This will find the row. Raises NotThere."""
    found: AutomationSchedule | None = list_automations(user).filter(pk=pk).first()
    if found is None:
        raise NotThere("There is no such automation, or it is not yours.")
    return found


def list_log(user: User) -> QuerySet[AutomationLog]:
    """This will give the lines of accounts that are still there, the latest first."""
    rows: QuerySet[AutomationLog] = AutomationLog.objects.visible_to(user)
    return rows.filter(customer__created_at__isnull=False).order_by("-at", "-created_at", "pk")


@dataclass(frozen=True)
class LogFilter:
    """What is asked of the log. first, last: days of the reader's; status, type: codes, "" for any."""

    text: str = ""
    type: str = ""
    status: str = ""
    first: date | None = None
    last: date | None = None
    customer_id: uuid.UUID | None = None

    @property
    def is_plain(self) -> bool:
        return self == LogFilter()


TYPES = [(code.value, code.label) for code in AutomationType]
STATUSES = [(code.value, code.label) for code in LogStatus]


def find_log(user: User, wanted: LogFilter) -> QuerySet[AutomationLog]:
    """This will narrow the log down. The text is looked for in the account, in what was done and in what went wrong."""
    conditions = [Q(type=wanted.type)] if wanted.type else []
    if wanted.status:
        conditions.append(Q(status=wanted.status))
    if wanted.customer_id:
        conditions.append(Q(customer=wanted.customer_id))
    if wanted.first:
        conditions.append(Q(at__gte=_begins(wanted.first)))
    if wanted.last:
        conditions.append(Q(at__lt=_begins(wanted.last + timedelta(days=1))))
    if wanted.text:
        conditions.append(_has_text(wanted.text))
    return list_log(user).filter(*conditions)


def with_names(rows: QuerySet[AutomationLog]) -> Any:
    """This will read the names along that a line shows."""
    shown = ("at", "action", "status", "attempt", "metadata", "error_message", "type", "kind")
    names = ("customer__name", "automation__occurrence", "automation__payload")
    return rows.select_related("customer", "automation").only(*shown, *names)


def _has_text(text: str) -> Q:
    by_name = Q(customer__search_text__contains=Lower(Value(text)))
    return by_name | Q(action__icontains=text) | Q(error_message__icontains=text) | Q(kind__icontains=text)


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))

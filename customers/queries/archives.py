"""The ground's rows that grow old: what nobody opens any more is removed. What was moved to files is said."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db.models import Max, Model

from customers.models import ArchiveFile
from customers.registry.archives import Dropped, register_dropped


def archived_before(model: type[Model]) -> date | None:
    """This will give the day from which on all rows of the table are still in it; None where none were moved."""
    files = ArchiveFile.objects.filter(table_label=model._meta.label_lower, rows__gt=0)
    month: date | None = files.aggregate(last=Max("month"))["last"]
    return (month + timedelta(days=31)).replace(day=1) if month else None


def register() -> None:
    register_dropped(Dropped(Session, _ended_sessions))
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        register_dropped(Dropped(model, _sign_ins(model)))


def _ended_sessions(now: datetime, horizon: datetime) -> Any:
    return Session.objects.filter(expire_date__lt=now)


def _sign_ins(model: Any) -> Any:
    """The record keeps who signed in and when; these hold the machine as well."""

    def find(now: datetime, horizon: datetime) -> Any:
        return model.objects.filter(attempt_time__lt=horizon)

    return find

"""The ground's rows that grow old: what nobody opens any more is removed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

from customers.registry.archives import Dropped, register_dropped


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

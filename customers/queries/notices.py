"""Who is told of what and how; a person's notices and their count."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from customers.enums import DigestEvery, Role
from customers.models import Customer, Notice, NoticeSettings, User
from customers.queries.moments import Waiting, When
from customers.rules.notices import KEPT_READ, MOST_COUNTED

WHO = ("pk", "is_active", "role", "email", "slack_id", "notice_settings__choices")


@dataclass(frozen=True)
class Reader:
    """One person who may be told, as the writing of notices needs them. is_active: not disabled, no integration."""

    id: uuid.UUID
    is_active: bool
    has_address: bool
    has_slack: bool
    choices: Mapping[str, Collection[str]] = field(default_factory=dict)


def read_readers(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Reader]:
    """This will read people by id, with what they chose. One query."""
    rows = User.objects.filter(pk__in=set(ids)).values_list(*WHO)
    return {row[0]: _reader(*row) for row in rows}


def read_owners(customer_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Reader]:
    """This will read the owner of each account that has one. One query."""
    rows = Customer.objects.filter(pk__in=set(customer_ids), owner__isnull=False).values_list(
        "pk", *(f"owner__{name}" for name in WHO)
    )
    return {row[0]: _reader(*row[1:]) for row in rows}


def list_ops_ids() -> list[uuid.UUID]:
    """This will list who hears an escalation at an account that has nobody else."""
    return list(User.objects.filter(role=Role.OPS, is_active=True).values_list("pk", flat=True))


def _reader(pk: uuid.UUID, is_active: bool, role: str, email: str, slack_id: str, choices: Any) -> Reader:
    return Reader(pk, is_active and role != Role.INTEGRATION, bool(email), bool(slack_id), choices or {})


def list_notices(user: User) -> QuerySet[Any]:
    """This will give a person's notices, the newest first."""
    rows: QuerySet[Any] = Notice.objects.visible_to(user).in_app().select_related("customer")
    return rows.order_by("-happened_at", "-id")


def count_unread(user: User) -> int:
    """This will count what a person has not read, one more than MOST_COUNTED at most. One query over an index."""
    return int(Notice.objects.visible_to(user).unread().order_by()[: MOST_COUNTED + 1].count())


def find_settings(user: User) -> NoticeSettings:
    """This will give a person's settings; those of a new person where they never chose."""
    return NoticeSettings.objects.filter(user=user).first() or NoticeSettings(
        user=user, choices={}, digest_every=DigestEvery.WEEK
    )


def old_waiting(now: When) -> Waiting:
    """This will give what was read long ago, and what was never to be read here."""
    until = now - KEPT_READ
    read = Notice.objects.filter(read_at__lt=until).order_by("read_at")
    elsewhere = Notice.objects.filter(in_app=False, created_at__lt=until).order_by("created_at")
    return read, elsewhere

"""What automations did in a week, by the owner of the account: four queries, however many people are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from customers.enums import Role
from customers.models import User
from emails.enums import DraftState, Lane
from emails.models import Draft
from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.rules.digest import WEEK, Tally, Week, say_kind

READERS = (Role.CSM, Role.LEAD, Role.OPS)
NOT_SENT = (DraftState.BLOCKED, DraftState.FAILED, DraftState.NEEDS_REVIEW)
MOST_LINES = 2000

Tallies = dict[UUID | None, Tally]
"""By the owner of the accounts; None: those that nobody owns."""


def list_readers() -> list[User]:
    """This will list who gets a digest: everybody at work here who has an address and acts on accounts."""
    return list(User.objects.filter(is_active=True, role__in=READERS).exclude(email="").order_by("pk"))


def read_tallies(week: Week, *, now: datetime) -> Tallies:
    tallies: Tallies = defaultdict(Tally)
    fired = AutomationLog.objects.filter(
        at__gte=week.starts_at, at__lt=week.ends_at, status=LogStatus.SUCCESS, customer__name__isnull=False
    )
    for owner, kind, count in _by_owner(fired):
        tallies[owner].fired[kind] = count
    upcoming = AutomationSchedule.objects.coming(after=now, until=now + WEEK)
    for owner, kind, count in _by_owner(upcoming):
        tallies[owner].upcoming[kind] = count
    for owner, line in (*_failed_automations(week), *_unsent_mails(week)):
        tallies[owner].failed.append(line)
    return tallies


def tally_for(reader: User, tallies: Tallies, *, teams: dict[UUID, UUID | None]) -> Tally:
    """This will add up what the reader answers for: a CSM's own accounts, a lead's team and the unowned, all for ops.

    teams: by owner.
    """
    total = Tally()
    for owner, tally in tallies.items():
        if _answers_for(reader, owner, teams):
            total.add(tally)
    return total


def read_teams(owners: Iterable[UUID | None]) -> dict[UUID, UUID | None]:
    ids = [owner for owner in owners if owner is not None]
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "team_id"))


def _answers_for(reader: User, owner: UUID | None, teams: dict[UUID, UUID | None]) -> bool:
    if reader.role == Role.OPS or owner == reader.pk:
        return True
    if reader.role != Role.LEAD:
        return False
    return owner is None or (reader.team_id is not None and teams.get(owner) == reader.team_id)


def _by_owner(rows: Any) -> Any:
    return rows.order_by().values_list("customer__owner_id", "kind").annotate(count=Count("pk"))


def _failed_automations(week: Week) -> list[tuple[UUID | None, str]]:
    rows = AutomationSchedule.objects.filter(
        status=AutomationStatus.FAILED, updated_at__gte=week.starts_at, updated_at__lt=week.ends_at
    )
    found = rows.order_by("-updated_at").values_list("customer__owner_id", "customer__name", "kind", "occurrence")
    return [
        (owner, f"{name}: {say_kind(kind)}" + (f", {occurrence}" if occurrence else ""))
        for owner, name, kind, occurrence in found[:MOST_LINES]
    ]


def _unsent_mails(week: Week) -> list[tuple[UUID | None, str]]:
    rows = Draft.objects.filter(
        lane=Lane.JOURNEY, state__in=NOT_SENT, updated_at__gte=week.starts_at, updated_at__lt=week.ends_at
    )
    found = rows.order_by("-updated_at").values_list("customer__owner_id", "customer__name", "subject", "outcome")
    return [
        (owner, f"{name}: “{subject}” was not sent. {outcome}".strip())
        for owner, name, subject, outcome in found[:MOST_LINES]
    ]

"""Teams: whose accounts a lead and a reader see."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import Invitation, Team, User
from customers.services.activity import record
from customers.services.changes import check
from customers.services.users import NotOps


def save_team(team: Team, *, name: str, now: datetime, by: User) -> Team:
    """This will make the team, or give it another name. Raises NotOps, ValidationError by field."""
    _check_ops(by)
    is_new, old = team._state.adding, team.name
    team.name = name.strip()
    check(team)
    with transaction.atomic():
        team.save()
        if is_new:
            record("team.made", f"Team made: {team}", customer=None, by=by, now=now, subject=team)
        elif old != team.name:
            summary = f"Team renamed: {old} → {team}"
            record("team.renamed", summary, customer=None, by=by, now=now, subject=team)
    return team


def remove_team(team: Team, *, now: datetime, by: User) -> None:
    """This will remove an empty team. Raises NotOps, and ValidationError while somebody is in it or invited to it."""
    _check_ops(by)
    with transaction.atomic():
        if team.members.exists():
            raise ValidationError("Somebody is in this team; move them first.")
        if Invitation.objects.filter(team=team, accepted_at=None, revoked_at=None, expires_at__gt=now).exists():
            raise ValidationError("Somebody is invited into this team; revoke that first.")
        record("team.removed", f"Team removed: {team}", customer=None, by=by, now=now, subject=team)
        team.delete()


def _check_ops(by: User) -> None:
    if not by.is_ops:
        raise NotOps("Only ops may change teams.")

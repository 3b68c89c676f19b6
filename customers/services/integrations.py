"""Other systems' accounts: made by ops, called by API token alone. Name, team and access change as a person's do."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.enums import Role
from customers.models import Team, User
from customers.queries.people import free_username
from customers.services.activity import record
from customers.services.changes import check
from customers.services.users import check_ops


def make_integration(*, name: str, team: Team | None, now: datetime, by: User) -> User:
    """This will make the account; it can do nothing until ops make a token for it.

    team: whose accounts it sees, None for all. Raises NotOps, ValidationError by field.
    """
    check_ops(by)
    name = name.strip()
    if not name:
        raise ValidationError({"name": "Say which system it is, such as CRM sync."})
    if User.objects.filter(role=Role.INTEGRATION, first_name__iexact=name).exists():
        raise ValidationError({"name": "There is an integration of this name."})
    made = User(username=free_username(name), first_name=name, role=Role.INTEGRATION, team=team)
    made.set_unusable_password()
    check(made)
    with transaction.atomic():
        made.save(force_insert=True)
        record(
            "integration.made",
            f"Integration made: {made.display_name}",
            customer=None,
            by=by,
            now=now,
            subject=made,
            team=str(team.pk) if team else None,
        )
    return made

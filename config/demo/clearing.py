"""Taking the demo out again: exactly the rows that its runs made, and what hangs on them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from customers.enums import ImportState
from customers.models import Customer, ImportChange, ImportRun, Team, User
from customers.services.activity import record
from outreach.models import Offer
from outreach.services.outreach_stand_in import forget_stand_in

KIND = "demo"


@dataclass(frozen=True)
class Cleared:
    """What went. stayed: the demo's people who have accounts of their own by now, by username."""

    accounts: int
    people: int
    stayed: tuple[str, ...]


def clear_demo(*, now: datetime) -> Cleared:
    """This will take the demo's accounts and people out; what others made or imported stays."""
    with transaction.atomic():
        accounts = Customer.objects.filter(pk__in=_made("customer"))
        count = accounts.count()
        accounts.delete()
        users = User.objects.filter(pk__in=_made("user"))
        forget_stand_in(connected_by=set(users.values_list("pk", flat=True)))
        stayed = tuple(users.filter(_has_accounts()).values_list("username", flat=True))
        Offer.objects.filter(pk__in=_made("offer")).delete()
        _, deleted = users.exclude(username__in=stayed).delete()
        Team.objects.filter(pk__in=_made("team"), members=None).delete()
        runs = ImportRun.objects.filter(kind=KIND).exclude(state=ImportState.UNDONE)
        ImportChange.objects.filter(run__in=runs).delete()
        if runs.update(state=ImportState.UNDONE, undone_at=now, updated_at=now, content=b"", report={}):
            record("demo.cleared", f"Demo taken out: {count} accounts", customer=None, by=None, now=now)
    return Cleared(count, deleted.get("customers.User", 0), stayed)


def _made(kind: str) -> list[uuid.UUID]:
    made = ImportChange.objects.filter(run__kind=KIND, kind=kind, before__isnull=True)
    return list(made.exclude(run__state=ImportState.UNDONE).values_list("object_id", flat=True))


def _has_accounts() -> Q:
    mine = Customer.objects.values
    return (
        Q(pk__in=mine("owner").filter(owner__isnull=False))
        | Q(pk__in=mine("account_executive").filter(account_executive__isnull=False))
        | Q(pk__in=mine("executive").filter(executive__isnull=False))
    )

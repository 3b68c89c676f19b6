"""News of whose desk is whose: accounts handed over, an absence that begins. One notice each, at one account."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from customers.enums import NoticeKind, Role
from customers.models import Absence, Customer, User
from customers.services.notices import NewNotice, notify


def tell_handed_over(
    customer_ids: Sequence[uuid.UUID], *, new: User, is_many: bool, now: datetime, by: User | None
) -> None:
    """This will tell the new owner, once for all that came at this moment; nobody of what they did themselves.

    Must be called in a transaction that handed some of the accounts over. is_many: whether others come as well.
    """
    if not customer_ids or (by is not None and by.pk == new.pk):
        return
    notice = NewNotice(
        user_id=new.pk,
        kind=NoticeKind.DESK,
        event="handover.many" if is_many else "handover.one",
        key=f"handover:{now:%Y%m%d%H%M%S%f}",
        customer_id=customer_ids[0],
    )
    notify([notice], now=now)


def tell_absence_began(absence: Absence, *, now: datetime) -> None:
    """This will tell who stands in, and who leads the team of whoever is away; but for who set the absence.

    Must be called in the transaction that began it. Who owns no account is away without news.
    """
    owned = Customer.objects.filter(owner=absence.user_id).order_by("name", "pk")
    ids = list(owned.values_list("pk", flat=True)[:2])
    if not ids:
        return
    count = "many" if len(ids) > 1 else "one"
    told = dict.fromkeys(_list_leads(absence.user), f"absence.lead_{count}")
    told[absence.delegate_id] = f"absence.delegate_{count}"
    notify(
        [
            NewNotice(
                user_id=person,
                kind=NoticeKind.DESK,
                event=event,
                key=f"absence:{absence.pk}",
                customer_id=ids[0],
                subject_kind="absence",
                subject_id=absence.pk,
            )
            for person, event in told.items()
            if person not in (absence.set_by_id, absence.user_id)
        ],
        now=now,
    )


def _list_leads(person: User) -> list[uuid.UUID]:
    leads = User.objects.filter(team=person.team_id, role=Role.LEAD, is_active=True).order_by("pk")
    return list(leads.values_list("pk", flat=True)) if person.team_id else []

"""Handing accounts over: owner, and everything that waits for the owner, in one go and on record.

What was sent, decided or approved keeps the name it was done in; what is still open gets the new person.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count

from customers.base import lock_customers
from customers.models import Customer, User
from customers.queries.handovers import (
    SEATS,
    Counted,
    HandoverPreview,
    count_carried,
    facts_of,
    list_all_of,
    list_chosen,
)
from customers.queries.lookup import NotThere
from customers.queries.many import many
from customers.queries.minute import note_access_after_commit
from customers.registry.handovers import Carried, Counts, Handing, list_carried
from customers.rules.handovers import is_within_reach, refuse_giver, refuse_receiver
from customers.services.activity import line, record_many
from customers.services.desk_news import tell_handed_over

BATCH = 200
"""So many accounts go over in one transaction; each of them wholly in one."""
MOST_CHOSEN = 10_000
LONGEST_REASON = 300
THERE_IS_NONE = "There is no such account, or it is not yours."


class MayNotHandOver(PermissionError):
    """Raised when somebody else than a lead or ops hands accounts over."""


@dataclass(frozen=True)
class Handover:
    """What is asked. old: whose accounts; None: of whoever owns those chosen. chosen: None for all that `old` has.

    With `chosen` the ownership alone goes over; without it every seat that `old` has at an account.
    """

    new: User
    old: User | None
    chosen: tuple[uuid.UUID, ...] | None
    reason: str


@dataclass
class HandedOver:
    """What was done. accounts: how many went over. moved: how many of each kind."""

    accounts: int = 0
    moved: Counter[str] = field(default_factory=Counter)

    @property
    def counted(self) -> list[Counted]:
        kinds = [(kind, self.moved[kind.code]) for kind in list_carried()]
        return [Counted(kind.code, kind.words(count), count) for kind, count in kinds if count]


@dataclass(frozen=True)
class _Part:
    """Accounts that come from one person, as they stood when it was asked."""

    old: User | None
    customer_ids: list[uuid.UUID]


def preview_handover(asked: Handover, *, by: User) -> HandoverPreview:
    """This will say what would go over. Raises as `hand_over`."""
    check(asked, by=by)
    parts = _parts(asked, by=by)
    ids = [one for part in parts for one in part.customer_ids]
    kept = len(asked.chosen) - len(ids) if asked.chosen is not None else 0
    return HandoverPreview(len(ids), kept, count_carried(ids, old=asked.old))


def hand_over(asked: Handover, *, now: datetime, by: User) -> HandedOver:
    """This will hand the accounts over; asked again, it finds nothing left to do.

    Each account goes over in one transaction or not at all; one that somebody else has got meanwhile is left alone.
    Raises MayNotHandOver, NotThere, ValidationError by field.
    """
    check(asked, by=by)
    seats = ("owner",) if asked.chosen is not None else SEATS
    done = HandedOver()
    parts = _parts(asked, by=by)
    is_many = sum(len(part.customer_ids) for part in parts) > 1
    for part in parts:
        for start in range(0, len(part.customer_ids), BATCH):
            with transaction.atomic():
                ids = part.customer_ids[start : start + BATCH]
                changed = _hand_over_batch(part.old, ids, asked, seats, done, now=now, by=by)
                note_access_after_commit()
                tell_handed_over(changed, new=asked.new, is_many=is_many, now=now, by=by)
    return done


def check(asked: Handover, *, by: User) -> None:
    """This will raise where this may not be asked: MayNotHandOver, NotThere, ValidationError by field."""
    check_giver(by)
    giver = facts_of(by)
    if asked.old is not None and not is_within_reach(facts_of(asked.old), giver=giver):
        raise NotThere("There is no such colleague in your team.")
    if asked.old is None and not asked.chosen:
        raise ValidationError({"customer_ids": "Name whose accounts, or which."})
    if refusal := refuse_receiver(facts_of(asked.new), giver=giver, old=asked.old.pk if asked.old else None):
        raise ValidationError({"new": refusal})
    if not asked.reason.strip():
        raise ValidationError({"reason": "Say why, in a few words: it stands on record."})
    if len(asked.reason) > LONGEST_REASON:
        raise ValidationError({"reason": f"At most {LONGEST_REASON} characters."})
    if len(asked.chosen or ()) > MOST_CHOSEN:
        raise ValidationError({"customer_ids": f"At most {MOST_CHOSEN:,} at once."})


def check_giver(by: User) -> None:
    """This will raise MayNotHandOver for all but leads and ops."""
    if refusal := refuse_giver(facts_of(by)):
        raise MayNotHandOver(refusal)


def carry_along(
    customers: Collection[uuid.UUID],
    *,
    old: User | None,
    new: User,
    now: datetime,
    by: User | None,
    owned: Collection[uuid.UUID] | None = None,
) -> dict[str, Counts]:
    """This will move what is open at accounts where `new` has the seat already; gives how many, by kind and account.

    owned: those that changed their owner; None: all. Must be called inside the transaction that locked the accounts and
    changed their owner.
    """
    handing = Handing(customers, customers if owned is None else owned, old, new, now, by)
    return {kind.code: _move(kind, handing) for kind in list_carried()}


def _parts(asked: Handover, *, by: User) -> list[_Part]:
    """Who has what now. Raises NotThere where one of those chosen is not the reader's."""
    if asked.chosen is None:
        assert asked.old is not None
        return [_Part(asked.old, list(list_all_of(asked.old, user=by).order_by("pk").values_list("pk", flat=True)))]
    wanted = dict.fromkeys(asked.chosen)
    owners = dict(list_chosen(list(wanted), user=by).order_by("pk").values_list("pk", "owner_id"))
    if len(owners) != len(wanted):
        raise NotThere(THERE_IS_NONE)
    by_owner: dict[uuid.UUID | None, list[uuid.UUID]] = defaultdict(list)
    for customer_id, owner_id in owners.items():
        if owner_id != asked.new.pk and (asked.old is None or owner_id == asked.old.pk):
            by_owner[owner_id].append(customer_id)
    people = User.objects.in_bulk([owner_id for owner_id in by_owner if owner_id])
    return [_Part(people[owner_id] if owner_id else None, ids) for owner_id, ids in by_owner.items()]


def _hand_over_batch(
    old: User | None,
    customer_ids: Sequence[uuid.UUID],
    asked: Handover,
    seats: Sequence[str],
    done: HandedOver,
    *,
    now: datetime,
    by: User,
) -> list[uuid.UUID]:
    """This will hand these over and give where a seat went along. Must be called inside a transaction."""
    locked = lock_customers(customer_ids)
    if asked.chosen is not None:
        # Somebody else's by now: two handovers met, and the first one counts.
        locked = [one for one in locked if one.owner_id == (old.pk if old else None)]
    if not locked:
        return []
    taken = _take_seats(locked, seats, old=old, new=asked.new, now=now)
    ids = [one.pk for one in locked]
    owned = [customer_id for customer_id, seats_taken in taken.items() if "owner" in seats_taken]
    moved = carry_along(ids, old=old, new=asked.new, now=now, by=by, owned=owned)
    changed = [one for one in locked if one.pk in taken or any(one.pk in counts for counts in moved.values())]
    record_many([_line(one, moved, taken.get(one.pk, []), old, asked, now=now, by=by) for one in changed])
    done.accounts += len(changed)
    for code, counts in moved.items():
        done.moved[code] += sum(counts.values())
    return list(taken)


def _take_seats(
    locked: Sequence[Customer], seats: Sequence[str], *, old: User | None, new: User, now: datetime
) -> dict[uuid.UUID, list[str]]:
    """Put the new person into the seats that the old one has; gives which, by account."""
    taken: dict[uuid.UUID, list[str]] = defaultdict(list)
    for seat in seats:
        ids = [one.pk for one in locked if getattr(one, f"{seat}_id") == (old.pk if old else None)]
        if ids:
            Customer.objects.filter(pk__in=many(ids)).update(**{seat: new}, updated_at=now)
        for customer_id in ids:
            taken[customer_id].append(seat)
    return taken


def _move(kind: Carried, handing: Handing) -> Counts:
    if kind.move is not None:
        return kind.move(handing)
    if handing.old is None and kind.person:
        return {}
    ids = handing.customer_ids if kind.person else handing.owned
    rows = kind.rows().filter(**{f"{kind.account}__in": many(ids)})
    if kind.person:
        rows = rows.filter(**{kind.person: handing.old.pk})
    counts = dict(rows.order_by().values_list(kind.account).annotate(n=Count("pk")))
    if counts and kind.person:
        rows.update(**{kind.person: handing.new}, updated_at=handing.now)
    return counts


def _line(
    customer: Customer,
    moved: dict[str, Counts],
    seats: Sequence[str],
    old: User | None,
    asked: Handover,
    *,
    now: datetime,
    by: User,
) -> dict[str, Any]:
    counts = {kind: moved[kind.code][customer.pk] for kind in list_carried() if customer.pk in moved[kind.code]}
    what = ", ".join(kind.words(count) for kind, count in counts.items())
    giver = old.display_name if old else "nobody"
    summary = f"Handed over from {giver} to {asked.new.display_name}: {asked.reason.strip()}" + (
        f" ({what})" if what else ""
    )
    return line(
        "customer.handed_over",
        summary,
        customer=customer,
        by=by,
        now=now,
        subject=customer,
        old=str(old.pk) if old else None,
        new=str(asked.new.pk),
        seats=list(seats),
        moved={kind.code: count for kind, count in counts.items()},
    )

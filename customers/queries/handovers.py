"""What a handover would take along: the accounts, and the open things of each kind, counted in one query."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Q, QuerySet, Value

from customers.models import Customer, User
from customers.queries.many import many
from customers.registry.handovers import Carried, list_carried
from customers.rules.handovers import PersonFacts

SEATS = ("owner", "account_executive", "executive")
"""The places that a person may have at an account."""


@dataclass(frozen=True)
class Counted:
    """One kind of thing, and how many of it."""

    code: str
    words: str
    count: int


@dataclass(frozen=True)
class HandoverPreview:
    """accounts: how many go over. kept: those asked for that stay, being somebody else's or the receiver's already."""

    accounts: int
    kept: int
    counted: list[Counted]


def facts_of(person: User) -> PersonFacts:
    return PersonFacts(
        id=person.pk,
        team=person.team_id,
        is_active=person.is_active,
        is_worker=person.is_worker,
        is_leader=person.is_leader,
        is_ops=person.is_ops,
        is_integration=person.is_integration,
    )


def list_chosen(customer_ids: Collection[uuid.UUID], *, user: User) -> QuerySet[Customer]:
    """This will give those of the accounts that the reader may see."""
    rows: QuerySet[Customer] = Customer.objects.visible_to(user).filter(pk__in=many(customer_ids))
    return rows


def list_all_of(person: User, *, user: User) -> QuerySet[Customer]:
    """This will give the accounts the reader may see where the person has a seat, or something open."""
    holds = Q(owner=person) | Q(account_executive=person) | Q(executive=person)
    for kind in list_carried():
        if kind.person:
            rows = kind.rows().filter(**{kind.person: person.pk}).order_by().values(f"{kind.account}_id")
            holds |= Q(pk__in=rows)
    found: QuerySet[Customer] = Customer.objects.visible_to(user).filter(holds)
    return found


def count_carried(customer_ids: Collection[uuid.UUID], *, old: User | None) -> list[Counted]:
    """This will count what goes along, by kind, in one query.

    old: whose things; None where accounts of several people are handed over: then each account's owner's.
    """
    kinds = list_carried()
    if not kinds or not customer_ids:
        return []
    first, *others = [_count(kind, customer_ids, old) for kind in kinds]
    found = dict(first.union(*others, all=True))
    return [
        Counted(kind.code, kind.words(found[kind.code]), found[kind.code]) for kind in kinds if found.get(kind.code)
    ]


def _count(kind: Carried, customer_ids: Collection[uuid.UUID], old: User | None) -> Any:
    rows = kind.rows().filter(**{f"{kind.account}__in": many(customer_ids)})
    whose = kind.person or f"{kind.account}__owner"
    if old is not None:
        rows = rows.filter(**{whose: old.pk})
    elif kind.person:
        rows = rows.filter(**{kind.person: F(f"{kind.account}__owner")})
    code = Value(kind.code, CharField())
    return (
        rows.order_by()
        .annotate(carried_code=code)
        .values("carried_code")
        .annotate(n=Count("pk"))
        .values_list("carried_code", "n")
    )

"""What the reader's accounts can be told apart by: zones, segments and owners.

On PostgreSQL the few values of a whole book are found by leaping through indexes from one to the next, however many
accounts hold each; SQLite reads the pairs in one pass over an index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from customers.models import Customer, User
from customers.models.base import SEATS, Scope, team_scope

ACCOUNTS, PEOPLE = Customer._meta.db_table, User._meta.db_table
_LEAP = f"""
WITH RECURSIVE pairs AS (
    (SELECT timezone, segment FROM {ACCOUNTS} ORDER BY timezone, segment LIMIT 1)
    UNION ALL
    SELECT next.timezone, next.segment FROM pairs CROSS JOIN LATERAL (
        SELECT timezone, segment FROM {ACCOUNTS} AS a WHERE (a.timezone, a.segment) > (pairs.timezone, pairs.segment)
        ORDER BY a.timezone, a.segment LIMIT 1
    ) AS next
)
SELECT (SELECT array_agg(DISTINCT timezone) FROM pairs),
    ARRAY(SELECT segment FROM (SELECT DISTINCT segment FROM pairs WHERE segment <> '') AS named WHERE {{is_seen}}),
    {{sees_unowned}} AND EXISTS (SELECT 1 FROM {ACCOUNTS} WHERE owner_id IS NULL),
    ARRAY(SELECT DISTINCT segment FROM {ACCOUNTS} WHERE {{beside}}),
    ARRAY(SELECT DISTINCT owner_id FROM {ACCOUNTS} WHERE {{beside}})
"""  # noqa: S608  # our own names only
_LEAP_ZONES = f"""
WITH RECURSIVE zones AS (
    (SELECT timezone FROM {ACCOUNTS} ORDER BY timezone LIMIT 1)
    UNION ALL
    SELECT next.timezone FROM zones CROSS JOIN LATERAL (
        SELECT timezone FROM {ACCOUNTS} AS a WHERE a.timezone > zones.timezone ORDER BY a.timezone LIMIT 1
    ) AS next
)
SELECT timezone FROM zones
"""  # noqa: S608
_OF_NOBODY = f"EXISTS (SELECT 1 FROM {ACCOUNTS} AS a WHERE a.owner_id IS NULL AND a.segment = named.segment)"  # noqa: S608
_OF_TEAM = f"""EXISTS (
    SELECT 1 FROM {PEOPLE} AS u WHERE u.team_id = %s
        AND EXISTS (SELECT 1 FROM {ACCOUNTS} AS a WHERE a.owner_id = u.id AND a.segment = named.segment)
)"""  # noqa: S608


@dataclass(frozen=True)
class Seen:
    """zones: those of the reader's accounts, or of all accounts. owners: in the order of their names."""

    zones: frozenset[str]
    segments: list[str]
    owners: list[User]
    has_unowned: bool


def choices_of(owners: Iterable[User]) -> tuple[tuple[str, str], ...]:
    """This will give ids and names to choose from, as a component is handed them."""
    return tuple((str(owner.pk), owner.display_name) for owner in owners)


def read_seen(user: User) -> Seen:
    """This will read what the accounts that the reader may see are told apart by."""
    scope = team_scope(user) if connection.vendor == "postgresql" else None
    return _read_each(user) if scope is None else _leap(scope)


def read_zones() -> frozenset[str]:
    """This will read the zones of all accounts; on PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(_LEAP_ZONES)
        return frozenset(zone for (zone,) in cursor.fetchall())


def _read_each(user: User) -> Seen:
    found = list(Customer.objects.visible_to(user).order_by().values_list("timezone", "segment", "owner_id").distinct())
    zones, segments, owner_ids = (
        (set(values) for values in zip(*found, strict=True)) if found else (set(), set(), set())
    )
    return Seen(
        zones=frozenset(zones),
        segments=sorted(segments - {""}),
        owners=_in_order(User.objects.filter(pk__in=owner_ids - {None})),
        has_unowned=None in owner_ids,
    )


def _leap(scope: Scope) -> Seen:
    """Also what is seen for a seat at an account alone."""
    zones, segments, has_unowned, more_segments, more_owners = _read_pairs(scope)
    owns = Exists(Customer.objects.filter(owner=OuterRef("pk")))
    owners = Q(owns) if scope.team_id is None else Q(owns, team=scope.team_id) | Q(pk__in=set(more_owners) - {None})
    return Seen(
        zones=frozenset(zones or ()),
        segments=sorted({*segments, *more_segments} - {""}),
        owners=_in_order(User.objects.filter(owners)),
        has_unowned=has_unowned or None in more_owners,
    )


def _read_pairs(scope: Scope) -> tuple[Any, ...]:
    """Zones, segments, whether there are accounts that nobody owns; segments and owners where there is a seat."""
    is_seen, beside, params = "TRUE", "FALSE", list[Any]()
    if scope.team_id is not None:
        is_seen = _OF_TEAM + (f" OR {_OF_NOBODY}" if scope.with_unowned else "")
        beside = " OR ".join(f"{seat}_id = ANY(%s)" for seat in SEATS)
        params = [scope.team_id, *[list(scope.seats)] * len(SEATS) * 2]
    sql = _LEAP.format(is_seen=is_seen, sees_unowned=str(scope.with_unowned).upper(), beside=beside)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: tuple[Any, ...] = cursor.fetchone()
    return found


def _in_order(people: Any) -> list[User]:
    """Their names alone are shown."""
    return list(people.only("first_name", "last_name", "username").order_by("first_name", "last_name", "username"))

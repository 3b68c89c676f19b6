"""The accounts of a book in the order of their owners' names, on PostgreSQL: owner by owner, until a page is full."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F
from django.db.models.expressions import RawSQL

from customers.models import User

# Written as text, since the ORM knows no LATERAL. People come in order: what is sorted are the accounts of one name.
_ORDER = f"""
SELECT account
FROM (SELECT id, first_name, last_name FROM {User._meta.db_table} ORDER BY first_name {{turn}}, last_name {{then}})
    AS people
CROSS JOIN LATERAL ({{accounts}}) AS found
ORDER BY people.first_name {{turn}}, people.last_name {{then}}, found.name {{then}}, found.account {{then}}
LIMIT %s OFFSET %s
"""  # noqa: S608  # our own names only


@dataclass(frozen=True)
class OwnerOrder:
    """Those accounts that somebody owns. size: how many they are. is_turned: from the end."""

    accounts: Any
    descending: bool
    size: int
    is_turned: bool = False

    def turned(self) -> OwnerOrder:
        return replace(self, is_turned=not self.is_turned)

    def ids(self, begin: int, end: int) -> list[uuid.UUID]:
        if begin >= end:
            return []
        named = self.accounts.filter(owner_id=RawSQL("people.id", [])).order_by("name", "pk")
        each = (named.reverse() if self.is_turned else named).values("name", account=F("pk"))[:end]
        try:
            accounts, params = each.query.sql_with_params()
        except EmptyResultSet:
            return []
        turn, then = ("DESC" if down else "ASC" for down in (self.descending != self.is_turned, self.is_turned))
        with connection.cursor() as cursor:
            cursor.execute(_ORDER.format(accounts=accounts, turn=turn, then=then), [*params, end - begin, begin])
            return [account for (account,) in cursor.fetchall()]

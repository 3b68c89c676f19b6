"""Sums that PostgreSQL keeps over all accounts, as they stand at this moment: what is kept, less what changed accounts
have added to it, and what these add now. Written as text, since one statement has to say all of it: it sees one moment.

A trigger lists each account that changes, in the same transaction and without a lock (`services/kept_sums.py`); the
clock takes the list into the sums.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection, models

from customers.models import Customer, User
from customers.models.base import NOBODY, SEATS, Scope, team_scope

NO_TEAM = UUID(int=1)
"""Stands for the team of an owner who is in none; NOBODY for that of an account that nobody owns."""
ALL = ""
"""The facet of the sums over all accounts."""
ACCOUNTS, PEOPLE = Customer._meta.db_table, User._meta.db_table
OF_ACCOUNT = {
    "account": "c.id",
    "seat": f"COALESCE(c.owner_id, '{NOBODY}')",
    "segment": "c.segment",
    "team": f"CASE WHEN c.owner_id IS NULL THEN '{NOBODY}'::uuid ELSE COALESCE(u.team_id, '{NO_TEAM}') END",
}
"""What stands on each line of an account. The customer is called c, its owner u."""
SEAT_COLUMNS = tuple(f"{seat}_id" for seat in SEATS)


@dataclass(frozen=True)
class KeptSums:
    """Three tables and what stands in them. lines: what each account has added; sums: by `places`, for each facet;
    changes: the list.

    told, added: of a line, how SQL says each column. source: the FROM of a line. facets: further ones than all, by the
    column of the line whose values they are.
    """

    lines: type[models.Model]
    sums: type[models.Model]
    changes: type[models.Model]
    places: tuple[str, ...]
    told: Mapping[str, str]
    added: Mapping[str, str]
    source: str
    facets: Mapping[str, str]

    @cached_property
    def line(self) -> str:
        """The columns of a line."""
        return ", ".join([*self.told, *self.added])

    @cached_property
    def fresh(self) -> str:
        """The lines as they would be written now."""
        said = ", ".join(f"{value} AS {name}" for name, value in {**self.told, **self.added}.items())
        return f"SELECT {said} FROM {self.source}"  # noqa: S608  # our own names only

    @cached_property
    def each_facet(self) -> str:
        """To be joined to lines called l: as f.facet, each that a line is part of; NULL where it has none of a kind."""
        more = "".join(f", ('{name}:' || {column})" for name, column in self.facets.items())
        return f"CROSS JOIN LATERAL (VALUES ('{ALL}'){more}) AS f (facet)"

    def table(self, model: type[models.Model]) -> str:
        return str(model._meta.db_table)

    def read(
        self, sql: str, scope: Scope, *, facets: Collection[str], params: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """This will give what a SELECT finds in `parts`: rows of facet, places and sums, to be added up.

        scope: which accounts are the reader's.
        """
        wanted, teams, of_team = sorted(facets), list[UUID](), ""
        if scope.team_id is not None:
            teams = [scope.team_id, *([NOBODY] if scope.with_unowned else [])]
            of_team = " AND l.team = ANY(%s)"
        each: list[Any] = [wanted, *([teams] if teams else [])]
        beside = [*[list(scope.seats)] * len(SEAT_COLUMNS), wanted, teams] if teams and scope.seats else list[Any]()
        with connection.cursor() as cursor:
            cursor.execute(self._now(of_team, bool(beside)) + sql, [*each * 3, *beside, *params])
            return cursor.fetchall()

    def _now(self, of_team: str, has_seats: bool) -> str:
        lines, sums, changes = (self.table(model) for model in (self.lines, self.sums, self.changes))
        where = ", ".join(self.places)
        more, less = ", ".join(self.added), ", ".join(f"-{name}" for name in self.added)
        of_facet = f"f.facet = ANY(%s){of_team}"
        seat = " OR ".join(f"c.{name} = ANY(%s)" for name in SEAT_COLUMNS)
        parts = [
            f"SELECT facet, {where}, {more} FROM {sums} AS l WHERE facet = ANY(%s){of_team}",  # noqa: S608
            f"SELECT f.facet, {where}, {less} FROM {lines} AS l JOIN changed USING (account) {self.each_facet}"  # noqa: S608
            f" WHERE {of_facet}",
            f"SELECT f.facet, {where}, {more} FROM ({self.fresh} JOIN changed ON changed.account = c.id) AS l"  # noqa: S608
            f" {self.each_facet} WHERE {of_facet}",
        ]
        if has_seats:
            parts.append(
                f"SELECT f.facet, {where}, {more} FROM ({self.fresh} WHERE {seat}) AS l {self.each_facet}"  # noqa: S608
                f" WHERE f.facet = ANY(%s) AND l.team <> ALL(%s)"
            )
        changed = f"SELECT DISTINCT account FROM {changes}"  # noqa: S608
        return f"WITH changed AS MATERIALIZED ({changed}), parts AS ({' UNION ALL '.join(parts)}) "


def scope_of_sums(user: User) -> Scope | None:
    """This will say which of the sums are the reader's; None: they are not kept, or not for this reader."""
    return team_scope(user) if connection.vendor == "postgresql" else None

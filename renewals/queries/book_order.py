"""The accounts that are asked for, in their order: who has what is sorted by, then who lacks it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import CharField, F, OrderBy, QuerySet
from django.db.models.functions import Cast

from customers.enums import ContractState
from customers.models import Contract, User
from customers.models.base import customer_scope
from renewals.queries.book_filter import (
    ACCOUNT_SORTS,
    NO_CONTRACT,
    SORTED_BY,
    STEP_SORTS,
    TERM_SORTS,
    BookCount,
    Question,
    maybe_without_contract,
)
from renewals.queries.book_owners import OwnerOrder
from renewals.queries.book_steps import MANY, WITHOUT_CONTRACT, StepOrder
from renewals.queries.book_work import accounts_with_term

TIE = Cast("pk", CharField())
"""Which of two equals comes first. The bare column would lead SQLite to an index that does not hold the names."""


@dataclass(frozen=True)
class Part:
    """Accounts in order. list_rows: gives them sorted; it is only asked if some are wanted. pk: how they name one.

    size: 0 where nobody has counted them.
    """

    list_rows: Callable[[], QuerySet[Any]]
    pk: str
    size: int
    is_turned: bool = False

    def turned(self) -> Part:
        return replace(self, is_turned=not self.is_turned)

    def ids(self, begin: int, end: int) -> list[uuid.UUID]:
        if begin >= end:
            return []
        rows = self.list_rows()
        return list((rows.reverse() if self.is_turned else rows).values_list(self.pk, flat=True)[begin:end])


Parts = Sequence[Part | StepOrder | OwnerOrder]


@dataclass(frozen=True)
class BookOrder:
    """One person's question with its answer in order; count: of all that it asks for."""

    user: User
    question: Question
    count: BookCount

    def ids(self, begin: int, end: int) -> list[uuid.UUID]:
        """This will give the accounts of one page; where all is counted a late one is read from the end."""
        count, parts = self.count, self._parts()
        if not count.are_more:
            end = min(end, count.total)
        if count.known is None:
            return _walk(parts, begin, end)
        if begin <= count.total - end:
            return _slice(parts, begin, end)
        turned = [part.turned() for part in reversed(parts)]
        return _slice(turned, count.total - end, count.total - begin)[::-1]

    def _parts(self) -> Parts:
        """Who has what is sorted by, then who lacks it: apart, each can be read in the order of an index."""
        wanted, count, is_postgres = self.question.wanted, self.count, connection.vendor == "postgresql"
        sort, known_size = self._sort, count.known or 0
        if sort in STEP_SORTS:
            return [self._steps(sort)]
        if is_postgres and wanted.stage == NO_CONTRACT and sort in ("name", *TERM_SORTS):
            return [self._steps(WITHOUT_CONTRACT)]
        if sort not in SORTED_BY:
            return [Part(self._sorted, "pk", count.total)]
        if is_postgres and sort == "owner" and wanted.is_plain:
            known: Part | OwnerOrder = OwnerOrder(self._accounts(), wanted.descending, known_size)
        else:
            known = Part(self._known, "customer_id" if sort in TERM_SORTS else "pk", known_size)
        return [known, Part(self._unknown, "pk", count.total - known_size)]

    def _steps(self, what: str) -> StepOrder:
        question, wanted = self.question, self.question.wanted
        accounts = self._accounts() if what == WITHOUT_CONTRACT else self._found()
        return StepOrder(
            accounts if question.holders else accounts.filter(*question.in_turn(account="")),
            question.dates,
            what,
            # What they all lack puts nobody last.
            wanted.descending and wanted.sort not in TERM_SORTS,
            MANY if self.count.are_more else self.count.total,
            is_all=wanted.is_plain and customer_scope(self.user) is None,
            are_anywhere=wanted.is_of_accounts,
            holders=question.holders,
        )

    def _sorted(self) -> QuerySet[Any]:
        return self._looked_up().order_by(*self._order(ACCOUNT_SORTS[self._sort]), TIE)

    def _known(self) -> QuerySet[Any]:
        if self._sort in TERM_SORTS:
            rows, fields, pk = self._terms(), TERM_SORTS[self._sort], "customer_id"
        else:
            rows, fields, pk = self._looked_up(), ACCOUNT_SORTS[self._sort], "pk"
        return rows.filter(**{f"{fields[0]}__isnull": False}).order_by(*self._order(fields), pk)

    def _unknown(self) -> QuerySet[Any]:
        return self._looked_up().filter(**{f"{SORTED_BY[self._sort]}__isnull": True}).order_by("name", "pk")

    def _accounts(self) -> QuerySet[Any]:
        """Whatever text they hold."""
        rows: QuerySet[Any] = accounts_with_term().visible_to(self.user)
        return rows.filter(*self.question.conditions(account="", term="term__"))

    def _found(self) -> QuerySet[Any]:
        """The same, where those without a contract would else be found by reading all that have one."""
        rows = self._accounts()
        if self.question.wanted.stage == NO_CONTRACT and connection.vendor == "postgresql":
            rows = rows.filter(pk__in=maybe_without_contract())
        return rows

    def _looked_up(self) -> QuerySet[Any]:
        return self._found().filter(*self.question.in_turn(account=""))

    def _terms(self) -> QuerySet[Any]:
        """The accounts by way of their running contract: sorted by an index."""
        question = self.question
        conditions = [*question.conditions(account="customer__", term=""), *question.in_turn(account="customer__")]
        rows: QuerySet[Any] = Contract.objects.visible_to(self.user)
        return rows.filter(*conditions, state=ContractState.ACTIVE).order_by()

    @property
    def _sort(self) -> str:
        return self.question.wanted.sort

    def _order(self, fields: tuple[str, ...]) -> list[OrderBy]:
        first, *others = (F(name) for name in fields)
        return [
            OrderBy(first, descending=self.question.wanted.descending),
            *(OrderBy(field) for field in others),
        ]


def _slice(parts: Parts, begin: int, end: int) -> list[uuid.UUID]:
    """This will read from each part what lies between `begin` and `end` of all of them."""
    ids: list[uuid.UUID] = []
    for part in parts:
        ids += part.ids(max(begin, 0), min(end, part.size))
        begin, end = begin - part.size, end - part.size
    return ids


def _walk(parts: Parts, begin: int, end: int) -> list[uuid.UUID]:
    """As `_slice`, where nobody knows how long a part is before it is read."""
    ids: list[uuid.UUID] = []
    for part in parts:
        found = part.ids(begin, end)
        ids += found
        if len(found) >= end - begin:
            break
        passed = begin + len(found) if found else len(part.ids(0, begin))
        begin, end = max(begin - passed, 0), end - passed
    return ids

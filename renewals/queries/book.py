"""The book: which accounts a person asks for, in which order, one page at a time."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import CharField, F, OrderBy, QuerySet
from django.db.models.functions import Cast

from customers.enums import ContractState
from customers.models import Contract, Customer, User
from customers.models.base import customer_scope
from customers.queries.kept import A_MINUTE, Key, key_of
from renewals.queries.book_answers import BOOK_ANSWERS
from renewals.queries.book_days import LocalDates
from renewals.queries.book_filter import (
    ACCOUNT_SORTS,
    NO_CONTRACT,
    SORTED_BY,
    STEP_SORTS,
    TERM_SORTS,
    BookCount,
    BookFilter,
    Question,
    ask,
    maybe_without_contract,
)
from renewals.queries.book_owners import OwnerOrder
from renewals.queries.book_rows import BookRow, read_rows
from renewals.queries.book_steps import WITHOUT_CONTRACT, StepOrder
from renewals.queries.book_summary import BookSummary, summarize_book
from renewals.queries.book_work import accounts_with_term

TIE = Cast("pk", CharField())
"""Which of two equals comes first. The bare column would lead SQLite to an index that does not hold the names."""


@dataclass(frozen=True)
class Part:
    """Accounts in order. list_rows: gives them sorted; it is only asked if some are wanted. pk: how they name one."""

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


@dataclass(frozen=True)
class Book:
    """One person's question to the book; `rows`, `ids`, `count` and `summary` answer it.

    mark: what the book stands at (`read_mark`); what was answered at it is not read again. Empty: all is read.
    """

    user: User
    wanted: BookFilter
    dates: LocalDates
    mark: str = ""

    @cached_property
    def question(self) -> Question:
        return ask(self.wanted, self.dates)

    @cached_property
    def summary(self) -> BookSummary:
        # Whatever the stage and the order: one summary serves them all.
        wanted = replace(self.wanted, stage="", descending=False, sort=SORTED_BY.get(self.wanted.sort, ""))
        return BOOK_ANSWERS.answer(self.mark, self._key(wanted), lambda: summarize_book(self.user, self.question))

    def count(self) -> BookCount:
        return self.summary.count_of(self.wanted.stage)

    def rows(self, begin: int, end: int, *, count: BookCount) -> list[BookRow]:
        """This will give one page of the book."""
        if self.mark == A_MINUTE:
            # Only the order may be a minute old, never what an account shows, nor whose it is.
            return read_rows(self._kept_ids(begin, end, count), dates=self.dates)
        key = self._key(self.wanted, begin, end)
        return BOOK_ANSWERS.answer(
            self.mark, key, lambda: read_rows(self.ids(begin, end, count=count), dates=self.dates)
        )

    def _kept_ids(self, begin: int, end: int, count: BookCount) -> list[uuid.UUID]:
        fresh: list[uuid.UUID] = []

        def read() -> list[uuid.UUID]:
            fresh.extend(self.ids(begin, end, count=count))
            return fresh

        found = BOOK_ANSWERS.answer(self.mark, self._key(self.wanted, begin, end), read)
        return found if fresh else self._still_seen(found)

    def _still_seen(self, ids: list[uuid.UUID]) -> list[uuid.UUID]:
        seen = set(Customer.objects.visible_to(self.user).filter(pk__in=ids).order_by().values_list("pk", flat=True))
        return [pk for pk in ids if pk in seen]

    def _key(self, wanted: BookFilter, *place: int) -> Key:
        return key_of(self.user, wanted, self.dates.usual, tuple(self.dates.others.items()), *place)

    def ids(self, begin: int, end: int, *, count: BookCount) -> list[uuid.UUID]:
        """This will give the accounts of one page in order; a late page is read from the end."""
        end = min(end, count.total)
        parts = self._parts(count)
        if begin <= count.total - end:
            return _slice(parts, begin, end)
        turned = [part.turned() for part in reversed(parts)]
        return _slice(turned, count.total - end, count.total - begin)[::-1]

    def all_ids(self) -> list[uuid.UUID]:
        """This will give every account asked for, in order; for exports."""
        count = self.count()
        return self.ids(0, count.total, count=count)

    def _parts(self, count: BookCount) -> Sequence[Part | StepOrder | OwnerOrder]:
        """Who has what is sorted by, then who lacks it: apart, each can be read in the order of an index."""
        sort, is_postgres = self.wanted.sort, connection.vendor == "postgresql"
        if sort in STEP_SORTS:
            return [self._steps(sort, count.total)]
        if is_postgres and self.wanted.stage == NO_CONTRACT and sort in ("name", *TERM_SORTS):
            return [self._steps(WITHOUT_CONTRACT, count.total)]
        if sort not in SORTED_BY:
            return [Part(self._sorted, "pk", count.total)]
        if is_postgres and sort == "owner" and self.wanted.is_plain:
            known: Part | OwnerOrder = OwnerOrder(self._accounts(), self.wanted.descending, count.known)
        else:
            known = Part(self._known, "customer_id" if sort in TERM_SORTS else "pk", count.known)
        return [known, Part(self._unknown, "pk", count.total - count.known)]

    def _steps(self, what: str, size: int) -> StepOrder:
        wanted = self.wanted
        return StepOrder(
            self._accounts() if what == WITHOUT_CONTRACT else self._found(),
            self.dates,
            what,
            # What they all lack puts nobody last.
            wanted.descending and wanted.sort not in TERM_SORTS,
            size,
            is_all=wanted.is_plain and customer_scope(self.user) is None,
            are_anywhere=wanted.is_of_accounts,
            holders=self.question.holders,
        )

    def _sorted(self) -> QuerySet[Any]:
        return self._looked_up().order_by(*self._order(ACCOUNT_SORTS[self.wanted.sort]), TIE)

    def _known(self) -> QuerySet[Any]:
        sort = self.wanted.sort
        if sort in TERM_SORTS:
            rows, fields, pk = self._terms(), TERM_SORTS[sort], "customer_id"
        else:
            rows, fields, pk = self._looked_up(), ACCOUNT_SORTS[sort], "pk"
        return rows.filter(**{f"{fields[0]}__isnull": False}).order_by(*self._order(fields), pk)

    def _unknown(self) -> QuerySet[Any]:
        return self._looked_up().filter(**{f"{SORTED_BY[self.wanted.sort]}__isnull": True}).order_by("name", "pk")

    def _accounts(self) -> QuerySet[Any]:
        """Whatever text they hold."""
        rows: QuerySet[Any] = accounts_with_term().visible_to(self.user)
        return rows.filter(*self.question.conditions(account="", term="term__"))

    def _found(self) -> QuerySet[Any]:
        """The same, where those without a contract would else be found by reading all that have one."""
        rows = self._accounts()
        if self.wanted.stage == NO_CONTRACT and connection.vendor == "postgresql":
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

    def _order(self, fields: tuple[str, ...]) -> list[OrderBy]:
        first, *others = (F(name) for name in fields)
        return [OrderBy(first, descending=self.wanted.descending), *(OrderBy(field) for field in others)]


def _slice(parts: Sequence[Part | StepOrder | OwnerOrder], begin: int, end: int) -> list[uuid.UUID]:
    """This will read from each part what lies between `begin` and `end` of all of them."""
    ids: list[uuid.UUID] = []
    for part in parts:
        ids += part.ids(max(begin, 0), min(end, part.size))
        begin, end = begin - part.size, end - part.size
    return ids

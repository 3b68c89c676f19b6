"""The book: which accounts a person asks for, in which order, one page at a time."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from customers.models import Customer, User
from customers.queries.kept import A_MINUTE, Key, key_of
from customers.queries.kept_sums import scope_of_sums
from renewals.queries.book_answers import BOOK_ANSWERS
from renewals.queries.book_days import LocalDates
from renewals.queries.book_filter import DEFAULT_SORT, SORTED_BY, BookCount, BookFilter, Question, ask
from renewals.queries.book_found import Found, count_found, find_some
from renewals.queries.book_order import BookOrder
from renewals.queries.book_rows import BookRow, read_rows
from renewals.queries.book_summary import BookSummary, summarize_book
from renewals.queries.book_sums import part_of

Answer = TypeVar("Answer")


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
        return ask(self.wanted, self.dates, user=self.user)

    @cached_property
    def summary(self) -> BookSummary:
        if self._is_long:
            # It is that of the whole book: what is asked for is counted apart.
            whole = Question(BookFilter(), self.dates)
            return self._answer(lambda: summarize_book(self.user, whole), whole.wanted)
        # Whatever the stage and the order: one summary serves them all.
        return self._answer(lambda: summarize_book(self.user, self.question), replace(self._counted, stage=""))

    @cached_property
    def _is_long(self) -> bool:
        """Whether all of a large book may have to be read to count what is asked for.

        What a figure of the forecast leads to is counted none the less: it has to be as many as there.
        """
        if scope_of_sums(self.user) is None or self.wanted.is_from_forecast:
            return False
        return part_of(self.wanted) is None

    @cached_property
    def _found(self) -> Found:
        question = Question(self.wanted, self.dates)
        # Whatever the order.
        wanted = replace(self.wanted, descending=False, sort=DEFAULT_SORT)
        return self._answer(lambda: find_some(self.user, question), wanted, "found")

    def count(self) -> BookCount:
        """This will count what is asked for; no more than MOST_COUNTED of it where to count all may take long."""
        return self._found.count if self._is_long else self.summary.count_of(self.wanted.stage)

    def count_all(self) -> BookCount:
        """This will count all that is asked for."""
        if not self._is_long:
            return self.count()
        return self._answer(lambda: count_found(self.user, self.question), self._counted, "all")

    def rows(self, begin: int, end: int, *, count: BookCount) -> list[BookRow]:
        """This will give one page of the book."""
        if self.mark == A_MINUTE:
            # Only the order may be a minute old, never what an account shows, nor whose it is.
            return read_rows(self._kept_ids(begin, end, count), dates=self.dates)
        return self._answer(
            lambda: read_rows(self.ids(begin, end, count=count), dates=self.dates), self.wanted, begin, end
        )

    def _kept_ids(self, begin: int, end: int, count: BookCount) -> list[uuid.UUID]:
        fresh: list[uuid.UUID] = []

        def read() -> list[uuid.UUID]:
            fresh.extend(self.ids(begin, end, count=count))
            return fresh

        found = self._answer(read, self.wanted, begin, end)
        return found if fresh else self._still_seen(found)

    def _still_seen(self, ids: list[uuid.UUID]) -> list[uuid.UUID]:
        seen = set(Customer.objects.visible_to(self.user).filter(pk__in=ids).order_by().values_list("pk", flat=True))
        return [pk for pk in ids if pk in seen]

    def ids(self, begin: int, end: int, *, count: BookCount) -> list[uuid.UUID]:
        """This will give the accounts of one page in order. count: what `count` or `count_all` gave."""
        return BookOrder(self.user, self._narrowed(count), count).ids(begin, end)

    def all_ids(self) -> list[uuid.UUID]:
        """This will give every account asked for, in order; for exports."""
        count = self.count_all()
        return self.ids(0, count.total, count=count)

    def _narrowed(self, count: BookCount) -> Question:
        """The question as its answer is put in order: with what was found while it was counted, as far as that goes."""
        if self._is_long and count.known is None:
            return self._found.narrow(Question(self.wanted, self.dates))
        return self.question

    @cached_property
    def _counted(self) -> BookFilter:
        """What a count hangs on."""
        return replace(self.wanted, descending=False, sort=SORTED_BY.get(self.wanted.sort, ""))

    def _answer(self, read: Callable[[], Answer], wanted: BookFilter, *what: Hashable) -> Answer:
        key: Key = key_of(self.user, wanted, self.dates.usual, tuple(self.dates.others.items()), *what)
        return BOOK_ANSWERS.answer(self.mark, key, read)

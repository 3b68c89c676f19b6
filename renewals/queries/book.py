"""The book: which accounts a person asks for, in which order, one page at a time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, OrderBy, Q, QuerySet, Value
from django.db.models.functions import Cast, Lower

from customers.enums import ContractState
from customers.models import Contract, Customer, Stakeholder, User
from renewals.enums import Stage
from renewals.queries.book_days import LocalDates
from renewals.queries.book_steps import StepOrder
from renewals.queries.book_work import accounts_with_term
from renewals.rules.stages import span_of

NO_CONTRACT = "none"
"""The stage filter's word for accounts without a running contract."""
NO_OWNER = "none"
RISKS = {"low": (0, 25), "medium": (26, 50), "high": (51, 100)}
"""Churn risk in three words; above 50 is where Engage adds an executive."""
ACCOUNT_SORTS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "owner": ("owner__first_name", "owner__last_name", "name"),
    "risk": ("churn_risk", "name"),
    "relationship": ("relationship_strength", "name"),
}
TERM_SORTS: dict[str, tuple[str, ...]] = {
    "days": ("renewal_date", "customer__name"),
    "price": ("current_price", "customer__name"),
    "target": ("target_price", "customer__name"),
    "increase": ("price_factor", "customer__name"),
}
STEP_SORTS = ("action", "waits")
SORTS = (*ACCOUNT_SORTS, *TERM_SORTS, *STEP_SORTS)
DEFAULT_SORT = "days"
TIE = Cast("pk", CharField())
"""Which of two equals comes first. The bare column would lead SQLite to an index that does not hold the names."""
SORTED_BY = {
    "risk": "churn_risk",
    "relationship": "relationship_strength",
    **{name: f"term__{fields[0]}" for name, fields in TERM_SORTS.items()},
}
"""The column that an account may lack; who lacks it comes last, by name, in either direction."""


@dataclass(frozen=True)
class BookFilter:
    """What is asked of the book. stage: a code or NO_CONTRACT; owner: a user's id or NO_OWNER; risk: a key of RISKS."""

    stage: str = ""
    owner: str = ""
    segment: str = ""
    risk: str = ""
    text: str = ""
    sort: str = DEFAULT_SORT
    descending: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it leaves nothing out."""
        return not (self.stage or self.owner or self.segment or self.risk or self.text)


@dataclass(frozen=True)
class BookCount:
    """How many accounts are asked for, and of how many it is known by what they are sorted."""

    total: int
    known: int


@dataclass(frozen=True)
class Part:
    """Accounts in order. rows: sorted; pk: how they name the account."""

    rows: QuerySet[Any]
    pk: str
    size: int

    def turned(self) -> Part:
        return Part(self.rows.reverse(), self.pk, self.size)

    def ids(self, begin: int, end: int) -> list[uuid.UUID]:
        return list(self.rows.values_list(self.pk, flat=True)[begin:end]) if begin < end else []


@dataclass(frozen=True)
class Book:
    """One person's question to the book; `ids` and `count` answer it."""

    user: User
    wanted: BookFilter
    dates: LocalDates

    def count(self) -> BookCount:
        by = SORTED_BY.get(self.wanted.sort)
        if self.wanted.stage in Stage.values:
            # Far fewer rows when the renewal dates are looked up first.
            rows, by = self._terms(), by and (by.removeprefix("term__") if "term__" in by else f"customer__{by}")
        else:
            rows = self._accounts()
        found = rows.aggregate(total=Count("*"), known=Count(by or "*"))
        return BookCount(found["total"], found["known"])

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

    def _parts(self, count: BookCount) -> Sequence[Part | StepOrder]:
        """Who has what is sorted by, then who lacks it: apart, each can be read in the order of an index."""
        sort = self.wanted.sort
        if sort in STEP_SORTS:
            return [StepOrder(self._accounts(), self.dates, sort, self.wanted.descending, count.total)]
        if sort not in SORTED_BY:
            rows = self._accounts().order_by(*self._order(ACCOUNT_SORTS[sort]), TIE)
            return [Part(rows, "pk", count.total)]
        without = self._accounts().filter(**{f"{SORTED_BY[sort]}__isnull": True}).order_by("name", "pk")
        return [self._known(count.known), Part(without, "pk", count.total - count.known)]

    def _known(self, size: int) -> Part:
        sort = self.wanted.sort
        if sort in TERM_SORTS:
            rows, fields, pk = self._terms(), TERM_SORTS[sort], "customer_id"
        else:
            rows, fields, pk = self._accounts(), ACCOUNT_SORTS[sort], "pk"
        return Part(rows.filter(**{f"{fields[0]}__isnull": False}).order_by(*self._order(fields), pk), pk, size)

    def _accounts(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = accounts_with_term().visible_to(self.user)
        return rows.filter(*_conditions(self.wanted, self.dates, account="", term="term__"))

    def _terms(self) -> QuerySet[Any]:
        """The accounts by way of their running contract: sorted by an index."""
        conditions = _conditions(self.wanted, self.dates, account="customer__", term="")
        rows: QuerySet[Any] = Contract.objects.visible_to(self.user)
        return rows.filter(*conditions, state=ContractState.ACTIVE).order_by()

    def _order(self, fields: tuple[str, ...]) -> list[OrderBy]:
        first, *others = (F(name) for name in fields)
        # Only owners may be missing here, and NULLS LAST keeps SQLite from using an index.
        nulls_last = True if fields == ACCOUNT_SORTS["owner"] else None
        head = OrderBy(first, descending=self.wanted.descending, nulls_last=nulls_last)
        return [head, *(OrderBy(field) for field in others)]


def _slice(parts: Sequence[Part | StepOrder], begin: int, end: int) -> list[uuid.UUID]:
    """This will read from each part what lies between `begin` and `end` of all of them."""
    ids: list[uuid.UUID] = []
    for part in parts:
        ids += part.ids(max(begin, 0), min(end, part.size))
        begin, end = begin - part.size, end - part.size
    return ids


def _conditions(wanted: BookFilter, dates: LocalDates, *, account: str, term: str) -> list[Q]:
    """This will say the filter as conditions; `account` and `term` are how the query reaches the two tables."""
    conditions = []
    if wanted.stage == NO_CONTRACT:
        conditions.append(Q(**{f"{term}pk__isnull": True}))
    elif wanted.stage:
        span = span_of(Stage(wanted.stage))
        conditions.append(
            dates.days_between(
                f"{term}renewal_date", least=span.least_days, most=span.most_days, timezone=f"{account}timezone"
            )
        )
    if wanted.owner:
        conditions.append(Q(**{f"{account}owner": None if wanted.owner == NO_OWNER else wanted.owner}))
    if wanted.segment:
        conditions.append(Q(**{f"{account}segment": wanted.segment}))
    if wanted.risk:
        conditions.append(Q(**{f"{account}churn_risk__range": RISKS[wanted.risk]}))
    if wanted.text:
        conditions.append(_text_condition(wanted.text, account))
    return conditions


def _text_condition(text: str, account: str) -> Q:
    """This will look for the text in the account's name and id and in its people's names and addresses."""
    wanted = Lower(Value(text))
    by_itself = Customer.objects.filter(search_text__contains=wanted).order_by().values("pk")
    by_people = Stakeholder.objects.filter(search_text__contains=wanted).order_by().values("customer")
    return Q(**{f"{account}pk__in": by_itself.union(by_people, all=True)})

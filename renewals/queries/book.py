"""The book: which accounts a person asks for, in which order, one page at a time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, FilteredRelation, FloatField, OrderBy, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, NullIf

from customers.enums import ContractState
from customers.models import Contract, Customer, Stakeholder, User
from renewals.enums import Stage
from renewals.queries.book_days import LocalDates
from renewals.queries.book_rows import list_next_steps
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
    "increase": ("increase", "customer__name"),
}
STEP_SORTS = ("action", "waits")
SORTS = (*ACCOUNT_SORTS, *TERM_SORTS, *STEP_SORTS)
DEFAULT_SORT = "days"


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
    """How many accounts are asked for: with a running contract, and without."""

    with_term: int
    without_term: int

    @property
    def total(self) -> int:
        return self.with_term + self.without_term


@dataclass(frozen=True)
class Book:
    """One person's question to the book; `ids` and `count` answer it."""

    user: User
    wanted: BookFilter
    dates: LocalDates

    def count(self) -> BookCount:
        found = self._accounts().aggregate(total=Count("pk"), with_term=Count("term"))
        return BookCount(found["with_term"], found["total"] - found["with_term"])

    def ids(self, begin: int, end: int, *, count: BookCount) -> list[uuid.UUID]:
        """This will give the accounts of one page in order. Those without a contract come after all others."""
        if self.wanted.sort in STEP_SORTS:
            return self._ids_by_step()[begin:end]
        if self.wanted.sort in ACCOUNT_SORTS:
            rows = self._accounts().order_by(*self._order(ACCOUNT_SORTS[self.wanted.sort]), "pk")
            return list(rows.values_list("pk", flat=True)[begin:end])
        ids = list(self._terms().values_list("customer_id", flat=True)[begin:end])
        if end > count.with_term and count.without_term:
            rest = self._accounts().filter(term__isnull=True).order_by("name", "pk")
            first = max(begin - count.with_term, 0)
            ids += rest.values_list("pk", flat=True)[first : first + (end - begin) - len(ids)]
        return ids

    def all_ids(self) -> list[uuid.UUID]:
        """This will give every account asked for, in order; for exports."""
        count = self.count()
        return self.ids(0, count.total, count=count)

    def _accounts(self) -> QuerySet[Any]:
        term = FilteredRelation("contracts", condition=Q(contracts__state=ContractState.ACTIVE))
        rows = Customer.objects.visible_to(self.user).annotate(term=term).order_by()
        return rows.filter(*_conditions(self.wanted, self.dates, account="", term="term__"))

    def _terms(self) -> QuerySet[Any]:
        """The accounts by way of their running contract: sorted by an index, where there is one."""
        rows = Contract.objects.visible_to(self.user).filter(
            *_conditions(self.wanted, self.dates, account="customer__", term=""), state=ContractState.ACTIVE
        )
        if self.wanted.sort == "increase":
            # As floats: SQLite keeps whole amounts as integers and would divide them as such.
            target, current = Cast("target_price", FloatField()), Cast("current_price", FloatField())
            rows = rows.annotate(increase=target / NullIf(current, Value(0.0)))
        return rows.order_by(*self._order(TERM_SORTS[self.wanted.sort]), "customer_id")

    def _ids_by_step(self) -> list[uuid.UUID]:
        """This will decide the next step of every account asked for; the one order that no column holds."""
        steps = list_next_steps(self._accounts(), dates=self.dates)
        if self.wanted.sort == "action":
            ranked = sorted(steps, key=lambda entry: entry.rank, reverse=self.wanted.descending)
        else:
            waiting = [entry for entry in steps if entry.step.since]
            ranked = sorted(waiting, key=lambda entry: entry.step.since, reverse=self.wanted.descending)  # type: ignore[arg-type,return-value]
            ranked += [entry for entry in steps if not entry.step.since]
        return [entry.customer_id for entry in ranked]

    def _order(self, fields: tuple[str, ...]) -> list[OrderBy]:
        first, *others = (F(name) for name in fields)
        # Only a column that may be empty asks for it: NULLS LAST keeps SQLite from using an index.
        nulls_last = True if fields[0] not in ("name", "renewal_date", "current_price") else None
        head = OrderBy(first, descending=self.wanted.descending, nulls_last=nulls_last)
        return [head, *(OrderBy(field) for field in others)]


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
    people = Stakeholder.objects.filter(customer=OuterRef(f"{account}pk")).filter(
        Q(name__icontains=text) | Q(email__icontains=text)
    )
    return Q(**{f"{account}name__icontains": text}) | Q(**{f"{account}external_id__iexact": text}) | Q(Exists(people))

"""What can be asked of the book, and what each question means to the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from customers.models import Customer, Stakeholder
from renewals.enums import Stage
from renewals.queries.book_days import LocalDates
from renewals.queries.prepared import find_once
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
class Question:
    """A filter as the database is asked it. holders: the accounts that hold the text."""

    wanted: BookFilter
    dates: LocalDates
    holders: RawSQL | None = None

    @property
    def known_by(self) -> str:
        """The column that is sorted by, where an account may lack it."""
        return SORTED_BY.get(self.wanted.sort, "")

    def conditions(self, *, account: str, term: str) -> list[Q]:
        """This will say all of it; `account` and `term` are how the query reaches the two tables."""
        return [*self._of_stage(account, term), *self.of_account(account)]

    def of_account(self, account: str = "") -> list[Q]:
        """This will say all of it but the stage."""
        return list(self._of_account(account))

    def _of_stage(self, account: str, term: str) -> Iterator[Q]:
        stage = self.wanted.stage
        if stage == NO_CONTRACT:
            yield Q(**{f"{term}pk__isnull": True})
        elif stage:
            span, field = span_of(Stage(stage)), f"{term}renewal_date"
            yield self.dates.days_between(
                field, least=span.least_days, most=span.most_days, timezone=f"{account}timezone"
            )

    def _of_account(self, account: str) -> Iterator[Q]:
        wanted = self.wanted
        if wanted.owner:
            yield Q(**{f"{account}owner": None if wanted.owner == NO_OWNER else wanted.owner})
        if wanted.segment:
            yield Q(**{f"{account}segment": wanted.segment})
        if wanted.risk:
            yield Q(**{f"{account}churn_risk__range": RISKS[wanted.risk]})
        if wanted.text:
            yield Q(**{f"{account}pk__in": self.holders})


def ask(wanted: BookFilter, dates: LocalDates) -> Question:
    """This will put the question. Who holds the text is looked up here, once for all that is asked with it."""
    return Question(wanted, dates, find_once(_holders(wanted.text)) if wanted.text else None)


def _holders(text: str) -> QuerySet[Any, Any]:
    """The accounts with the text in their name or id, or in a name or an address of their people."""
    wanted = Lower(Value(text))
    by_itself = Customer.objects.filter(search_text__contains=wanted).order_by().values("pk")
    by_people = Stakeholder.objects.filter(search_text__contains=wanted).order_by().values("customer")
    return by_itself.union(by_people)

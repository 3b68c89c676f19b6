"""What can be asked of the book, and what each question means to the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from customers.enums import ContractState
from customers.models import Contract, Customer, Stakeholder, User
from customers.models.base import team_scope
from renewals.enums import OUTCOMES_WITH_NEXT_CYCLE, Outcome, Stage
from renewals.models import StepChange, StepLine
from renewals.queries.book_days import LocalDates
from renewals.queries.prepared import IsOneOf, find_once
from renewals.rules.quarters import read_span
from renewals.rules.stages import span_of

NO_CONTRACT = "none"
"""The stage filter's word for accounts without a running contract."""
NO_OWNER = "none"
RISKS = {"low": (0, 25), "medium": (26, 50), "high": (51, 100)}
"""Churn risk in three words; above 50 is where Engage adds an executive."""
KEPT, LOST = "kept", "lost"
SETTLED: dict[str, tuple[Outcome, ...]] = {KEPT: tuple(sorted(OUTCOMES_WITH_NEXT_CYCLE)), LOST: (Outcome.CHURNED,)}
"""Renewals that have their outcome: those that go on, for whatever price, and those that left."""
GIVEN, MISSING = "given", "missing"
CONFIDENCES = (GIVEN, MISSING)
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
    "owner": "owner",
    "risk": "churn_risk",
    "relationship": "relationship_strength",
    **{name: f"term__{fields[0]}" for name, fields in TERM_SORTS.items()},
}
"""The column that an account may lack; who lacks it comes last, by name, in either direction."""


@dataclass(frozen=True)
class BookFilter:
    """What is asked of the book. stage: a code or NO_CONTRACT; owner: a user's id or NO_OWNER; risk: a key of RISKS.

    ends: the span of days, by its code, in which the running contract ends; currency: it is paid in. settled: a key of
    SETTLED; with it, ends and currency are those of the contract that was settled. confidence: of CONFIDENCES.
    """

    stage: str = ""
    owner: str = ""
    segment: str = ""
    risk: str = ""
    text: str = ""
    sort: str = DEFAULT_SORT
    descending: bool = False
    team: str = ""
    ends: str = ""
    currency: str = ""
    settled: str = ""
    confidence: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it leaves nothing out."""
        return not (self.stage or self.owner or self.segment or self.risk or self.text or self.is_from_forecast)

    @property
    def is_of_accounts(self) -> bool:
        """Whether it asks nothing of the contract."""
        return not (self.stage or self.ends or self.currency or self.settled or self.confidence)

    def of_accounts(self) -> BookFilter:
        """Only what tells accounts apart by whose they are: owner, team and segment."""
        return BookFilter(owner=self.owner, team=self.team, segment=self.segment)

    @property
    def is_from_forecast(self) -> bool:
        """Whether it asks for what only a figure of the forecast leads to."""
        return bool(self.team or self.ends or self.currency or self.settled or self.confidence)


@dataclass(frozen=True)
class BookCount:
    """How many accounts are asked for, and of how many it is known by what they are sorted.

    known: None where nobody has counted. are_more: than so many, and nobody has counted how many.
    """

    total: int
    known: int | None
    are_more: bool = False


@dataclass(frozen=True)
class Question:
    """A filter as the database is asked it. holders: the accounts that hold the text; None: they are not looked up."""

    wanted: BookFilter
    dates: LocalDates
    holders: RawSQL | None = None

    @property
    def known_by(self) -> str:
        """The column that is sorted by, where an account may lack it."""
        return SORTED_BY.get(self.wanted.sort, "")

    def conditions(self, *, account: str, term: str) -> list[Q]:
        """This will say all of it but the text; `account` and `term` are how the query reaches the two tables."""
        return [*self._of_stage(account, term), *self._of_account(account), *self._of_contract(account, term)]

    def all_of(self, *, account: str, term: str) -> list[Q]:
        """This will say all of it, for all that is asked for."""
        return [*self.conditions(account=account, term=term), *self._of_text(account)]

    def in_turn(self, *, account: str) -> list[Q | IsOneOf]:
        """This will say the text for a page, for which row after row is asked until it is full."""
        if self.holders is None:
            return [holds(self.wanted.text, account=account)] if self.wanted.text else []
        if connection.vendor == "sqlite":
            return [*self._of_text(account)]
        return [IsOneOf(F(f"{account}pk"), self.holders)]

    def of_account(self, account: str = "", term: str = "term__") -> list[Q]:
        """This will say all of it but the stage, for a count."""
        return [*self._of_account(account), *self._of_contract(account, term), *self._of_text(account)]

    def _of_text(self, account: str) -> Iterator[Q]:
        if self.holders is not None:
            yield Q(**{f"{account}pk__in": self.holders})
        elif self.wanted.text:
            yield Q(**{f"{account}pk__in": by_itself(self.wanted.text).union(by_people(self.wanted.text))})

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
        if wanted.team:
            yield Q(**{f"{account}owner__team": wanted.team})

    def _of_contract(self, account: str, term: str) -> Iterator[Q]:
        wanted = self.wanted
        if wanted.settled:
            yield Q(**{f"{account}pk__in": settled_contracts(wanted).values("customer")})
        else:
            yield from self._of_running(account, term)
        if wanted.confidence:
            is_missing = wanted.confidence == MISSING
            yield Q(**{f"{term}pk__isnull": False, f"{term}renewal__confidence__isnull": is_missing})

    def _of_running(self, account: str, term: str) -> Iterator[Q]:
        """The days that lie behind us are behind at the customer, and stand in no quarter any more."""
        wanted, field = self.wanted, f"{term}renewal_date"
        if wanted.currency:
            yield Q(**{f"{term}currency": wanted.currency})
        span = read_span(wanted.ends)
        if span is None:
            return
        if span.is_behind:
            yield self.dates.days_between(field, least=None, most=-1, timezone=f"{account}timezone")
            return
        yield self.dates.days_between(field, least=0, most=None, timezone=f"{account}timezone")
        yield Q(**{f"{field}__gte": span.first})
        if span.last:
            yield Q(**{f"{field}__lte": span.last})


def settled_contracts(wanted: BookFilter) -> QuerySet[Any]:
    """The contracts whose renewal has an outcome of the kind, in the span and currency that are asked for."""
    rows = Contract.objects.filter(state=ContractState.ENDED, renewal__outcome__in=SETTLED[wanted.settled]).order_by()
    if wanted.currency:
        rows = rows.filter(currency=wanted.currency)
    span = read_span(wanted.ends)
    if span and span.first:
        rows = rows.filter(renewal_date__gte=span.first)
    if span and span.last:
        rows = rows.filter(renewal_date__lte=span.last)
    return rows


def maybe_without_contract() -> QuerySet[Any, Any]:
    """Those that had no contract when their lines were written, and all that have changed since; on PostgreSQL."""
    return StepLine.objects.filter(without_contract=True).values("account").union(StepChange.objects.values("account"))


def ask(wanted: BookFilter, dates: LocalDates, *, user: User) -> Question:
    """This will put the question. Who holds the text is looked up here, once for all that is asked with it."""
    if not wanted.text:
        return Question(wanted, dates)
    itself, people = by_itself(wanted.text), by_people(wanted.text)
    if connection.vendor == "postgresql" and team_scope(user) is None:
        # Of the few that a person sees, not of all in the house.
        itself, people = itself.visible_to(user), people.visible_to(user)
    return Question(wanted, dates, find_once(itself.union(people)))


def by_itself(text: str) -> Any:
    """The accounts with the text in their name or id."""
    return Customer.objects.filter(search_text__contains=Lower(Value(text))).order_by().values("pk")


def by_people(text: str) -> Any:
    """The accounts with the text in a name or an address of their people; one that has several of them as often."""
    return Stakeholder.objects.filter(search_text__contains=Lower(Value(text))).order_by().values("customer")


def holds(text: str, *, account: str) -> Q:
    """This will ask one account after the other whether it holds the text.

    The person is looked up as a value, else PostgreSQL may read all people to know it of each account.
    """
    wanted = Lower(Value(text))
    people = Stakeholder.objects.filter(customer=OuterRef(f"{account}pk"), search_text__contains=wanted).order_by()
    has_person = Subquery(people.annotate(is_one=Value(True)).values("is_one")[:1], output_field=BooleanField())
    return Q(**{f"{account}search_text__contains": wanted}) | Q(has_person)

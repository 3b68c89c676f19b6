"""The book at a glance: per stage how many accounts and how much money is at risk, and what can be filtered by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Case, Count, DecimalField, F, IntegerField, Q, Sum, When

from customers.models import User
from customers.queries.kept import key_of
from customers.queries.kept_sums import ALL, scope_of_sums
from customers.queries.seen import choices_of, read_seen
from renewals.enums import Stage
from renewals.queries.book_answers import BOOK_ANSWERS
from renewals.queries.book_days import Compiled, LocalDates, compile_once, group_zones
from renewals.queries.book_filter import NO_CONTRACT, BookCount, Question
from renewals.queries.book_sums import Part, StageSum, part_of, read_stages
from renewals.queries.book_work import accounts_with_term
from renewals.rules.stages import STAGE_SPANS


@dataclass(frozen=True)
class Facets:
    """What the reader's book can be filtered by, and which date it is where its accounts are."""

    dates: LocalDates
    segments: list[str]
    owners: list[User]
    has_unowned: bool

    @property
    def owner_choices(self) -> tuple[tuple[str, str], ...]:
        return choices_of(self.owners)


@dataclass
class StageSummary:
    """One stage's accounts: how many, what they pay a year and how much of it is at risk, per currency."""

    count: int = 0
    value: dict[str, Decimal] = field(default_factory=dict)
    at_risk: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class BookSummary:
    """stages: in order, each with its summary, also the empty ones. without_contract: accounts that have none.

    asked: what else is asked for beside the stage, counted in each; under NO_CONTRACT where there is none.
    """

    stages: dict[Stage, StageSummary]
    without_contract: int
    asked: dict[str, BookCount]

    @property
    def count(self) -> int:
        return sum(summary.count for summary in self.stages.values()) + self.without_contract

    def count_of(self, stage: str) -> BookCount:
        """This will count what is asked for in the stage; empty: in all of the book."""
        counts = [count for code, count in self.asked.items() if stage in ("", code)]
        return BookCount(sum(count.total for count in counts), sum(count.known or 0 for count in counts))

    @property
    def at_risk(self) -> dict[str, Decimal]:
        """The whole book's money at risk per currency, the largest first."""
        total: dict[str, Decimal] = {}
        for summary in self.stages.values():
            for currency, amount in summary.at_risk.items():
                total[currency] = total.get(currency, Decimal(0)) + amount
        return dict(sorted(total.items(), key=lambda item: -item[1]))


def read_facets(user: User, *, now: datetime, mark: str = "") -> Facets:
    """This will read zones, segments and owners of the reader's accounts, and the owners' names.

    mark: what the book stands at; what was read at it is not read again.
    """
    seen = BOOK_ANSWERS.answer(mark, key_of(user), lambda: read_seen(user))
    return Facets(
        dates=group_zones(seen.zones, now=now),
        segments=seen.segments,
        owners=seen.owners,
        has_unowned=seen.has_unowned,
    )


def summarize_book(user: User, question: Question) -> BookSummary:
    """This will count accounts and money at risk per stage, and what is asked for in each, in one query.

    Money at risk = annual value × churn risk / 100 (DESIGN, section 5, Defaults); an unknown risk adds nothing.
    """
    scope = scope_of_sums(user)
    if scope is None:
        return _add_up(_groups(user, question))
    part = part_of(question.wanted)
    kept = _from_sums(read_stages(scope, part or Part(), question.dates, known_by=question.known_by), part)
    return _add_up(kept if part else [*kept, *_counts(user, question)])


def _add_up(groups: Iterable[Any]) -> BookSummary:
    stages, without_contract = {span.stage: StageSummary() for span in STAGE_SPANS}, 0
    asked: dict[str, BookCount] = defaultdict(lambda: BookCount(0, 0))
    for place, currency, count, paid, weighted, total, known in groups:
        code = NO_CONTRACT if place is None else STAGE_SPANS[place].stage
        asked[code] = BookCount(asked[code].total + total, (asked[code].known or 0) + known)
        if place is None:
            without_contract += count
        elif count:
            summary = stages[STAGE_SPANS[place].stage]
            summary.count += count
            summary.value[currency] = paid or Decimal(0)
            summary.at_risk[currency] = (weighted or Decimal(0)) / 100
    return BookSummary(stages, without_contract, dict(asked))


def _from_sums(sums: Iterable[StageSum], part: Part | None) -> Iterator[tuple[Any, ...]]:
    """As `_groups`: each stage and currency as a whole, and what is in the part; none is where there is no part."""
    whole: dict[Any, list[Any]] = defaultdict(lambda: [0, Decimal(0), Decimal(0), 0, 0])
    for one in sums:
        sums_here = whole[one.place, one.currency]
        if one.facet == ALL:
            sums_here[0] += one.accounts
            sums_here[1] += one.current_price
            sums_here[2] += one.at_risk
        if part and one.facet == part.facet and one.in_team:
            sums_here[3] += one.accounts
            sums_here[4] += one.known
    yield from ((*place, *found) for place, found in whole.items())


def _counts(user: User, question: Question) -> Iterable[Any]:
    """As `_groups`: of what is asked for no more than how many; what holds a text is found, not the book read."""
    rows = _by_stage(user, question).filter(*question.of_account())
    # The currency brings the contract in, by which the stage is told.
    groups = rows.values_list("stage", "term__currency")
    counts = groups.annotate(total=Count("pk"), known=Count(question.known_by or "pk"))
    return ((place, currency, 0, None, None, total, known) for place, currency, total, known in counts)


def _by_stage(user: User, question: Question) -> Any:
    stage = question.dates.by_group(stage_on, timezone="timezone")
    return accounts_with_term().visible_to(user).annotate(stage=stage)


def _groups(user: User, question: Question) -> Any:
    money = DecimalField(max_digits=24, decimal_places=2)
    asked = Q(*question.of_account()) or None
    return (
        _by_stage(user, question)
        .values_list("stage", "term__currency")
        .annotate(
            count=Count("*"),
            paid=Sum("term__current_price", output_field=money),
            weighted=Sum(F("term__current_price") * F("churn_risk"), output_field=money),
            asked=Count("pk", filter=asked),
            known=Count(question.known_by or "pk", filter=asked),
        )
    )


def stage_on(today: date) -> Compiled:
    """The place of the stage among STAGE_SPANS; null without a contract."""
    return Compiled(*_stage_sql(today), output_field=IntegerField())


@lru_cache(maxsize=16)
def _stage_sql(today: date) -> tuple[str, tuple[Any, ...]]:
    near = [
        When(term__renewal_date__gte=today + timedelta(days=span.least_days), then=place)
        for place, span in enumerate(STAGE_SPANS)
        if span.least_days is not None
    ]
    overdue = When(term__renewal_date__isnull=False, then=len(STAGE_SPANS) - 1)
    return compile_once(accounts_with_term(), Case(*near, overdue, output_field=IntegerField()))

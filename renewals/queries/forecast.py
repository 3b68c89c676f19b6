"""The forecast: what is to be renewed, by stage and by the quarter in which its contract ends; each currency by itself.

Added up by the database, in one pass over the accounts and one over what is settled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from customers.enums import ContractState
from customers.models import Contract, User
from customers.queries.kept import key_of
from customers.queries.kept_sums import scope_of_sums
from renewals.enums import Outcome, Stage
from renewals.models import Renewal
from renewals.queries.book_answers import BOOK_ANSWERS
from renewals.queries.book_days import LocalDates
from renewals.queries.book_filter import LOST, SETTLED, BookFilter, Question
from renewals.queries.book_summary import stage_on
from renewals.queries.book_sums import part_of, read_cells
from renewals.queries.book_work import accounts_with_term
from renewals.queries.prepared import find_once
from renewals.rules.quarters import Span, list_spans
from renewals.rules.stages import STAGE_SPANS

NOTHING = Decimal(0)
CENT = Decimal("0.01")
MONEY = DecimalField(max_digits=24, decimal_places=2)
OVERDUE_PLACE = len(STAGE_SPANS) - 1
BEHIND_PLACE = 0


@dataclass
class Figures:
    """Open renewals added up, in one currency and a year's price.

    target: what is asked for, the current price where nothing is. at_risk: current × churn risk, as in the book.
    weighted: target × confidence, of the renewals that have one; unweighted: the target of those that have none.
    """

    count: int = 0
    current: Decimal = NOTHING
    target: Decimal = NOTHING
    at_risk: Decimal = NOTHING
    weighted: Decimal = NOTHING
    unweighted: Decimal = NOTHING
    unweighted_count: int = 0

    @property
    def increase_pct(self) -> Decimal | None:
        return (self.target - self.current) * 100 / self.current if self.current else None

    @property
    def weighted_count(self) -> int:
        return self.count - self.unweighted_count


@dataclass
class Settled:
    """Renewals with an outcome. committed: the new price a year of those that go on; lost: the old of the others."""

    committed_count: int = 0
    committed: Decimal = NOTHING
    lost_count: int = 0
    lost: Decimal = NOTHING


@dataclass
class CurrencyForecast:
    """All of one currency. cells: by stage and the span's code; settled: by the span's code."""

    currency: str
    cells: dict[tuple[Stage, str], Figures] = field(default_factory=dict)
    settled: dict[str, Settled] = field(default_factory=dict)

    def of_stage(self, stage: Stage) -> Figures:
        return add_up(Figures(), (cell for (at, _), cell in self.cells.items() if at == stage))

    def of_span(self, code: str) -> Figures:
        return add_up(Figures(), (cell for (_, at), cell in self.cells.items() if at == code))

    @property
    def total(self) -> Figures:
        return add_up(Figures(), self.cells.values())

    @property
    def settled_total(self) -> Settled:
        return add_up(Settled(), self.settled.values())


@dataclass(frozen=True)
class Forecast:
    """today: the reader's date. spans: the columns. currencies: the one with most to renew first."""

    today: date
    spans: tuple[Span, ...]
    currencies: tuple[CurrencyForecast, ...]

    @property
    def count(self) -> int:
        return sum(one.total.count for one in self.currencies)


def add_up(total: Any, parts: Iterable[Any]) -> Any:
    for part in parts:
        for one in fields(total):
            setattr(total, one.name, getattr(total, one.name) + getattr(part, one.name))
    return total


def read_forecast(reader: User, wanted: BookFilter, *, dates: LocalDates, today: date, mark: str = "") -> Forecast:
    """Add up the reader's accounts; of `wanted` owner, team and segment count.

    dates: of the reader's zones, as the book has them. today: the date where the reader is. mark: what the book stands
    at; what was added up at it is not added up again.
    """
    spans = list_spans(earliest=min(dates.usual, *dates.others) if dates.others else dates.usual, today=today)
    asked = wanted.of_accounts()
    key = key_of(reader, "forecast", asked, today, dates.usual, tuple(dates.others.items()))
    return BOOK_ANSWERS.answer(mark, key, lambda: _read(reader, Question(asked, dates), spans, today=today))


def _read(reader: User, question: Question, spans: tuple[Span, ...], *, today: date) -> Forecast:
    found: dict[str, CurrencyForecast] = {}
    for stage, place, currency, *sums in _open_sums(reader, question, spans):
        of_currency = found.setdefault(currency, CurrencyForecast(currency))
        where = BEHIND_PLACE if stage == OVERDUE_PLACE else place
        cell = of_currency.cells.setdefault((STAGE_SPANS[stage].stage, spans[where].code), Figures())
        add_up(cell, [_figures(*sums)])
    for place, outcome, currency, count, new, old in _settled_groups(reader, question, spans):
        of_currency = found.setdefault(currency, CurrencyForecast(currency))
        _add_settled(of_currency.settled.setdefault(spans[place].code, Settled()), outcome, count, new, old)
    largest_first = sorted(found.values(), key=lambda one: (-one.total.current, one.currency))
    return Forecast(today, spans, tuple(largest_first))


def _figures(count: int, current: Any, target: Any, risk: Any, weight: Any, unweighted: Any, missing: int) -> Figures:
    """Percentages are of a hundred; to the cent here, so that whatever adds cells up comes to the same."""
    return Figures(
        count=count,
        current=_to_cent(current),
        target=_to_cent(target),
        at_risk=_to_cent(risk, per=100),
        weighted=_to_cent(weight, per=100),
        unweighted=_to_cent(unweighted),
        unweighted_count=missing,
    )


def _to_cent(amount: Decimal | None, *, per: int = 1) -> Decimal:
    return ((amount or NOTHING) / per).quantize(CENT)


def _open_sums(reader: User, question: Question, spans: tuple[Span, ...]) -> Any:
    scope, part = scope_of_sums(reader), part_of(question.wanted)
    if scope is None or part is None:
        return _open_groups(reader, question, spans)
    return read_cells(scope, part, question.dates, spans)


def _open_groups(reader: User, question: Question, spans: tuple[Span, ...]) -> Any:
    asked_for: Any = Coalesce("term__target_price", "term__current_price")
    confidence, is_missing = F("term__renewal__confidence"), Q(term__renewal__confidence=None)
    return (
        accounts_with_term()
        .visible_to(reader)
        .filter(*question.of_account(), term__isnull=False)
        .annotate(
            stage=question.dates.by_group(stage_on, timezone="timezone"), place=_place_of("term__renewal_date", spans)
        )
        .values_list("stage", "place", "term__currency")
        .annotate(
            count=Count("*"),
            current=Sum("term__current_price", output_field=MONEY),
            target=Sum(asked_for, output_field=MONEY),
            risk=Sum(F("term__current_price") * F("churn_risk"), output_field=MONEY),
            weight=Sum(asked_for * confidence, output_field=MONEY),
            unweighted=Sum(asked_for, filter=is_missing, output_field=MONEY),
            missing=Count("pk", filter=is_missing),
        )
    )


def _settled_groups(reader: User, question: Question, spans: tuple[Span, ...]) -> Any:
    """What was settled of contracts that end in the first quarter shown, or after it."""
    outcomes = [outcome for outcomes in SETTLED.values() for outcome in outcomes]
    # Found first: whatever has an outcome has ended, and that few of these end late a planner cannot know.
    ended = Contract.objects.filter(state=ContractState.ENDED, renewal_date__gte=spans[1].first).order_by()
    rows = Renewal.objects.visible_to(reader).filter(outcome__in=outcomes, contract__in=find_once(ended.values("pk")))
    return (
        rows.filter(*question.of_account("customer__"))
        .order_by()
        .annotate(place=_place_of("contract__renewal_date", spans))
        .values_list("place", "outcome", "contract__currency")
        .annotate(
            count=Count("*"),
            new=Sum("outcome_price", output_field=MONEY),
            old=Sum("contract__current_price", output_field=MONEY),
        )
    )


def _place_of(day: str, spans: tuple[Span, ...]) -> Case:
    """Which of the spans holds the day; what is before the first quarter is behind us."""
    falls = [
        When(**{f"{day}__gte": span.first}, then=Value(place))
        for place, span in reversed(list(enumerate(spans)))
        if span.first
    ]
    return Case(*falls, default=Value(BEHIND_PLACE), output_field=IntegerField())


def _add_settled(settled: Settled, outcome: str, count: int, new: Decimal | None, old: Decimal | None) -> None:
    if Outcome(outcome) in SETTLED[LOST]:
        settled.lost_count += count
        settled.lost += _to_cent(old)
    else:
        settled.committed_count += count
        settled.committed += _to_cent(new)

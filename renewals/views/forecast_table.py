"""The forecast as a table: a row for each stage that holds anything, sums below, every figure with its way on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from renewals.enums import Stage
from renewals.queries.book_filter import GIVEN, KEPT, LOST, MISSING, BookFilter
from renewals.queries.forecast import CurrencyForecast, Figures, Settled
from renewals.rules.quarters import LATER, Span
from renewals.rules.stages import STAGE_SPANS, StageSpan
from renewals.view_base import narrowed_query


@dataclass(frozen=True)
class Cell:
    """One figure. label: of its column; url: the rows that make it; count: how many they are."""

    label: str
    amount: Decimal
    count: int
    url: str
    at_risk: Decimal = Decimal(0)
    risk_url: str = ""


@dataclass(frozen=True)
class StageRow:
    stage: StageSpan
    cells: list[Cell]


@dataclass(frozen=True)
class SumRow:
    """One of the rows below the stages. note: what it adds up, in words. tone: how it is coloured."""

    label: str
    note: str
    cells: list[Cell]
    tone: str = ""

    @property
    def holds_any(self) -> bool:
        return self.cells[-1].count > 0


@dataclass(frozen=True)
class ForecastTable:
    """All of one currency. The last cell of each row is the whole row's."""

    currency: str
    total: Figures
    settled: Settled
    heads: list[str]
    rows: list[StageRow]
    sums: list[SumRow]


def lay_out(one: CurrencyForecast, spans: Sequence[Span], wanted: BookFilter) -> ForecastTable:
    return _Layout(one, spans, wanted).table()


class _Layout:
    def __init__(self, one: CurrencyForecast, spans: Sequence[Span], wanted: BookFilter) -> None:
        self._one, self._spans, self._wanted = one, spans, wanted
        self._book = reverse("renewals:book")
        self._by_span = {span.code: one.of_span(span.code) for span in spans}
        self._total = one.total

    def table(self) -> ForecastTable:
        stages = [stage for stage in STAGE_SPANS if any(at == stage.stage for at, _ in self._one.cells)]
        settled = self._one.settled_total
        return ForecastTable(
            currency=self._one.currency,
            total=self._total,
            settled=settled,
            heads=[*(span.label for span in self._spans), "Total"],
            rows=[StageRow(stage, self._of_stage(stage.stage)) for stage in stages],
            sums=[*self._open_sums(), *self._settled_sums(settled)],
        )

    def _of_stage(self, stage: Stage) -> list[Cell]:
        found = [(span.label, self._one.cells.get((stage, span.code), Figures()), span.code) for span in self._spans]
        return [self._cell(*one, stage=stage) for one in (*found, ("Total", self._one.of_stage(stage), ""))]

    def _cell(self, label: str, figures: Figures, ends: str, *, stage: str = "") -> Cell:
        url = self._url(ends=ends, stage=stage)
        return Cell(label, figures.current, figures.count, url, figures.at_risk, f"{url}&sort=-risk")

    def _open_sums(self) -> list[SumRow]:
        rows = [
            self._sum("To renew", "present price", _current),
            self._sum("Target", "price asked for", _target),
            self._sum("At risk", "price × churn risk", _at_risk, sort="-risk", tone="bad"),
            self._sum("Weighted", "target × confidence", _weighted, confidence=GIVEN),
            self._sum("Not weighted", "without a confidence", _unweighted, confidence=MISSING),
        ]
        return [row for row in rows if row.holds_any]

    def _sum(
        self, label: str, note: str, pick: Callable[[Figures], tuple[Decimal, int]], tone: str = "", **more: str
    ) -> SumRow:
        found = [(span.label, self._by_span[span.code], span.code) for span in self._spans]
        cells = [
            Cell(head, *pick(figures), url=self._url(ends=ends, **more))
            for head, figures, ends in (*found, ("Total", self._total, ""))
        ]
        return SumRow(label, note, cells, tone)

    def _settled_sums(self, total: Settled) -> list[SumRow]:
        rows = [
            self._settled("Committed", "settled, new price", KEPT, total, _committed, tone="good"),
            self._settled("Lost", "churned, old price", LOST, total, _lost),
        ]
        return [row for row in rows if row.holds_any]

    def _settled(
        self,
        label: str,
        note: str,
        kind: str,
        total: Settled,
        pick: Callable[[Settled], tuple[Decimal, int]],
        tone: str = "",
    ) -> SumRow:
        first = next(span for span in self._spans if span.first)
        found = [(span.label, self._one.settled.get(span.code, Settled()), span.code) for span in self._spans]
        every = (*found, ("Total", total, f"{first.code}{LATER}"))
        cells = [Cell(head, *pick(one), url=self._url(ends=ends, settled=kind)) for head, one, ends in every]
        return SumRow(label, note, cells, tone)

    def _url(self, **more: str) -> str:
        return f"{self._book}?{narrowed_query(self._wanted, currency=self._one.currency, **more)}"


def _current(figures: Figures) -> tuple[Decimal, int]:
    return figures.current, figures.count


def _target(figures: Figures) -> tuple[Decimal, int]:
    return figures.target, figures.count


def _at_risk(figures: Figures) -> tuple[Decimal, int]:
    return figures.at_risk, figures.count


def _weighted(figures: Figures) -> tuple[Decimal, int]:
    return figures.weighted, figures.weighted_count


def _unweighted(figures: Figures) -> tuple[Decimal, int]:
    return figures.unweighted, figures.unweighted_count


def _committed(settled: Settled) -> tuple[Decimal, int]:
    return settled.committed, settled.committed_count


def _lost(settled: Settled) -> tuple[Decimal, int]:
    return settled.lost, settled.lost_count

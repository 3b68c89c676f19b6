"""What the sums of the book say, and what of a filter they tell apart: see `customers/queries/kept_sums.py`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from customers.enums import ContractState
from customers.models import Contract
from customers.models.base import NOBODY, Scope
from customers.queries.kept_sums import ACCOUNTS, ALL, OF_ACCOUNT, PEOPLE, KeptSums
from renewals.models import BookChange, BookLine, BookSum, Renewal
from renewals.queries.book_days import LocalDates
from renewals.queries.book_filter import NO_OWNER, RISKS, BookFilter
from renewals.rules.quarters import Span
from renewals.rules.stages import STAGE_SPANS

TERMS, RENEWALS = Contract._meta.db_table, Renewal._meta.db_table
NO_DAY = date.min
"""Stands for the renewal of an account without a running contract."""
_ASKED_PRICE = "COALESCE(t.target_price, t.current_price, 0)"
_RISK = " ".join(f"WHEN c.churn_risk BETWEEN {low} AND {high} THEN '{name}'" for name, (low, high) in RISKS.items())
BOOK = KeptSums(
    lines=BookLine,
    sums=BookSum,
    changes=BookChange,
    places=("team", "zone", "currency", "renewal_date"),
    told={
        **OF_ACCOUNT,
        "risk": f"CASE {_RISK} ELSE '' END",
        "zone": "c.timezone",
        "currency": "COALESCE(t.currency, '')",
        "renewal_date": f"COALESCE(t.renewal_date, '{NO_DAY}')",
    },
    added={
        "accounts": "1",
        "with_risk": "(c.churn_risk IS NOT NULL)::integer",
        "with_relationship": "(c.relationship_strength IS NOT NULL)::integer",
        "with_target": "(t.target_price IS NOT NULL)::integer",
        "with_increase": "(t.price_factor IS NOT NULL)::integer",
        "without_confidence": "(t.id IS NOT NULL AND r.confidence IS NULL)::integer",
        "current_price": "COALESCE(t.current_price, 0)",
        "at_risk": "COALESCE(t.current_price * c.churn_risk, 0)",
        "asked_price": _ASKED_PRICE,
        "weighted": f"{_ASKED_PRICE} * COALESCE(r.confidence, 0)",
        "unweighted": f"CASE WHEN r.confidence IS NULL THEN {_ASKED_PRICE} ELSE 0 END",
    },
    source=f"{ACCOUNTS} AS c LEFT JOIN {PEOPLE} AS u ON u.id = c.owner_id"
    f" LEFT JOIN {TERMS} AS t ON t.customer_id = c.id AND t.state = '{ContractState.ACTIVE.value}'"
    f" LEFT JOIN {RENEWALS} AS r ON r.contract_id = t.id",
    facets={"owner": "l.seat", "segment": "NULLIF(l.segment, '')", "risk": "NULLIF(l.risk, '')"},
)
_KNOWN = {
    "": "accounts",
    "owner": f"CASE team WHEN '{NOBODY}' THEN 0 ELSE accounts END",
    "churn_risk": "with_risk",
    "relationship_strength": "with_relationship",
    "term__target_price": "with_target",
    "term__price_factor": "with_increase",
}
"""By the column that is sorted by; the others are known wherever there is a contract."""


@dataclass(frozen=True)
class Part:
    """Which part of a book the sums can tell of. facet: of BookSum; team: its id; "" for any."""

    facet: str = ALL
    team: str = ""


def part_of(wanted: BookFilter) -> Part | None:
    """This will name what a filter asks for beside the stage; None where the sums do not tell it apart."""
    if wanted.text or wanted.ends or wanted.currency or wanted.settled or wanted.confidence:
        return None
    owner = NOBODY if wanted.owner == NO_OWNER else wanted.owner
    asked = {"owner": owner, "segment": wanted.segment, "risk": wanted.risk}
    facets = [f"{name}:{value}" for name, value in asked.items() if value]
    return Part((facets or [ALL])[0], wanted.team) if len(facets) <= 1 else None


@dataclass(frozen=True)
class StageSum:
    """place: of the stage, None without a contract. at_risk: of percentages the hundredfold. known: of the accounts.

    facet, in_team: which part of the book it is of.
    """

    place: int | None
    currency: str
    facet: str
    in_team: bool
    accounts: int
    current_price: Decimal
    at_risk: Decimal
    known: int


def read_stages(scope: Scope, part: Part, dates: LocalDates, *, known_by: str) -> list[StageSum]:
    """This will sum up by stage and currency: the whole book, and the part where it is another. known_by: a column."""
    stage, zones = stage_sql(dates)
    in_team = "team = %s" if part.team else "TRUE"
    names = ("accounts", "current_price", "at_risk", _KNOWN.get(known_by, "accounts"))
    sums = ", ".join(f"SUM({name})" for name in names)
    rows = BOOK.read(
        f"SELECT {stage} AS place, currency, facet, {in_team}, {sums} FROM parts GROUP BY 1, 2, 3, 4",  # noqa: S608
        scope,
        facets={ALL, part.facet},
        params=[*zones, *([part.team] if part.team else [])],
    )
    found = [StageSum(*row) for row in rows if row[4]]
    return found if known_by in _KNOWN else [one if one.place is not None else replace(one, known=0) for one in found]


def read_cells(scope: Scope, part: Part, dates: LocalDates, spans: tuple[Span, ...]) -> list[tuple[Any, ...]]:
    """This will sum up the part's contracts by stage, span of days and currency, as the forecast shows them.

    Gives (stage's place, span's place, currency, accounts, current price, asked price, at risk, weighted, unweighted,
    without confidence); at risk and weighted are the hundredfold.
    """
    stage, zones = stage_sql(dates)
    falls = "".join(f" WHEN renewal_date >= '{span.first}' THEN {place}" for place, span in _later_first(spans))
    names = ("accounts", "current_price", "asked_price", "at_risk", "weighted", "unweighted", "without_confidence")
    sums = ", ".join(f"SUM({name})" for name in names)
    in_team = " AND team = %s" if part.team else ""
    sql = (
        f"SELECT {stage} AS stage, CASE{falls} ELSE 0 END AS span, currency, {sums} FROM parts"  # noqa: S608
        f" WHERE renewal_date <> '{NO_DAY}'{in_team} GROUP BY 1, 2, 3"
    )
    rows = BOOK.read(sql, scope, facets={part.facet}, params=[*zones, *([part.team] if part.team else [])])
    return [row for row in rows if row[3]]


def _later_first(spans: tuple[Span, ...]) -> Iterable[tuple[int, Span]]:
    return reversed([(place, span) for place, span in enumerate(spans) if span.first])


def stage_sql(dates: LocalDates) -> tuple[str, list[str]]:
    """This will say the place of the stage among STAGE_SPANS, NULL without a contract; and the zones it names."""
    whens, params = "", list[str]()
    for day, zones in dates.others.items():
        whens += f" WHEN zone IN ({', '.join(['%s'] * len(zones))}) THEN {_stage_on(day)}"
        params += zones
    usual = _stage_on(dates.usual)
    return f"CASE WHEN renewal_date = '{NO_DAY}' THEN NULL{whens} ELSE {usual} END", params


def _stage_on(today: date) -> str:
    near = "".join(
        f" WHEN renewal_date >= '{today + timedelta(days=span.least_days)}' THEN {place}"
        for place, span in enumerate(STAGE_SPANS)
        if span.least_days is not None
    )
    return f"CASE{near} ELSE {len(STAGE_SPANS) - 1} END"

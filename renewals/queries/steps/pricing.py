"""Step 2, price communication: four approaches, the votes, each person's way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emails.enums import PriceApproach
from renewals.enums import OverrideKind
from renewals.models import EngageRun, Override
from renewals.queries.steps.basis import Drift, list_drifts, price_basis
from renewals.queries.steps.sequence import list_step_overrides, role_label
from renewals.queries.workspace import Workspace
from renewals.rules.approaches import APPROACH_WORDS, ApproachWords
from renewals.rules.counterfactuals import what_would_change
from renewals.rules.facts import Condition
from renewals.rules.pricing import FALLBACK, PriceFacts, TableRow, Vote, advise_on_price, vary_by_role

KINDS = (OverrideKind.PRICE_APPROACH, OverrideKind.VARIATION)


@dataclass(frozen=True)
class Option:
    """One of the four approaches. is_shown: the one that is being looked at."""

    code: str
    label: str
    words: ApproachWords
    is_chosen: bool
    is_recommended: bool
    is_shown: bool


@dataclass(frozen=True)
class Cell:
    text: str
    matches: bool


@dataclass(frozen=True)
class VoteRow:
    """A row of the spec's table with the cells of this account marked."""

    label: str
    cells: tuple[Cell, ...]
    decisive: bool


@dataclass(frozen=True)
class PersonPriceRow:
    """How one person is told the price. kind: of the badge."""

    key: str
    name: str
    role: str
    code: str
    label: str
    rationale: str
    is_done: bool
    kind: str


@dataclass(frozen=True)
class PricingArtifact:
    """forced: a situation that allows no price holds. recommended_label: what the facts of the opening say."""

    options: tuple[Option, ...]
    shown: Option
    recommended_label: str
    votes: tuple[Vote, ...]
    table: tuple[VoteRow, ...]
    conditions: tuple[Condition, ...]
    rationale: str
    counterfactuals: tuple[str, ...]
    variations: tuple[PersonPriceRow, ...]
    fallback_plan: str
    drifts: tuple[Drift, ...]
    overrides: tuple[Override, ...]
    forced: bool


def build_pricing_step(workspace: Workspace, run: EngageRun, *, shown: str = "") -> PricingArtifact:
    """Put step 2 together. shown: the approach to look at; the one in use when it is none."""
    basis = price_basis(workspace)
    advice = advise_on_price(basis)
    used = PriceApproach(run.plan.pricing_approach)
    looked_at = PriceApproach(shown) if shown in PriceApproach.values else used
    options = tuple(_option(approach, used, advice.approach, looked_at) for approach in PriceApproach)
    overrides = list_step_overrides(run, KINDS, workspace)
    return PricingArtifact(
        options=options,
        shown=next(option for option in options if option.is_shown),
        recommended_label=advice.approach.label,
        votes=advice.votes,
        table=tuple(_vote_row(row) for row in advice.table),
        conditions=advice.no_price_conditions,
        rationale=advice.rationale,
        counterfactuals=tuple(row.sentence for row in what_would_change(basis)),
        variations=_variations(workspace, run, basis, used),
        fallback_plan=FALLBACK[used],
        drifts=list_drifts(workspace, run),
        overrides=overrides,
        forced=any(condition.held for condition in advice.no_price_conditions),
    )


def _option(approach: PriceApproach, used: PriceApproach, recommended: PriceApproach, shown: PriceApproach) -> Option:
    return Option(
        code=approach.value,
        label=approach.label,
        words=APPROACH_WORDS[approach],
        is_chosen=approach == used,
        is_recommended=approach == recommended,
        is_shown=approach == shown,
    )


def _vote_row(row: TableRow) -> VoteRow:
    cells = (
        Cell(row.increase, row.increase_matches),
        Cell(row.relationship, row.relationship_matches),
        Cell(row.pressure, row.pressure_matches),
    )
    label = "Attachment only, or no price" if row.approach == PriceApproach.BURY_PRICE else row.approach.label
    return VoteRow(label=label, cells=cells, decisive=row.decisive)


def _variations(
    workspace: Workspace, run: EngageRun, basis: PriceFacts, used: PriceApproach
) -> tuple[PersonPriceRow, ...]:
    advised = {variation.role: variation for variation in vary_by_role(used, basis)}
    chosen: Mapping[str, str] = run.plan.variations
    rows = []
    for touch in workspace.first_emails:
        key = str(touch.stakeholder_id)
        approach = PriceApproach(chosen.get(key, used))
        by_role = advised.get(touch.role)
        as_advised = by_role is not None and by_role.approach == approach
        rows.append(
            PersonPriceRow(
                key=key,
                name=touch.stakeholder.name if touch.stakeholder else "Has left",
                role=role_label(touch.role),
                code=approach.value,
                label=approach.label,
                rationale=by_role.rationale if by_role and as_advised else _otherwise(approach, used),
                is_done=workspace.is_sent(touch),
                kind="" if approach == used else "info",
            )
        )
    return tuple(rows)


def _otherwise(approach: PriceApproach, used: PriceApproach) -> str:
    return "As everyone else." if approach == used else "Chosen by a person."

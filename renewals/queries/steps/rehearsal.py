"""Step 5, the rehearsal: one or two objections with their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renewals.enums import Likelihood
from renewals.models import EngageRun
from renewals.queries.steps.basis import proof_basis
from renewals.queries.workspace import Workspace
from renewals.rules.facts import Condition
from renewals.rules.proofs import gather_proofs

LIKELIHOOD_KINDS: Mapping[str, str] = {Likelihood.HIGH: "bad", Likelihood.MEDIUM: "warn", Likelihood.LOW: ""}
STEP_NAMES = (
    ("acknowledge", "Acknowledge"),
    ("reframe", "Reframe"),
    ("value_anchor", "Value anchor"),
    ("bridge", "Bridge"),
)
SOURCES: Mapping[str, tuple[str, str]] = {
    "value": ("Prepare: value delivered in a year", "renewal"),
    "leverage": ("Prepare: value over price", "renewal"),
    "peer": ("Prepare: price against peers", "renewal"),
    "stickiness": ("Prepare: stickiness", "renewal"),
    "usage": ("Usage on record", "signals"),
    "win": ("Successes on record", "signals"),
}
"""Kind of proof → where it was read, and the panel of the account page that shows it."""


@dataclass(frozen=True)
class AnswerStep:
    name: str
    text: str


@dataclass(frozen=True)
class Evidence:
    """One badge. source: where it was read, in words. panel: of the account page; empty when not known."""

    text: str
    source: str
    panel: str


@dataclass(frozen=True)
class ScenarioCard:
    title: str
    likelihood: str
    kind: str
    because: tuple[Condition, ...]
    quote: str
    steps: tuple[AnswerStep, ...]
    data: tuple[Evidence, ...]
    soft: str
    hard: str


@dataclass(frozen=True)
class RehearsalArtifact:
    scenarios: tuple[ScenarioCard, ...]


def build_rehearsal_step(workspace: Workspace, run: EngageRun) -> RehearsalArtifact:
    """Put step 5 together from the scenarios that the run keeps."""
    sources = {proof.badge: SOURCES[proof.kind] for proof in gather_proofs(proof_basis(workspace, run))}
    return RehearsalArtifact(tuple(_card(row, sources) for row in run.scenarios))


def _card(row: Mapping[str, Any], sources: Mapping[str, tuple[str, str]]) -> ScenarioCard:
    likelihood = Likelihood(row["likelihood"])
    return ScenarioCard(
        title=row["scenario"],
        likelihood=f"{likelihood.label} likelihood",
        kind=LIKELIHOOD_KINDS[likelihood],
        because=tuple(Condition(**condition) for condition in row["because"]),
        quote=row["customer_response"],
        steps=tuple(AnswerStep(name, row["answer"][key]) for key, name in STEP_NAMES),
        data=tuple(_evidence(text, sources) for text in row["supporting_data"]),
        soft=row["next_step_soft"],
        hard=row["next_step_hard"],
    )


def _evidence(text: str, sources: Mapping[str, tuple[str, str]]) -> Evidence:
    source, panel = sources.get(text, ("On record when this was prepared", ""))
    return Evidence(text, source, panel)

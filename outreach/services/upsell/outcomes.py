"""How taking a step ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from customers.models import Customer
from outreach.models import UpsellRun, UpsellStep

Finish = Callable[[], dict[str, Any]]
"""Written in the transaction that settles the step, and only there; gives what is added to its output."""


@dataclass(frozen=True)
class Work:
    """A step that was claimed, and what it may read."""

    run: UpsellRun
    step: UpsellStep
    now: datetime

    @property
    def customer(self) -> Customer:
        customer: Customer = self.run.customer
        return customer

    def output_of(self, name: str) -> dict[str, Any]:
        """Give what an earlier step has found."""
        found = UpsellStep.objects.filter(run=self.run, name=name).values_list("output", flat=True).first()
        return dict(found or {})


@dataclass(frozen=True)
class Done:
    """The step is done, once and for all."""

    output: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    input: dict[str, Any] = field(default_factory=dict)
    finish: Finish | None = None


@dataclass(frozen=True)
class Waits:
    """The step has done its part and waits for somebody else. output must not be empty."""

    output: dict[str, Any]
    note: str = ""
    input: dict[str, Any] = field(default_factory=dict)
    finish: Finish | None = None


@dataclass(frozen=True)
class Failed:
    """Surely nothing was done. can_retry: whether trying again may help; after_s: as the vendor says."""

    reason: str
    can_retry: bool = False
    after_s: int | None = None


@dataclass(frozen=True)
class Doubtful:
    """Nobody can say whether it was done there: a person looks."""

    reason: str


Outcome = Done | Waits | Failed | Doubtful

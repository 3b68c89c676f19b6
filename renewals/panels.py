"""The renewal's panels of the account page: contract, price, Prepare's outputs, outcome; and where Engage stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customers.registry.panels import Panel, PanelRequest, register_panel
from renewals.queries.engage_panel import engage_lines, read_touches
from renewals.queries.term import read_churned, read_term
from renewals.queries.workspace import badge_of
from renewals.rules.stage_guide import stage_guide
from renewals.rules.stages import STAGE_SPANS


def register() -> None:
    """This will put the panels into the registry."""
    register_panel(Panel("renewal", "Contract and renewal", "renewals/panels/renewal.html", load_renewal, order=10))
    register_panel(Panel("engage", "Engage", "renewals/panels/engage.html", load_engage, order=15))


def load_renewal(asked: PanelRequest) -> Mapping[str, Any]:
    term = asked.once("term", lambda: read_term(asked.customer, now=asked.now))
    churned = read_churned(asked.customer) if term is None else None
    guide = stage_guide(term.stage) if term else None
    return {"term": term, "churned": churned, "guide": guide, "spans": STAGE_SPANS}


def load_engage(asked: PanelRequest) -> Mapping[str, Any] | None:
    """Nothing while Engage is not open: the account's head offers to open it when it is time."""
    lines = engage_lines(asked.once("touches", lambda: read_touches(asked.customer)))
    return {"emails": lines.people, "state": badge_of(lines.plan)} if lines else None

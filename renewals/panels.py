"""The renewal's panel of the account page: contract, price, Prepare's outputs, outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customers.registry.panels import Panel, PanelRequest, register_panel
from renewals.queries.term import read_term
from renewals.rules.stage_guide import stage_guide
from renewals.rules.stages import STAGE_SPANS


def register() -> None:
    """This will put the panel into the registry."""
    register_panel(Panel("renewal", "Contract and renewal", "renewals/panels/renewal.html", load_renewal, order=10))


def load_renewal(asked: PanelRequest) -> Mapping[str, Any]:
    term = asked.once("term", lambda: read_term(asked.customer, now=asked.now))
    return {"term": term, "guide": stage_guide(term.stage) if term else None, "spans": STAGE_SPANS}

"""Expansion on the account page: what speaks for it, where it stands, and the latest introduction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customers.registry.panels import Panel, PanelRequest, register_panel
from outreach.queries.expansion import read_expansion_context
from outreach.queries.introductions import list_introductions
from outreach.queries.opportunities import find_open_opportunity
from outreach.queries.upsell_runs import find_latest_run

SIGNALS_SHOWN = 3


def register() -> None:
    """Put the panel into the registry."""
    template = "outreach/panels/expansion.html"
    register_panel(Panel("expansion", "Expansion", template, load_expansion, "side", 30, is_lazy=True))


def load_expansion(asked: PanelRequest) -> Mapping[str, Any]:
    context = read_expansion_context(asked.customer, now=asked.now)
    signals = context.expansion.signals if context.expansion else ()
    introductions = list_introductions(asked.customer)
    return {
        "expansion": context.expansion,
        "signals": signals[:SIGNALS_SHOWN],
        "more": max(len(signals) - SIGNALS_SHOWN, 0),
        "opportunity": find_open_opportunity(asked.customer),
        "latest": introductions[0] if introductions else None,
        "facts": context.facts,
        "run": find_latest_run(asked.customer),
    }

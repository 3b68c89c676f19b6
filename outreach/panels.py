"""What outreach shows on the account page: the expansion, and who is in a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from customers.registry.panels import Panel, PanelRequest, register_panel
from outreach.models import Enrollment
from outreach.queries.enrollments import list_of_customer
from outreach.queries.expansion import read_expansion_context
from outreach.queries.introductions import list_introductions
from outreach.queries.opportunities import find_open_opportunity
from outreach.queries.upsell_runs import find_latest_run

SIGNALS_SHOWN = 3
ROWS_SHOWN = 5


def register() -> None:
    """Put the panel into the registry."""
    template = "outreach/panels/expansion.html"
    register_panel(Panel("expansion", "Expansion", template, load_expansion, "side", 30, is_lazy=True))
    template = "outreach/panels/sequences.html"
    register_panel(Panel("sequences", "Sequences", template, load_sequences, "side", 35, is_lazy=True))


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


def load_sequences(asked: PanelRequest) -> Mapping[str, Any]:
    """Who is in a sequence, and the same by person: badges for the rows of the panel “People”."""
    rows = [row for row in list_of_customer(asked.customer) if row.is_live]
    by_person: dict[UUID, list[Enrollment]] = {}
    for row in rows:
        by_person.setdefault(row.stakeholder_id, []).append(row)
    return {"rows": rows[:ROWS_SHOWN], "more": max(len(rows) - ROWS_SHOWN, 0), "by_person": list(by_person.items())}

"""The journey's panel of the account page: where the client stands, and the way to start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customers.registry.panels import Panel, PanelRequest, register_panel
from journeys.queries.timelines import get_last_journey, read_months


def register() -> None:
    """This will put the panel into the registry."""
    register_panel(Panel("journey", "Journey", "journeys/panels/journey.html", load_journey, order=17, is_lazy=True))


def load_journey(asked: PanelRequest) -> Mapping[str, Any]:
    journey = get_last_journey(asked.customer)
    return {"journey": journey, "months": read_months(journey, now=asked.now) if journey else ()}

"""The journey's panels of the account page: where the client stands, and what their texts are built on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customers.registry.panels import Panel, PanelRequest, register_panel
from journeys.queries.plans import last_onboarding, last_plan
from journeys.queries.timelines import get_last_journey, read_months


def register() -> None:
    """This will put the panel into the registry."""
    register_panel(Panel("journey", "Journey", "journeys/panels/journey.html", load_journey, order=17, is_lazy=True))
    register_panel(
        Panel("client_plan", "Onboarding and plan", "journeys/panels/plan.html", load_plan, "side", 18, is_lazy=True)
    )


def load_journey(asked: PanelRequest) -> Mapping[str, Any]:
    journey = get_last_journey(asked.customer)
    return {"journey": journey, "months": read_months(journey, now=asked.now) if journey else ()}


def load_plan(asked: PanelRequest) -> Mapping[str, Any]:
    onboarding = last_onboarding(asked.customer)
    answers = onboarding.answers if onboarding else ()
    return {
        "onboarding": onboarding,
        "given": sum(1 for row in answers if row["answer"]),
        "plan": last_plan(asked.customer),
    }

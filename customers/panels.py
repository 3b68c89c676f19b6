"""The ground's panels of the account page: people, signs, activity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customers.models import Activity, Stakeholder, Win
from customers.queries.signs import read_signs
from customers.registry.mail_stops import list_with_first_stop
from customers.registry.panels import Fold, Panel, PanelRequest, register_panel
from customers.services.merging import list_ids_with_merged

LATEST_ACTIVITY = 10
WINS_SHOWN = 5


def register() -> None:
    """This will put the panels into the registry."""
    register_panel(Panel("people", "People", "customers/panels/people.html", load_people, order=20))
    register_panel(Panel("signals", "Usage and health", "customers/panels/signals.html", load_signs, "side", 20))
    register_panel(Panel("activity", "Activity", "customers/panels/activity.html", load_activity, "side", 90))


def load_people(asked: PanelRequest) -> Mapping[str, Any]:
    people = sorted(
        list_with_first_stop(Stakeholder.objects.filter(customer=asked.customer)),
        key=lambda person: (person.has_left, not person.primary),
    )
    return {"people": Fold.of(people)}


def load_signs(asked: PanelRequest) -> Mapping[str, Any]:
    return {
        "signs": read_signs(asked.customer, now=asked.now),
        "wins": Fold.of(list(Win.objects.filter(customer=asked.customer)), WINS_SHOWN),
    }


def load_activity(asked: PanelRequest) -> Mapping[str, Any]:
    """The latest lines, those of accounts merged into this one among them."""
    lines = Activity.objects.filter(customer_id__in=list_ids_with_merged(asked.customer))
    latest = list(lines.order_by("-at", "-created_at")[: LATEST_ACTIVITY + 1])
    return {"lines": latest[:LATEST_ACTIVITY], "has_more": len(latest) > LATEST_ACTIVITY}

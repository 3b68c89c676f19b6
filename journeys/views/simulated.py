"""How the answer of the simulator is shown, whether it was played just now or in the background."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from customers.view_base import reader_of
from journeys.enums import JourneyKind
from journeys.models import SimulationRun
from journeys.queries.simulation_runs import list_named
from journeys.rules.simulated.book import event_from_json
from journeys.rules.simulated.world import Assumptions, Event, Happening, Opens
from journeys.services.simulating import Simulation
from journeys.services.simulation_runs import ring_again
from journeys.views.tabs import list_tabs

DAYS_PER_PAGE = 10
MOST_SHOWN = 80
MOST_PEOPLE = 50

BADGES = {
    "sent": "good", "done": "good", "delivered": "good", "opened": "good", "waits": "warn", "moved": "warn",
    "blocked": "bad", "dropped": "bad", "expired": "bad", "nobody": "bad", "skipped": "",
}  # fmt: skip
LABELS = {"nobody": "nobody to write to", "told": "staff told"}


@dataclass(frozen=True)
class ShownEvent:
    event: Event
    name: str
    url: str
    kind: str
    label: str
    words: str


@dataclass(frozen=True)
class ShownDay:
    date: date
    events: Sequence[ShownEvent]
    more: int


@login_required
@require_GET
def run_page(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """How far a book has been played, then what would happen. Looking rings for a worker where one is needed."""
    run = get_object_or_404(SimulationRun.objects.visible_to(reader_of(request)), pk=run_id)
    context: dict[str, Any] = {
        "run": run,
        "tabs": list_tabs("journeys:simulate"),
        "asked": _say(Assumptions.from_json(run.assume)),
    }
    if run.is_finished and not run.problem:
        context |= _show_run(request, run)
    elif not run.is_finished:
        ring_again(run, now=timezone.now())
    return render(request, "journeys/simulation_run.html", context)


def show_simulation(request: HttpRequest, found: Simulation) -> dict[str, object]:
    """Give what the template needs of an answer that was played just now."""
    page = Paginator(found.days, DAYS_PER_PAGE).get_page(request.GET.get("page"))
    days = [
        ShownDay(
            day.date,
            [_shown(event, found.names[event.customer_id]) for event in day.events[:MOST_SHOWN]],
            max(0, len(day.events) - MOST_SHOWN),
        )
        for day in page
    ]
    return {
        **_paged(request, page, days, found.events[-1].at if found.events else None),
        "people": [(found.names[pk], to, count) for pk, to, count in found.mails[:MOST_PEOPLE]],
        "more_people": max(0, len(found.mails) - MOST_PEOPLE),
        "mail_count": sum(count for _, _, count in found.mails),
    }


def _show_run(request: HttpRequest, run: SimulationRun) -> dict[str, object]:
    """The same of a stored answer; an account that is not the reader's any more is left out."""
    result = run.result
    page = Paginator(result["days"], DAYS_PER_PAGE).get_page(request.GET.get("page"))
    mails = result["mails"][:MOST_PEOPLE]
    named = [kept["clientId"] for day in page for kept in day["events"]] + [kept["clientId"] for kept in mails]
    seen = list_named(reader_of(request), named)
    days = [_stored_day(day, seen) for day in page]
    people = [(kept["client"], kept["to"], kept["count"]) for kept in mails if kept["clientId"] in seen]
    last = result["days"][-1]["events"] if result["days"] else []
    return {
        **_paged(request, page, days, datetime.fromisoformat(last[-1]["at"]) if last else None),
        "people": people,
        "more_people": result["people"] - len(people),
        "mail_count": result["mailCount"],
    }


def _stored_day(day: Mapping[str, Any], seen: Collection[str]) -> ShownDay:
    events = [_shown(event_from_json(one), one["client"]) for one in day["events"] if one["clientId"] in seen]
    return ShownDay(date.fromisoformat(day["date"]), events, day["count"] - len(events))


def _paged(request: HttpRequest, page: object, days: list[ShownDay], until: datetime | None) -> dict[str, object]:
    query = request.GET.copy()
    query.pop("page", None)
    return {"page": page, "kept_query": query.urlencode(), "days": days, "until": until}


def _shown(event: Event, name: str) -> ShownEvent:
    url = reverse("journeys:timeline", args=[event.customer_id])
    label = LABELS.get(event.outcome, event.outcome)
    kind = "" if event.about == Happening.PERSON and event.outcome == "told" else BADGES.get(event.outcome, "info")
    return ShownEvent(event, name, url, kind, label, _words(event))


def _words(event: Event) -> str:
    """What was passed over, moved or dropped is named by its kind: the badge says the rest."""
    if event.about != Happening.AUTOMATION or event.outcome == "done" or event.kind not in JourneyKind.values:
        return event.words
    name = str(JourneyKind(event.kind).label)
    return f"{name}, M{event.month}" if event.month else name


def _say(assume: Assumptions) -> str:
    """What was assumed, in words."""
    said = ["the client opens everything" if assume.opens == Opens.ALL else "the client opens nothing"]
    if assume.approve_after_days is None:
        said.append("nobody approves anything")
    elif assume.approve_after_days:
        said.append(f"reviewed after {assume.approve_after_days} days")
    if assume.reply_on_day is not None:
        said.append(f"somebody replies on day {assume.reply_on_day}")
    if assume.hold is not None:
        said.append(f"paused from {assume.hold[0]:%-d %b} to {assume.hold[1]:%-d %b %Y}")
    return ", ".join(said)

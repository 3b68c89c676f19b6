"""Play forward: what would happen to one client, a selection or the whole book. Reads only, so all of it is GET."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from customers.models import Customer
from customers.view_base import reader_of
from journeys.enums import JourneyKind, JourneyState
from journeys.forms.simulation import SimulationForm
from journeys.rules.simulated.world import Event, Happening
from journeys.services.simulating import Simulation, simulate
from journeys.views.tabs import list_tabs
from journeys.views.timeline import find_client

DAYS_PER_PAGE = 20
MOST_SHOWN = 150
MOST_PEOPLE = 50
BUDGET_S = 12.0
"""A page is not waited for longer; what was not played is said."""

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
def of_client(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    customer = find_client(request, customer_id)
    context = {"customer": customer, "count": 1, "back": reverse("journeys:timeline", args=[customer.pk])}
    return _show(request, [customer.pk], context)


@login_required
@require_GET
def of_many(request: HttpRequest) -> HttpResponse:
    """The accounts named by `ids`, else every account of the reader's with a journey under way."""
    wanted = [pk for pk in map(_read_id, request.GET.getlist("ids")) if pk is not None]
    rows = Customer.objects.visible_to(reader_of(request)).filter(journeys__state=JourneyState.ACTIVE)
    if wanted:
        rows = rows.filter(pk__in=wanted)
    ids = list(rows.order_by("name", "pk").values_list("pk", flat=True))
    context = {
        "customer": None,
        "count": len(ids),
        "ids": wanted,
        "tabs": list_tabs("journeys:simulate"),
        "back": reverse("journeys:board"),
    }
    return _show(request, ids, context)


def _show(request: HttpRequest, ids: Sequence[uuid.UUID], context: Mapping[str, object]) -> HttpResponse:
    now = timezone.now()
    form = SimulationForm(request.GET if "opens" in request.GET else None)
    if form.is_bound and form.is_valid():
        found = simulate(ids, form.assumptions, now=now, days=form.cleaned_data["days"], budget_s=BUDGET_S)
        context = {**context, **_result(request, found, now)}
    return render(request, "journeys/simulation.html", {**context, "form": form})


def _result(request: HttpRequest, found: Simulation, now: datetime) -> dict[str, object]:
    page = Paginator(found.days, DAYS_PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "found": found,
        "page": page,
        "kept_query": query.urlencode(),
        "days": [
            ShownDay(
                day.date,
                [_shown(event, found) for event in day.events[:MOST_SHOWN]],
                max(0, len(day.events) - MOST_SHOWN),
            )
            for day in page
        ],
        "people": [(found.names[pk], to, count) for pk, to, count in found.mails[:MOST_PEOPLE]],
        "more_people": max(0, len(found.mails) - MOST_PEOPLE),
        "mail_count": sum(count for _, _, count in found.mails),
        "until": found.events[-1].at if found.events else now,
    }


def _shown(event: Event, found: Simulation) -> ShownEvent:
    url = reverse("journeys:timeline", args=[event.customer_id])
    label = LABELS.get(event.outcome, event.outcome)
    kind = "" if event.about == Happening.PERSON and event.outcome == "told" else BADGES.get(event.outcome, "info")
    return ShownEvent(event, found.names[event.customer_id], url, kind, label, _words(event))


def _words(event: Event) -> str:
    """What was passed over, moved or dropped is named by its kind: the badge says the rest."""
    if event.about != Happening.AUTOMATION or event.outcome == "done" or event.kind not in JourneyKind.values:
        return event.words
    name = str(JourneyKind(event.kind).label)
    return f"{name}, M{event.month}" if event.month else name


def _read_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None

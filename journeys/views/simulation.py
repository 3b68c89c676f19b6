"""Play forward: what would happen to one client, a selection or the whole book.

A few are played while one waits, by GET, so that the address can be passed on; more are asked for by POST and played in
the background (`simulation_runs`). Of the accounts nothing is written.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from customers.models import Customer
from customers.view_base import reader_of
from journeys.forms.bulk import Selection, read_selection
from journeys.forms.log import read_id
from journeys.forms.simulation import SimulationForm
from journeys.queries.simulation_runs import count_playable, find_playable, ids_of
from journeys.services.simulating import simulate
from journeys.services.simulation_runs import AT_ONCE, ask_simulation
from journeys.views.simulated import show_simulation
from journeys.views.tabs import list_tabs
from journeys.views.timeline import find_client


@login_required
@require_GET
def of_client(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    customer = find_client(request, customer_id)
    context = {"customer": customer, "count": 1, "back": reverse("journeys:timeline", args=[customer.pk])}
    return _show(request, [customer.pk], context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_many(request: HttpRequest) -> HttpResponse:
    """The accounts named by `ids` in the address or chosen on the board; else all with a journey under way."""
    reader, now = reader_of(request), timezone.now()
    if request.method == "POST":
        selection = read_selection(request.POST)
        chosen, board = selection.ticked, selection.wanted if selection.is_all else None
        found = find_playable(reader, chosen, board, now=now)
        if (count := count_playable(reader, chosen, board, now=now)) > AT_ONCE:
            return _ask(request, found, count, selection)
        ids = ids_of(found)
        query = QueryDict(mutable=True)
        query.setlist("ids", [pk.hex for pk in ids])
        return redirect(f"{request.path}?{query.urlencode()}" if ids else reverse("journeys:board"))
    wanted = [pk for pk in map(read_id, request.GET.getlist("ids")) if pk is not None]
    everything = Selection(True, (), "")
    board = None if wanted else everything.wanted
    found = find_playable(reader, wanted, board, now=now)
    if (count := count_playable(reader, wanted, board, now=now)) > AT_ONCE:
        return _ask(request, found, count, Selection(False, [str(pk) for pk in wanted], "") if wanted else everything)
    ids = ids_of(found)
    return _show(request, ids, _about(count) | {"ids": ids if wanted else []})


def _ask(request: HttpRequest, found: QuerySet[Customer], count: int, selection: Selection) -> HttpResponse:
    """More than can be waited for: the form asks by POST, and the answer has a page of its own."""
    form = SimulationForm(request.POST if "opens" in request.POST else None)
    if form.is_bound and form.is_valid():
        run = ask_simulation(
            ids_of(found), form.assumptions, days=form.cleaned_data["days"], now=timezone.now(), by=reader_of(request)
        )
        return redirect("journeys:simulation_run", run.pk)
    context = _about(count) | {"form": form, "is_many": True, "selection": selection}
    return render(request, "journeys/simulation.html", context)


def _about(count: int) -> dict[str, object]:
    return {
        "customer": None,
        "count": count,
        "tabs": list_tabs("journeys:simulate"),
        "back": reverse("journeys:board"),
    }


def _show(request: HttpRequest, ids: Sequence[uuid.UUID], context: Mapping[str, object]) -> HttpResponse:
    now = timezone.now()
    form = SimulationForm(request.GET if "opens" in request.GET else None)
    if form.is_bound and form.is_valid():
        found = simulate(ids, form.assumptions, now=now, days=form.cleaned_data["days"])
        context = {**context, "found": found, **show_simulation(request, found)}
    return render(request, "journeys/simulation.html", {**context, "form": form})

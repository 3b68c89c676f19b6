"""What is done to many clients' journeys at once: chosen on the board, shown, confirmed."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer, User
from customers.view_base import for_writers, reader_of
from journeys.actions import BULK_ACTIONS, Action
from journeys.forms.actions import ActionForm, Ground
from journeys.forms.bulk import BULK_FORMS, Selection, read_selection
from journeys.queries.board import Board
from journeys.services.changing import Outcome, Refused
from journeys.services.selections import preview_selection, run_selection
from journeys.views.actions import signature

MOST_MONTHS = 24


@for_writers
def bulk(request: HttpRequest, code: str) -> HttpResponse:
    """Ask, show what it means for whom, do it. Without ticked clients it is about all that the filter finds."""
    reader, wanted = reader_of(request), _find_action(request, code)
    selection = _selection_of(request)
    form = _form(request, code)
    context: dict[str, Any] = {"action": wanted, "selection": selection, "form": form, "back": _board_url(selection)}
    arguments = _arguments(form, wanted)
    if arguments is None:
        return render(request, "journeys/bulk.html", context | {"total": _count(reader, selection, code)})
    customers = list(find_selected(reader, selection, code))
    context["total"] = len(customers)
    if not customers:
        return render(request, "journeys/bulk.html", context)
    seen = signature(arguments, len(customers))
    try:
        if request.POST.get("seen") == seen:
            outcome = run_selection(code, customers, arguments, now=timezone.now(), by=reader)
            _tell(request, wanted, outcome)
            return redirect(_board_url(selection))
        preview = preview_selection(code, customers, arguments, now=timezone.now(), by=reader)
        context |= {"preview": preview, "seen": seen}
    except Refused as refusal:
        context["refusal"] = str(refusal)
    return render(request, "journeys/bulk.html", context)


def ask(request: HttpRequest, code: str, customers: Collection[uuid.UUID]) -> HttpResponse:
    """Begin with clients that were ticked elsewhere: the admin."""
    wanted = _find_action(request, code)
    selection = Selection(False, sorted(map(str, customers)), "")
    form, total = _form(request, code), _count(reader_of(request), selection, code)
    return render(
        request,
        "journeys/bulk.html",
        {"action": wanted, "selection": selection, "total": total, "form": form, "back": _board_url(selection)},
    )


def find_selected(reader: User, selection: Selection, code: str) -> QuerySet[Customer]:
    """This will give those of the selected that the reader may see, by name; of all, those that the action can mean.

    To resume all that the board shows under way means those of them that are paused.
    """
    if not selection.is_all:
        ids = [uuid.UUID(pk) for pk in selection.ticked]
        return Customer.objects.visible_to(reader).filter(pk__in=ids).order_by("name", "pk")
    # The board finds the reader's own alone.
    return Customer.objects.filter(pk__in=_all_of(reader, selection, code).order_by()).order_by("name", "pk")


def _count(reader: User, selection: Selection, code: str) -> int:
    chosen = _all_of(reader, selection, code) if selection.is_all else find_selected(reader, selection, code)
    return chosen.count()


def _all_of(reader: User, selection: Selection, code: str) -> QuerySet[Any, uuid.UUID]:
    wanted = selection.wanted
    if code == "resume" and wanted.state in ("", "active"):
        wanted = replace(wanted, state="paused")
    return Board(reader, wanted, now=timezone.now()).customer_ids()


def _find_action(request: HttpRequest, code: str) -> Action:
    found = next((action for action in BULK_ACTIONS if action.code == code), None)
    if found is None:
        raise Http404
    if found.for_leaders and not reader_of(request).is_leader:
        raise PermissionDenied
    return found


def _selection_of(request: HttpRequest) -> Selection:
    """An address alone means all that its filter finds."""
    if request.method == "POST":
        return read_selection(request.POST)
    return Selection(True, (), request.GET.urlencode())


def _form(request: HttpRequest, code: str) -> ActionForm:
    """The first time it comes from the board, without the form's own fields."""
    today = timezone.localdate()
    months = [(number, "") for number in range(1, MOST_MONTHS + 1)]
    ground = Ground(today, timezone.get_current_timezone_name(), None, months)
    return BULK_FORMS[code](request.POST if "seen" in request.POST else None, ground=ground)


def _arguments(form: ActionForm, action: Action) -> dict[str, Any] | None:
    if form.is_bound:
        return form.arguments() if form.is_valid() else None
    return None if action.needs_words else {}


def _tell(request: HttpRequest, action: Action, outcome: Outcome) -> None:
    messages.success(request, f"{outcome.count} client{'' if outcome.count == 1 else 's'}: {action.said.lower()}")
    if outcome.refused:
        reasons = sorted(set(outcome.refused.values()))
        told = " ".join(reasons[:3])
        messages.warning(request, f"Left as they are: {len(outcome.refused)}. {told}")


def _board_url(selection: Selection) -> str:
    return reverse("journeys:board") + (f"?{selection.query}" if selection.query else "")

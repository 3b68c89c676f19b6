"""An account put on hold and resumed."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from customers.enums import HoldScope
from customers.forms.work import HoldForm
from customers.models import Customer, Hold, User
from customers.queries.holds import find_deadline_inside, preview_hold
from customers.registry.holds import MovedDate, Stops, list_moved_dates, list_waiting
from customers.services.holds import AlreadyHeld, HoldEndsBeforeItStarts, end_hold, hold_customer
from customers.view_base import for_writers, reader_of
from customers.views.pages import Question, account_url, find, run_question

_SCOPES = (HoldScope.ACCOUNT, HoldScope.JOURNEY)


@for_writers
def hold(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Ask for scope, end and reason beside what it stops; old and new dates and a deadline inside are confirmed."""
    customer, now = find(Customer, request, customer_id), timezone.now()
    form = HoldForm(request.POST or None, customer=customer)
    deadline: date | None = None
    moves: list[MovedDate] = []
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data["until"]
        deadline = find_deadline_inside(customer, until=until, now=now)
        moves = list_moved_dates(customer, form.cleaned_data["scope"], until=until, now=now)
        is_known = deadline is None or request.POST.get("seen_deadline") == deadline.isoformat()
        is_seen = not moves or request.POST.get("seen_dates") == _shown(until)
        if is_known and is_seen and (held := _hold(form, customer, now=now, by=reader_of(request))):
            _say_held(request, held)
            return redirect(account_url(customer))
    context = {
        "customer": customer,
        "form": form,
        "back": account_url(customer),
        "previews": [preview_hold(customer, scope=scope, until=None, now=now) for scope in _SCOPES],
        "deadline": deadline,
        "moves": moves,
        "shown": _shown(form.cleaned_data.get("until")) if moves else "",
    }
    return render(request, "customers/hold.html", context)


def _shown(until: datetime | None) -> str:
    """For which end the dates were shown: another one moves them elsewhere."""
    return until.isoformat() if until else "open"


def _hold(form: HoldForm, customer: Customer, *, now: datetime, by: User) -> Hold | None:
    given = form.cleaned_data
    scope = HoldScope(given["scope"])
    try:
        return hold_customer(customer, scope=scope, until=given["until"], reason=given["reason"], now=now, by=by)
    except AlreadyHeld as error:
        form.add_error("scope", str(error))
    except HoldEndsBeforeItStarts as error:
        form.add_error("until", str(error))
    return None


def _say_held(request: HttpRequest, held: Hold) -> None:
    what = "Nothing leaves for this account." if held.scope == HoldScope.ACCOUNT else "The journey waits."
    messages.success(request, f"On hold. {what}")
    if held.in_flight:
        away = ", ".join(stop.name for stop in held.in_flight)
        messages.warning(request, f"Away already, and not to be called back: {away}.")


@for_writers
def resume(request: HttpRequest, customer_id: uuid.UUID, hold_id: uuid.UUID) -> HttpResponse:
    row = find(Hold, request, hold_id, customer=customer_id, ended_at=None)

    def act() -> str:
        ended = end_hold(row, now=timezone.now(), by=reader_of(request))
        return "Resumed. What waited goes on." if ended else "The hold had ended already."

    question = Question(
        heading=f"Resume {row.customer.name}?",
        text=f"The hold ({row.get_scope_display().lower()}) ends now, and what waited may leave again.",
        action="Resume",
        back=account_url(customer_id),
        customer=row.customer,
        points=_list_leaving(row),
    )
    return run_question(request, question, act=act)


def _list_leaving(row: Hold) -> tuple[str, ...]:
    """What goes on, in a sentence for each kind."""
    found = list_waiting(row.customer, row.scope, now=timezone.now())
    return tuple(_sentence(stops) for stops in found) or ("Nothing waits: what is planned comes on its day.",)


def _sentence(stops: Stops) -> str:
    names = ", ".join(stop.name for stop in stops.named)
    more = f" and {stops.unnamed} more" if stops.unnamed else ""
    return f"{stops.words} that waited: {names}{more}."

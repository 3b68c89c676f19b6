"""The pages of the approvals queue: the list beside the one that is read, answers one at a time or together."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from config.desk.approvals import Queue, approve, decline, difference, show
from config.desk.approvals_answers import APPROVAL_ANSWERS
from customers.queries.lookup import NotThere
from customers.queries.paging import Counted, find_page, is_far
from customers.queries.workspace import get_settings
from customers.registry.approvals import Answered
from customers.view_base import for_writers, reader_of
from emails.queries.changes import list_changes
from emails.services.editing import NotEditable, StaleVersion
from emails.services.sending import BadMoment, NotAllowed, Refused
from journeys.queries.deliverables import list_text_changes
from journeys.rules.comparing import compare_long
from journeys.services import reviewing
from journeys.services.changing import Refused as JourneyRefused
from journeys.services.texts import NotOpen, StaleText
from outreach.services.enrolling import EnrollmentMoved

PAGE_SIZE = 8
OF_LETTERS = (NotEditable, NotAllowed, Refused, BadMoment)
OF_DELIVERABLES = (NotOpen, reviewing.NotAllowed, reviewing.OpenClaims, JourneyRefused)
EXPECTED = (NotThere, ValidationError, EnrollmentMoved, *OF_LETTERS, *OF_DELIVERABLES)
STALE = (StaleVersion, StaleText)
LONGEST_NUMBER = 9


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The queue; `item` names the one that is open, else the first."""
    return _render(request)


@require_POST
@for_writers
def answer(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Yes or no to one thing as it was seen; what changed meanwhile is shown with a 409."""
    try:
        answered = _answer(request, item_id)
    except STALE as stale:
        return _render(request, opened=item_id, stale=stale, status=409)
    except EXPECTED as error:
        messages.error(request, _words(error))
        return redirect(_queue_url(request, item_id))
    _say(request, answered)
    return redirect(_queue_url(request, _uuid(request.POST.get("next_item", ""))))


@require_POST
@for_writers
def approve_together(request: HttpRequest) -> HttpResponse:
    """Approve what was ticked. Each is weighed anew: what carries a price or has changed stays in the queue."""
    now, by, user = timezone.now(), reader_of(request), reader_of(request)
    done, left = 0, []
    for ticked in request.POST.getlist("ticked")[:PAGE_SIZE]:
        ident, _, version = ticked.partition(":")
        item_id = _uuid(ident)
        whole = show(item_id, user=user, now=now) if item_id else None
        if item_id is None or whole is None:
            left.append("One of them waits no more.")
            continue
        if whole.approval.single:
            left.append(f"“{whole.approval.title}”: {whole.approval.single}")
            continue
        try:
            approve(item_id, version=_number(version), now=now, by=by, undo_seconds=get_settings().undo_seconds)
            done += 1
        except (*STALE, *EXPECTED) as error:
            left.append(f"“{whole.approval.title}”: {_words(error)}")
    if done:
        messages.success(request, f"{done} approved.")
    for line in left:
        messages.error(request, line)
    if not done and not left:
        messages.error(request, "Tick what is to be approved.")
    return redirect(_queue_url(request, None))


def _render(
    request: HttpRequest,
    *,
    opened: UUID | None = None,
    stale: StaleVersion | StaleText | None = None,
    status: int = 200,
) -> HttpResponse:
    user, now, mine = reader_of(request), timezone.now(), _is_mine(request)
    queue = Queue(user, mine=mine, now=now, mark=APPROVAL_ANSWERS.read_mark())
    number = request.GET.get("page")
    counted = Counted(len(queue)) if is_far(number, PAGE_SIZE) else queue.count_some()
    listed = find_page(number, PAGE_SIZE, **counted._asdict())
    rows = queue[listed.start : listed.end]
    wanted = opened or _uuid(request.GET.get("item", ""))
    ids = [row.id for row in rows]
    chosen = wanted or (ids[0] if ids else None)
    kinds = {row.id: row.kind for row in rows}
    whole = show(chosen, user=user, now=now, kind=kinds.get(chosen, "")) if chosen else None
    context = {
        "page": listed,
        "rows": rows,
        "mine": mine,
        "whole": whole,
        "is_gone": bool(wanted) and whole is None,
        "difference": difference(whole) if whole else None,
        "changes": _changes(stale),
        "next_id": _neighbour(ids, chosen, 1),
        "previous_id": _neighbour(ids, chosen, -1),
        "is_alone": request.GET.get("item") is not None,
        "may_write": user.is_writer,
        "undo_seconds": get_settings().undo_seconds,
        "tabs": _tabs(mine),
    }
    return render(request, "config/approvals.html", context, status=status)


def _answer(request: HttpRequest, item_id: UUID) -> Answered:
    now, by, version = timezone.now(), reader_of(request), _number(request.POST.get("version", ""))
    if request.POST.get("verdict") == "decline":
        return decline(item_id, version=version, reason=request.POST.get("reason", ""), now=now, by=by)
    return approve(item_id, version=version, now=now, by=by, undo_seconds=get_settings().undo_seconds)


def _say(request: HttpRequest, answered: Answered) -> None:
    messages.success(request, answered.message)


def _changes(stale: StaleVersion | StaleText | None) -> list[dict[str, object]]:
    """What reads otherwise than the reader had seen, for the page that refuses their answer."""
    if stale is None:
        return []
    listed = list_text_changes if isinstance(stale, StaleText) else list_changes
    return [
        {"field": row.field, "pieces": compare_long(row.old, row.new)}
        for row in listed(cast(Any, stale.current), seen=stale.seen)
    ]


def _neighbour(ids: list[UUID], chosen: UUID | None, step: int) -> UUID | None:
    if chosen not in ids:
        return None
    place = ids.index(chosen) + step
    return ids[place] if 0 <= place < len(ids) else None


def _is_mine(request: HttpRequest) -> bool:
    """A CSM sees their own first, a lead the team; either may ask for the other."""
    asked = request.GET.get("whose") or request.POST.get("whose")
    return asked == "mine" if asked in ("mine", "all") else not reader_of(request).is_leader


def _tabs(mine: bool) -> list[dict[str, object]]:
    base = reverse("approvals")
    return [
        {"label": "Mine", "url": f"{base}?whose=mine", "is_current": mine},
        {"label": "All that I may see", "url": f"{base}?whose=all", "is_current": not mine},
    ]


def _queue_url(request: HttpRequest, item_id: UUID | None) -> str:
    asked = {"whose": "mine" if _is_mine(request) else "all"}
    if page_number := _number(request.POST.get("page", "")):
        asked["page"] = str(page_number)
    if item_id:
        asked["item"] = str(item_id)
    return f"{reverse('approvals')}?{urlencode(asked)}"


def _words(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    """A number of a form; 0 where it is none, which no version is."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else 0


approval_patterns = [
    path("approvals", page, name="approvals"),
    path("approvals/together", approve_together, name="approvals_together"),
    path("approvals/<uuid:item_id>", answer, name="approval_answer"),
]

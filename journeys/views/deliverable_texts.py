"""The text of a deliverable: typed into, its claims confirmed or removed, its versions compared."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from customers.view_base import for_writers, reader_of
from journeys.forms.deliverables import DocumentForm
from journeys.models import Deliverable, DeliverableVersion
from journeys.queries.deliverables import list_versions, make_deliverable_card
from journeys.rules.comparing import compare_long
from journeys.services.texts import NotOpen, StaleText, confirm_claim, remove_claim, restore_text, save_text
from journeys.views.shared import act_on, back_to, find_text, read_number, say_no


@require_POST
@for_writers
def save(request: HttpRequest, deliverable_id: UUID) -> HttpResponse:
    """Save what was typed: as JSON to the editor's script, else back to the page. A stale version shows both texts."""
    deliverable = find_text(request, deliverable_id)
    form = DocumentForm(request.POST)
    if not form.is_valid():
        return _refuse_save(request, deliverable, ValidationError(dict(form.errors.items())), status=400)
    version, typed = form.cleaned_data["version"], form.changes()
    try:
        saved = save_text(deliverable, version=version, now=timezone.now(), by=reader_of(request), **typed)
    except StaleText as stale:
        return _show_both(request, stale.current, typed)
    except NotOpen as gone:
        return _refuse_save(request, gone.current, gone, status=409, typed=typed)
    except ValidationError as error:
        return _refuse_save(request, deliverable, error, status=400, typed=typed)
    if _wants_json(request):
        return JsonResponse(_saved(request, saved))
    messages.success(request, "Saved.")
    return back_to(deliverable)


def _saved(request: HttpRequest, deliverable: Deliverable) -> dict[str, object]:
    card = make_deliverable_card(deliverable, reader=reader_of(request))
    context = {"card": card, "draft": deliverable}
    return {
        "version": deliverable.version,
        "subject": deliverable.title,
        "body": deliverable.body,
        "state": card.state_label,
        "marks": card.marks,
        "facts": render_to_string("emails/_facts.html", context, request),
        "status": render_to_string("journeys/_deliverable_status.html", context, request),
    }


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _refuse_save(
    request: HttpRequest,
    deliverable: Deliverable,
    error: Exception,
    *,
    status: int,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    text = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    if _wants_json(request):
        return JsonResponse({"message": text, "version": deliverable.version}, status=status)
    if typed:
        return _show_both(request, deliverable, typed, said=text, status=status)
    say_no(request, error)
    return back_to(deliverable)


def _show_both(
    request: HttpRequest, current: Deliverable, typed: dict[str, str], *, said: str = "", status: int = 409
) -> HttpResponse:
    """The text as it is beside what was typed, so that nothing is lost."""
    title, body = typed.get("title", current.title), typed.get("body", current.body)
    if _wants_json(request):
        theirs = {"subject": current.title, "body": current.body, "version": current.version}
        message = "Somebody changed this deliverable meanwhile. Nothing was overwritten."
        mine = {"subject": title, "body": body}
        return JsonResponse({"message": message, "current": theirs, "mine": mine}, status=status)
    context = {
        "draft": current,
        "card": make_deliverable_card(current, reader=reader_of(request)),
        "mine": {"title": title, "body": body},
        "pieces": compare_long(current.body, body),
        "said": said,
    }
    return render(request, "journeys/deliverable_stale.html", context, status=status)


@require_POST
@for_writers
def confirm_fact(request: HttpRequest, deliverable_id: UUID) -> HttpResponse:
    """Vouch for a claim without a record."""
    text = request.POST.get("text", "")
    return act_on(request, deliverable_id, lambda row, **how: confirm_claim(row, text=text, **how))


@require_POST
@for_writers
def remove_fact(request: HttpRequest, deliverable_id: UUID) -> HttpResponse:
    """Cut a claim out of the text."""
    start, end = (read_number(request.POST.get(name, "")) for name in ("start", "end"))
    part = request.POST.get("part", "")
    return act_on(request, deliverable_id, lambda row, **how: remove_claim(row, part=part, start=start, end=end, **how))


@require_GET
@login_required
def versions(request: HttpRequest, deliverable_id: UUID) -> HttpResponse:
    """Every text it had; one is compared with the present text, at first the first one."""
    deliverable = find_text(request, deliverable_id)
    rows = list_versions(deliverable)
    wanted = read_number(request.GET.get("version", ""))
    chosen = next((row for row in rows if row.number == wanted), rows[-1] if rows else None)
    card = make_deliverable_card(deliverable, reader=reader_of(request))
    context = {
        "draft": deliverable,
        "rows": rows,
        "chosen": chosen,
        "title_pieces": compare_long(chosen.title, deliverable.title) if chosen else [],
        "body_pieces": compare_long(chosen.body, deliverable.body) if chosen else [],
        "may_restore": card.may_edit,
    }
    return render(request, "journeys/deliverable_versions.html", context)


@require_POST
@for_writers
def restore(request: HttpRequest, deliverable_id: UUID, version_id: UUID) -> HttpResponse:
    """Bring an earlier text back."""
    old = get_object_or_404(DeliverableVersion, pk=version_id, deliverable=find_text(request, deliverable_id))
    said = f"Text {old.number} is back. The one before it is kept."
    return act_on(request, deliverable_id, lambda row, **how: restore_text(row, old, **how), said=said)

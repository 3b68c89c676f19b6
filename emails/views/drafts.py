"""A draft's page and card: read, typed into, written again, compared, deleted."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.view_base import for_writers, reader_of
from emails.enums import PriceApproach, Tone, Writer
from emails.forms import DetailsForm, RegenerateForm, TextForm
from emails.models import Draft, DraftVersion
from emails.queries.cards import make_card
from emails.rules.comparing import compare
from emails.services.drafts import delete_draft, regenerate_at_once
from emails.services.editing import (
    NotEditable,
    StaleVersion,
    confirm_span,
    remove_span,
    restore_version,
    save_draft,
)
from emails.services.signing import sign_as_own
from emails.views.shared import EXPECTED, answer, back_url, find_draft, render_card, say_no


@require_GET
@login_required
def page(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The draft on a page of its own."""
    draft = find_draft(request, draft_id)
    context = {
        "draft": draft,
        "card": make_card(draft, reader=reader_of(request)),
        "tones": Tone.choices,
        "approaches": PriceApproach.choices,
    }
    return render(request, "emails/draft_page.html", context)


@require_GET
@login_required
def card(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The card alone, for a page that swaps it."""
    return render_card(request, find_draft(request, draft_id))


@require_GET
@login_required
def writing(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What the card asks while Claude writes: the line that says so, or the whole card once the version is in it."""
    draft = find_draft(request, draft_id)
    if draft.writer == Writer.CLAUDE and draft.version == _number(request.GET, "version") + 1:
        response = render_card(request, draft)
        response["HX-Retarget"] = f"#draft-{draft.pk}"
        return response
    return render(
        request, "emails/_writing.html", {"card": make_card(draft, reader=reader_of(request)), "draft": draft}
    )


@require_POST
@for_writers
def save(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Save what was typed: as JSON to the editor's script, else back to the page. A stale version shows both texts."""
    draft = find_draft(request, draft_id)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _refuse_save(request, draft, ValidationError(dict(form.errors.items())), status=400)
    typed = {name: form.cleaned_data[name] for name in ("subject", "body") if name in request.POST}
    try:
        saved = save_draft(
            draft, version=form.cleaned_data["version"], now=timezone.now(), by=reader_of(request), **typed
        )
    except StaleVersion as stale:
        return _show_both(request, stale.current, typed)
    except NotEditable as gone:
        return _refuse_save(request, gone.current, gone, status=409)
    except ValidationError as error:
        return _refuse_save(request, draft, error, status=400)
    if _wants_json(request):
        return JsonResponse(_saved(request, saved))
    messages.success(request, "Saved to drafts.")
    return answer(request, saved)


def _saved(request: HttpRequest, draft: Draft) -> dict[str, object]:
    card = make_card(draft, reader=reader_of(request))
    return {
        "version": draft.version,
        "subject": draft.subject,
        "body": draft.body,
        "state": card.state_label,
        "marks": card.marks,
        "facts": render_to_string("emails/_facts.html", {"card": card, "draft": draft}, request),
        "status": render_to_string("emails/_status.html", {"card": card, "draft": draft}, request),
    }


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _refuse_save(request: HttpRequest, draft: Draft, error: Exception, *, status: int) -> HttpResponse:
    if _wants_json(request):
        text = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        return JsonResponse({"message": text, "version": draft.version}, status=status)
    say_no(request, error)
    return answer(request, draft)


def _show_both(request: HttpRequest, current: Draft, typed: dict[str, str]) -> HttpResponse:
    mine = {"subject": current.subject, "body": current.body, **typed}
    if _wants_json(request):
        theirs = {"subject": current.subject, "body": current.body, "version": current.version}
        message = "Somebody changed this draft meanwhile. Nothing was overwritten."
        return JsonResponse({"message": message, "current": theirs, "mine": mine}, status=409)
    context = {
        "draft": current,
        "mine": mine,
        "pieces": compare(current.body, mine["body"]),
        "back": back_url(request, current),
    }
    return render(request, "emails/stale.html", context, status=409)


@require_POST
@for_writers
def details(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Save copy, tone, price approach, whether engagement is watched, and whether the reader signs."""
    draft = find_draft(request, draft_id)
    form = DetailsForm(request.POST)
    if form.is_valid():
        now, by = timezone.now(), reader_of(request)
        try:
            saved = save_draft(draft, version=form.cleaned_data["version"], now=now, by=by, **form.changes())
            if form.cleaned_data["in_my_name"]:
                sign_as_own(saved, version=saved.version, now=now, by=by)
            messages.success(request, "Saved.")
        except EXPECTED as error:
            say_no(request, error)
    else:
        say_no(request, ValidationError([error for errors in form.errors.values() for error in errors]))
    return answer(request, draft)


@require_http_methods(["GET", "POST"])
@for_writers
def rewrite(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask what should differ, and write the letter again; the old text is kept."""
    draft = find_draft(request, draft_id)
    form = RegenerateForm(request.POST or None, initial={"version": draft.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            fresh = regenerate_at_once(
                draft,
                instruction=data["instruction"],
                version=data["version"],
                now=timezone.now(),
                by=reader_of(request),
            )
        except EXPECTED as error:
            say_no(request, error)
        else:
            messages.success(request, _said_again(fresh))
        return redirect(back_url(request, draft))
    return render(request, "emails/rewrite.html", {"draft": draft, "form": form, "next": back_url(request, draft)})


def _said_again(draft: Draft) -> str:
    writing = getattr(draft, "writing", None)
    if writing is not None and writing.is_open:
        return "Written again. Claude's version follows by itself."
    return f"Written again. {draft.writer_note}".strip()


@require_GET
@login_required
def versions(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Every text this draft had; one is compared with the present text, at first the first one."""
    draft = find_draft(request, draft_id)
    rows = list(draft.versions.select_related("by"))
    wanted = request.GET.get("version", "")
    chosen = next((row for row in rows if row.code == wanted), rows[-1] if rows else None)
    context = {
        "draft": draft,
        "rows": rows,
        "chosen": chosen,
        "subject_pieces": compare(chosen.subject, draft.subject) if chosen else [],
        "body_pieces": compare(chosen.body, draft.body) if chosen else [],
        "may_restore": draft.is_editable and reader_of(request).is_writer,
        "back": back_url(request, draft),
    }
    return render(request, "emails/versions.html", context)


@require_POST
@for_writers
def restore(request: HttpRequest, draft_id: UUID, version_id: UUID) -> HttpResponse:
    """Bring an earlier text back."""
    draft = find_draft(request, draft_id)
    old = get_object_or_404(DraftVersion, pk=version_id, draft=draft)
    try:
        restore_version(draft, old, version=_number(request.POST, "version"), now=timezone.now(), by=reader_of(request))
        name = "Claude's version" if old.is_aside else f"Text {old.version}"
        messages.success(request, f"{name} is back. The one before it is kept.")
    except EXPECTED as error:
        say_no(request, error)
    return redirect(back_url(request, draft))


@require_POST
@for_writers
def confirm_fact(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Vouch for a claim without a record."""
    draft = find_draft(request, draft_id)
    text = request.POST.get("text", "")
    try:
        confirm_span(
            draft, text=text, version=_number(request.POST, "version"), now=timezone.now(), by=reader_of(request)
        )
    except EXPECTED as error:
        say_no(request, error)
    return answer(request, draft)


@require_POST
@for_writers
def remove_fact(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Cut a claim out of the text."""
    draft = find_draft(request, draft_id)
    try:
        remove_span(
            draft,
            part=request.POST.get("part", ""),
            start=_number(request.POST, "start"),
            end=_number(request.POST, "end"),
            version=_number(request.POST, "version"),
            now=timezone.now(),
            by=reader_of(request),
        )
    except EXPECTED as error:
        say_no(request, error)
    return answer(request, draft)


@require_http_methods(["GET", "POST"])
@for_writers
def delete(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask once, then cancel the draft; its texts stay on record."""
    draft = find_draft(request, draft_id)
    if request.method == "POST":
        try:
            delete_draft(draft, now=timezone.now(), by=reader_of(request))
        except EXPECTED as error:
            say_no(request, error)
            return redirect(back_url(request, draft))
        messages.success(request, "Deleted. Its texts stay on record.")
        return redirect(f"/customers/{draft.customer_id}")
    context = {
        "draft": draft,
        "heading": "Delete this draft?",
        "text": f"“{draft}” to {draft.to_name} will not be sent. Its texts stay on record.",
        "action": "Delete draft",
        "danger": True,
        "back": back_url(request, draft),
    }
    return render(request, "emails/question.html", context)


def _number(data: QueryDict, name: str) -> int:
    """A number of the form; -1 where it is none, which no version or place is."""
    text = data.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1

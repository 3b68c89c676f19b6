"""What came back by mail: the list with what needs somebody first, one reply with its reasons, and a person's word."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from customers.queries.paging import LeanPaginator
from customers.view_base import for_writers, own_url, reader_of
from emails.enums import ReplyClass
from emails.forms import CorrectionForm
from emails.models import Reply
from emails.providers.sendgrid_inbound import Malformed, open_file
from emails.queries.replies import VIEWS, count_views, list_replies, list_unapplied, list_view
from emails.rules.replies.marking import mark_proof
from emails.services.replies import BelongsToNobody, correct_reply, handle_reply

PAGE_SIZE = 25
MOST_FILE_BYTES = 30 * 1024 * 1024


@require_GET
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """List the replies of the accounts that the reader may see."""
    reader = reader_of(request)
    view = request.GET.get("view", "open")
    view = view if view in VIEWS else "open"
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    page = LeanPaginator(list_view(reader, view=view, text=text), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "views": count_views(reader, current=view),
        "view": view,
        "text": text,
        "unapplied": list_unapplied(reader),
    }
    return render(request, "emails/replies.html", context)


@require_GET
@login_required
def page(request: HttpRequest, reply_id: UUID) -> HttpResponse:
    return _page(request, _find(request, reply_id))


@require_POST
@for_writers
def correct(request: HttpRequest, reply_id: UUID) -> HttpResponse:
    """Take the person's word for what the reply is."""
    reply = _find(request, reply_id)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _page(request, reply, form=form, status=400)
    try:
        correct_reply(
            reply,
            classification=ReplyClass(form.cleaned_data["classification"]),
            return_date=form.cleaned_data["return_date"],
            now=timezone.now(),
            by=reader_of(request),
        )
    except BelongsToNobody as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Noted: {reply.get_classification_display().lower()}.")
    return redirect("emails:reply", reply.pk)


@require_POST
@for_writers
def handle(request: HttpRequest, reply_id: UUID) -> HttpResponse:
    """Note that the person has seen to it."""
    reply = _find(request, reply_id)
    handle_reply(reply, now=timezone.now(), by=reader_of(request))
    messages.success(request, f"Seen to: the reply of {reply.from_name or reply.from_email}.")
    return redirect(own_url(request, request.POST.get("next", "")) or "emails:replies")


@require_GET
@login_required
def file(request: HttpRequest, reply_id: UUID, place: int) -> HttpResponse:
    """A file from outside: saved, never shown as a page of ours, whatever it says it is."""
    reply = _find(request, reply_id)
    named = next((row for row in reply.files if row.get("place") == place), None)
    if named is None or reply.mail is None:
        raise Http404
    try:
        part = open_file(bytes(reply.mail.body), reply.mail.content_type, place)
    except Malformed:
        part = None
    if part is None:
        raise Http404
    response = HttpResponse(part.content()[:MOST_FILE_BYTES], content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, named["name"]) or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _find(request: HttpRequest, reply_id: UUID) -> Reply:
    reply: Reply = get_object_or_404(list_replies(reader_of(request)), pk=reply_id)
    return reply


def _page(request: HttpRequest, reply: Reply, *, form: CorrectionForm | None = None, status: int = 200) -> HttpResponse:
    can_write = reader_of(request).is_writer
    context: dict[str, Any] = {
        "reply": reply,
        "pieces": mark_proof(reply.text, reply.proof),
        "form": form or CorrectionForm(initial=_guess(reply)),
        "can_write": can_write,
        "can_answer": can_write and reply.stakeholder is not None and reply.customer is not None,
        "likely": _likely(reply),
    }
    return render(request, "emails/reply.html", context, status=status)


def _guess(reply: Reply) -> dict[str, Any]:
    """What the form proposes: of an unverified sender what the words say."""
    return {"classification": reply.likely_classification or reply.classification, "return_date": reply.return_date}


def _likely(reply: Reply) -> str:
    """What the words say, where that is not what the reply is."""
    if not reply.likely_classification or reply.likely_classification == reply.classification:
        return ""
    return ReplyClass(reply.likely_classification).label

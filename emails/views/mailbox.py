"""The capture provider's mailbox: each message as its recipient gets it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from customers.queries.paging import LeanPaginator
from customers.view_base import reader_of
from emails.models import CapturedMail
from emails.providers.choice import leaves_the_machine
from emails.queries.mailbox import list_captured, open_mail
from emails.rules.playing import DEEDS, READY_REPLIES
from emails.views.sending import file_response
from emails.views.shared import framed_mail

PAGE_SIZE = 30


@require_GET
@login_required
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the captured messages of the accounts that the reader may see."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    rows = list_captured(reader_of(request), text=text)
    page = LeanPaginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "emails/mailbox.html", {"page": page, "text": text})


@require_GET
@login_required
def message(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    captured = _find(request, mail_id)
    may_play = captured.draft is not None and reader_of(request).is_writer and not leaves_the_machine()
    context = {
        "captured": captured,
        "mail": open_mail(captured),
        "may_play": may_play,
        "deeds": DEEDS,
        "ready_replies": READY_REPLIES,
        "replies": list(captured.draft.replies.visible_to(reader_of(request))) if captured.draft else [],
    }
    return render(request, "emails/message.html", context)


@require_GET
@login_required
def message_html(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """The HTML part alone, for the frame."""
    return framed_mail(open_mail(_find(request, mail_id)).html)


@require_GET
@login_required
def message_file(request: HttpRequest, mail_id: UUID, place: int) -> HttpResponse:
    files = open_mail(_find(request, mail_id)).files
    if place >= len(files):
        raise Http404
    return file_response(files[place].content, files[place].name, files[place].content_type)


@require_GET
@login_required
def message_source(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """The raw message, as a file."""
    captured = _find(request, mail_id)
    return file_response(bytes(captured.raw), "message.eml", "message/rfc822")


def _find(request: HttpRequest, mail_id: UUID) -> CapturedMail:
    rows = CapturedMail.objects.visible_to(reader_of(request)).select_related("customer", "draft")
    found: CapturedMail = get_object_or_404(rows, pk=mail_id)
    return found

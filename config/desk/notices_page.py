"""A person's notices: the page behind the bell, where each leads, and the buttons that mark them as read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from customers.enums import NoticeKind
from customers.models import Notice
from customers.queries.notices import list_notices
from customers.queries.paging import LeanPaginator
from customers.services.notice_reading import read_all, read_notice
from customers.view_base import own_url, reader_of

PER_PAGE = 50
FURTHEST = 10**6

PAGES = {
    "draft": "emails:draft",
    "reply": "emails:reply",
    "deliverable": "journeys:deliverable",
    "upsellrun": "outreach:run",
}
"""Kind of a subject → its own page."""

PLAIN_PAGES = {"absence": "customers:settings_absences"}
"""Kind of a subject → the list on which it stands."""

ACCOUNT_PAGES = {
    "enrollment": "outreach:sequences",
    "journey": "journeys:timeline",
}
"""Kind of a subject → the account's page on which it stands; the account itself for all others."""

ICONS = {
    NoticeKind.REPLY: "chat-bubble-left-right",
    NoticeKind.APPROVAL: "envelope",
    NoticeKind.SENDING: "no-symbol",
    NoticeKind.REVIEW: "document-check",
    NoticeKind.UPSELL: "arrow-trending-up",
    NoticeKind.ENROLLMENT: "queue-list",
    NoticeKind.AUTOMATION: "exclamation-triangle",
    NoticeKind.DESK: "arrows-right-left",
    NoticeKind.ESCALATION: "megaphone",
}


@dataclass(frozen=True)
class Shown:
    """One notice as the page shows it."""

    notice: Notice
    url: str
    icon: str


def show_notice(notice: Notice) -> Shown:
    return Shown(notice, url_of(notice), ICONS[NoticeKind(notice.kind)])


def url_of(notice: Notice) -> str:
    """This will say where a notice leads; the page there asks again whether the reader may see it."""
    if notice.subject_id and notice.subject_kind in PAGES:
        return reverse(PAGES[notice.subject_kind], args=[notice.subject_id])
    if notice.subject_kind in PLAIN_PAGES:
        return reverse(PLAIN_PAGES[notice.subject_kind])
    return reverse(ACCOUNT_PAGES.get(notice.subject_kind, "customers:account"), args=[notice.customer_id])


@login_required
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What the reader is told, the newest first. Looking marks nothing."""
    reader = reader_of(request)
    asked = request.GET.get("show", "")
    rows = list_notices(reader)
    found: Page[Notice] = LeanPaginator(rows.filter(read_at=None) if asked == "unread" else rows, PER_PAGE).get_page(
        _number(request.GET.get("page", ""))
    )
    context = {
        "page": found,
        "shown": [show_notice(notice) for notice in found],
        "is_unread_only": asked == "unread",
        "has_unread": any(not notice.is_read for notice in found),
        "here": request.get_full_path(),
    }
    return render(request, "config/notices.html", context)


@login_required
@require_POST
def read_one(request: HttpRequest, notice_id: uuid.UUID) -> HttpResponse:
    """Mark one as read."""
    reader = reader_of(request)
    if not list_notices(reader).filter(pk=notice_id).exists():
        raise Http404
    read_notice(notice_id, by=reader, now=timezone.now())
    return redirect(_back(request))


@login_required
@require_POST
def read_every(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    count = read_all(by=reader_of(request), now=timezone.now())
    messages.success(request, f"{count} marked as read." if count else "Everything was read before.")
    return redirect("notices")


def _back(request: HttpRequest) -> str:
    wanted = own_url(request, request.POST.get("next", ""))
    return wanted if wanted.startswith(reverse("notices")) else reverse("notices")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and int(text[:9]) <= FURTHEST and len(text) < 9 else 1


notice_patterns = [
    path("notices", notices, name="notices"),
    path("notices/read-all", read_every, name="notices_read_all"),
    path("notices/<uuid:notice_id>/read", read_one, name="notice_read"),
]

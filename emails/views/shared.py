"""What the pages of a draft share: finding it, going back, and answering with the card or the page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from customers.view_base import own_url, reader_of
from emails.models import Draft
from emails.queries.cards import make_card
from emails.services.editing import NotEditable, StaleVersion
from emails.services.sending import BadMoment, NotAllowed, Refused

EXPECTED = (ValidationError, StaleVersion, NotEditable, NotAllowed, Refused, BadMoment)
"""What a service may say no with; said to the person, never a page of errors."""


MAIL_POLICY = (
    "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "form-action 'none'; base-uri 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""A mail's HTML stands in a frame of its own: nothing in it runs, loads, posts or navigates."""


def framed_mail(html: str) -> HttpResponse:
    """Answer with a mail's HTML under its own policy, which the site's one does not replace."""
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"})


def find_draft(request: HttpRequest, draft_id: UUID) -> Draft:
    """Give the draft if the reader may see it; not theirs is 404."""
    draft: Draft = get_object_or_404(Draft.objects.with_people().visible_to(reader_of(request)), pk=draft_id)
    return draft


def back_url(request: HttpRequest, draft: Draft) -> str:
    """Where the person came from: the page that holds the card, else the draft's own page."""
    own = reverse("emails:draft", args=[draft.pk])
    given = request.POST.get("next") or request.GET.get("next") or request.headers.get("Referer", "")
    back = own_url(request, given)
    is_step = f"/drafts/{draft.pk}/" in back
    if not back or is_step:
        return own
    return back.split("#")[0] + f"#draft-{draft.pk}"


def answer(request: HttpRequest, draft: Draft, *, status: int = 200) -> HttpResponse:
    """Give the card alone to a script that swaps it in place, else lead back to the page."""
    if request.headers.get("HX-Request"):
        return render_card(request, draft, status=status)
    return redirect(back_url(request, draft))


def render_card(request: HttpRequest, draft: Draft, *, status: int = 200) -> HttpResponse:
    fresh: Draft = Draft.objects.with_people().get(pk=draft.pk)
    context = {"card": make_card(fresh, reader=reader_of(request)), "draft": fresh, "shows_messages": True}
    return render(request, "emails/_draft_card.html", context, status=status)


def say_no(request: HttpRequest, error: Exception) -> None:
    """Put a service's refusal into words on the page."""
    text = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    messages.error(request, text)

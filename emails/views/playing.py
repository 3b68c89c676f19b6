"""In the capture mailbox a person takes the recipient's place: opens, clicks, bounces, replies.

What they do comes in through the webhooks themselves, signature and all, so that the whole way can be seen without an
account anywhere. Only mail that was captured can be played with, and only while nothing leaves the machine.
"""

from __future__ import annotations

import secrets
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from customers.view_base import for_writers, reader_of
from emails import webhooks
from emails.models import CapturedMail
from emails.providers.choice import leaves_the_machine
from emails.providers.playing import Call, Played, write_events, write_reply
from emails.rules.playing import find_deed, find_reply
from emails.services import events, inbound

OK = 200


@require_POST
@for_writers
def deed(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Let the provider tell that the recipient opened, clicked, bounced or complained."""
    captured = _find(request, mail_id)
    wanted, played = find_deed(request.POST.get("deed", "")), _played(captured)
    if wanted is None or played is None:
        messages.error(request, "This mail cannot be played with.")
        return _back(captured)
    now = timezone.now()
    call = write_events(played, wanted, now=now)
    answer = webhooks.take_events(_call(call, "emails:sendgrid_events"), key=call.public_key)
    events.apply_due(now=timezone.now())
    _say(request, answer, wanted.label)
    return _back(captured)


@require_POST
@for_writers
def reply(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Let a reply come in, ready-made or in the person's own words."""
    captured = _find(request, mail_id)
    ready, played = find_reply(request.POST.get("ready", "")), _played(captured)
    words = ready.text if ready else request.POST.get("words", "").replace("\0", "").strip()
    if played is None or not words:
        messages.error(request, "Write what the recipient answers." if played else "This mail cannot be played with.")
        return _back(captured)
    is_forged = request.POST.get("forged") == "on"
    call = write_reply(played, words=words, ready=ready, is_forged=is_forged, now=timezone.now())
    secret = secrets.token_urlsafe(24)
    answer = webhooks.take_mail(_call(call, "emails:sendgrid_inbound", secret), secret, wanted=secret)
    inbound.apply_due(now=timezone.now())
    _say(request, answer, "The reply")
    return _back(captured)


def _find(request: HttpRequest, mail_id: UUID) -> CapturedMail:
    rows = CapturedMail.objects.visible_to(reader_of(request)).select_related("draft")
    found: CapturedMail = get_object_or_404(rows, pk=mail_id)
    return found


def _played(captured: CapturedMail) -> Played | None:
    if captured.draft is None or leaves_the_machine():
        return None
    return Played(captured.draft.pk, captured.draft.to_email, bytes(captured.raw), captured.captured_at)


def _call(call: Call, name: str, *parts: str) -> HttpRequest:
    """The call as the web server would hand it over."""
    headers = {webhooks.SIGNATURE: call.signature, webhooks.TIMESTAMP: call.timestamp} if call.signature else {}
    return RequestFactory().post(reverse(name, args=parts), call.body, content_type=call.content_type, headers=headers)


def _say(request: HttpRequest, answer: HttpResponse, what: str) -> None:
    if answer.status_code == OK:
        messages.success(request, f"{what}: it came in through the webhook.")
    else:
        messages.error(request, f"The webhook refused it ({answer.status_code}).")


def _back(captured: CapturedMail) -> HttpResponse:
    return redirect("emails:mailbox_message", captured.pk)

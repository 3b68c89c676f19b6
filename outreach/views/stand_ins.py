"""What would have gone to Slack, Zoom and Salesforce, and Slack's buttons to press.

A click comes in through the webhook itself, signature and all; only while Slack is not connected.
"""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from customers.models import StandInCall
from customers.queries.paging import LeanPaginator
from customers.view_base import for_ops, reader_of, settings_tabs
from outreach import webhooks
from outreach.clients.choice import why_slack_off, why_zoom_off
from outreach.clients.slack_playing import NOBODY, press_button
from outreach.models import SlackClick
from outreach.queries.stand_ins import SLACK, draw_calls, find_button, list_stand_in_calls
from outreach.services import slack_clicks, slack_questions

PAGE_SIZE = 20
OK = 200


@require_GET
@for_ops
def listing(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    page = LeanPaginator(list_stand_in_calls(reader), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "tabs": settings_tabs(request, "outreach:expansion_settings"),
        "page": page,
        "rows": draw_calls(page.object_list),
        "notes": [note for note in (why_slack_off(), why_zoom_off()) if note],
        "may_press": bool(why_slack_off()),
        "slack_id": reader.slack_id,
    }
    return render(request, "outreach/stand_ins.html", context)


@require_POST
@for_ops
def click(request: HttpRequest, call_id: uuid.UUID) -> HttpResponse:
    """Press a button of a message that the stand-in keeps, as oneself or as somebody whom nobody knows."""
    reader, now = reader_of(request), timezone.now()
    call = get_object_or_404(StandInCall.objects.visible_to(reader), pk=call_id, vendor=SLACK)
    button = find_button(call, action=request.POST.get("action", ""), value=request.POST.get("value", ""))
    if button is None or not why_slack_off():
        messages.error(request, "This button cannot be pressed here.")
        return redirect("outreach:stand_ins")
    who = NOBODY if request.POST.get("stranger") == "on" else reader.slack_id or NOBODY
    signed = press_button(
        action=button.action,
        value=button.value,
        slack_user=who,
        channel=str(call.answer.get("channel", "")),
        ts=call.number,
        now=now,
    )
    came = RequestFactory().post(
        reverse("outreach:slack_interactions"),
        signed.body,
        content_type="application/x-www-form-urlencoded",
        headers=signed.headers,
    )
    answer = webhooks.take_interaction(came, secret=signed.secret)
    after = timezone.now()  # The webhook stored the click at its own time, which is later than this view's.
    slack_clicks.sweep(after)
    slack_questions.sweep(after)
    _say(request, answer, button.label)
    return redirect("outreach:stand_ins")


def _say(request: HttpRequest, answer: HttpResponse, label: str) -> None:
    if answer.status_code != OK:
        messages.error(request, f"The webhook refused it ({answer.status_code}).")
        return
    applied = SlackClick.objects.order_by("-received_at", "-created_at").first()
    told = f" {applied.answer}" if applied and applied.answer else ""
    messages.success(request, f"{label}: the click came in through the webhook.{told}")

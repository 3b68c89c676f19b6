"""The settings of expansion: ops change them, others read them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from customers.models import User
from customers.services.workspace import StaleSettings
from customers.view_base import for_ops, put_errors, reader_of, settings_tabs
from outreach.clients.choice import why_slack_off
from outreach.forms import ExpansionSettingsForm
from outreach.models import OutreachSettings, SlackQuestion
from outreach.queries.slack import list_problems
from outreach.queries.upsell_settings import get_outreach_settings
from outreach.rules.words import STALE
from outreach.services import slack_questions
from outreach.services.upsell_settings import change_outreach_settings

PAGE = "outreach:expansion_settings"


@login_required
def page(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if request.method == "POST" and not reader.is_ops:
        raise PermissionDenied
    form = ExpansionSettingsForm(request.POST or None, instance=get_outreach_settings())
    if request.method == "POST" and form.is_valid() and _save(form, by=reader):
        messages.success(request, "Saved.")
        return redirect(PAGE)
    context = {
        "tabs": settings_tabs(request, PAGE),
        "form": form,
        "facts": _in_words(get_outreach_settings()),
        "slack_off": why_slack_off(),
        "problems": list_problems(reader) if reader.is_ops else [],
        "hears_clicks": bool(settings.SLACK_SIGNING_SECRET.strip()),
    }
    return render(request, "outreach/settings_expansion.html", context)


@require_POST
@for_ops
def post_again(request: HttpRequest, question_id: uuid.UUID) -> HttpResponse:
    """Post a question at Slack that was refused, or of which nobody knows."""
    found = get_object_or_404(SlackQuestion.objects.visible_to(reader_of(request)), pk=question_id)
    if not slack_questions.post_again(found.pk, now=timezone.now(), by=reader_of(request)):
        raise Http404("There is nothing to post again.")
    messages.success(request, "It is posted again in a moment.")
    return redirect(PAGE)


def _save(form: ExpansionSettingsForm, *, by: User) -> bool:
    data = form.cleaned_data
    try:
        change_outreach_settings(
            form.changes(), version=data["version"], is_sure=data["is_sure"], now=timezone.now(), by=by
        )
    except StaleSettings:
        form.add_error(None, STALE)
    except ValidationError as error:
        put_errors(form, error)
    else:
        return True
    return False


def _in_words(row: OutreachSettings) -> list[tuple[str, str]]:
    """This will give the settings as people read them, for who may not change them."""
    return [
        ("A run goes as far as", row.get_upsell_ceiling_display()),
        ("A run starts when", f"{row.get_matching_display()} holds"),
        ("High value", f"above {row.high_value.normalize():,f}"),
        ("Watched metrics", ", ".join(row.metrics)),
        ("Cool-down", f"{row.cool_down_days} days per account and metric"),
        ("Asks at Slack", "yes" if row.slack_approvals else "no"),
        ("Wait for a reply", f"{row.reply_timeout_hours} hours"),
    ]

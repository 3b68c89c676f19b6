"""Another way to reach somebody: all three with their wording; the mails among them are written by a click."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from customers.models import Todo
from customers.view_base import for_writers, reader_of
from outreach.enums import Channel
from outreach.services.channels import CHANNEL_TODO, ChannelClosed, write_by


@login_required
@require_GET
def page(request: HttpRequest, todo_id: uuid.UUID) -> HttpResponse:
    todo = _todo(request, todo_id)
    context = {
        "todo": todo,
        "customer": todo.customer,
        "options": todo.metadata.get("options", []),
        "drafts": todo.metadata.get("drafts", {}),
        "call": Channel.CALL.value,
        "can_write": reader_of(request).is_writer,
    }
    return render(request, "outreach/channels.html", context)


@for_writers
@require_POST
def write(request: HttpRequest, todo_id: uuid.UUID) -> HttpResponse:
    """Write the mail of this way as a draft, and open it."""
    todo = _todo(request, todo_id)
    channel = request.POST.get("channel", "")
    if channel not in Channel.values:
        raise Http404("There is no such way.")
    try:
        draft = write_by(todo, Channel(channel), now=timezone.now(), by=reader_of(request))
    except ChannelClosed as error:
        messages.error(request, str(error))
        return redirect("outreach:channels", todo.pk)
    return redirect("emails:draft", draft.pk)


def _todo(request: HttpRequest, todo_id: uuid.UUID) -> Todo:
    rows = Todo.objects.visible_to(reader_of(request)).select_related("customer", "owner")
    todo: Todo = get_object_or_404(rows, pk=todo_id, kind=CHANNEL_TODO)
    return todo

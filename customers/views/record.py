"""The record, for ops: how far it is sealed, when it was last verified, and have it verified."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from customers.queries.record import get_record_state
from customers.services.record_checks import ask_for_check
from customers.tasks import seal_record
from customers.view_base import for_ops, reader_of
from customers.views.settings import show

TAB = "customers:settings_record"


@require_GET
@for_ops
def show_record(request: HttpRequest) -> HttpResponse:
    return show(request, "customers/settings_record.html", {"record": get_record_state(reader_of(request))}, tab=TAB)


@require_POST
@for_ops
def verify(request: HttpRequest) -> HttpResponse:
    """Have it verified in the background; a long record takes minutes."""
    if ask_for_check(now=timezone.now(), by=reader_of(request)) is None:
        messages.info(request, "It is being verified already.")
    else:
        seal_record.delay()
        messages.success(request, "It is verified now; open this page again for the result.")
    return redirect(TAB)

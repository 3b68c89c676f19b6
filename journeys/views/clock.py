"""Why everything stands still, what waits meanwhile, and how ops have it go on."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from customers.queries.standstill import find_standstill
from customers.view_base import reader_of
from journeys.queries.standstill import read_waiting
from journeys.services.restoring import confirm_clock


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    """Everybody may read why; ops choose whether what fell due meanwhile runs or is left out."""
    reader, now = reader_of(request), timezone.now()
    if request.method == "POST":
        if not reader.is_ops:
            raise PermissionDenied
        moved = confirm_clock(leaves_out=request.POST.get("due") == "leave-out", now=now, by=reader)
        messages.success(request, "The clock goes on." if moved else "It goes on already.")
        return redirect("journeys:clock")
    standstill = find_standstill()
    waiting = read_waiting(standstill, now=now) if standstill else None
    context = {"standstill": standstill, "waiting": waiting, "may_confirm": reader.is_ops}
    return render(request, "journeys/clock.html", context)

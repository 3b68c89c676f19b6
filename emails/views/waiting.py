"""Everything that waits to leave, and why."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from customers.view_base import reader_of
from emails.queries.waiting import REASONS, WaitingRow, count_by_reason, list_owners, list_waiting

PAGE_SIZE = 30


@require_GET
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """List the letters of the reader's accounts, filtered by reason and owner. A lead sees the team's."""
    reader = reader_of(request)
    reason, owner = request.GET.get("reason", ""), request.GET.get("owner", "").replace("\0", "")
    letters = Paginator(list_waiting(reader, reason=reason, owner=owner), PAGE_SIZE).get_page(request.GET.get("page"))
    counts = count_by_reason(reader)
    context = {
        "page": letters,
        "rows": [WaitingRow(draft) for draft in letters],
        "reasons": [(code, REASONS[code], count) for code, count in counts.items()],
        "total": sum(counts.values()),
        "owners": list_owners(reader),
        "reason": reason,
        "owner": owner,
        "can_write": reader.is_writer,
    }
    return render(request, "emails/waiting.html", context)

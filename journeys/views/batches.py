"""What was done to many clients together, and taking it back for all of them."""

from __future__ import annotations

import uuid
from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from customers.view_base import for_writers, reader_of
from journeys.queries.batches import list_batches
from journeys.services.batches import AT_ONCE, MOST_NAMED, preview_undo_batch, undo_batch
from journeys.views.tabs import list_tabs

SHOWN_AT_ONCE = 100
"""Clients of a batch whose preview is shown without being asked for."""


@login_required
@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    context = {"batches": list_batches(reader_of(request)), "tabs": list_tabs("journeys:batches")}
    return render(request, "journeys/batches.html", context)


@for_writers
def undo(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Show for whom it can be taken back and for whom not, and do it; again, while some are left.

    A large batch is looked through when one asks for it, as it takes a while.
    """
    reader, now = reader_of(request), timezone.now()
    found = list_batches(reader, batch=batch_id)
    if not found:
        raise Http404
    if request.method == "POST":
        done = undo_batch(batch_id, now=now, by=reader)
        messages.success(request, f"Taken back for {done.done} client{'' if done.done == 1 else 's'}.")
        if done.left:
            messages.info(request, f"{done.left} more can be taken back.")
        return redirect("journeys:undo_batch", batch_id)
    if found[0].standing > SHOWN_AT_ONCE and "preview" not in request.GET:
        return render(request, "journeys/undo_batch.html", {"batch": found[0], "asks_first": True})
    preview = preview_undo_batch(batch_id, now=now, by=reader)
    reasons = Counter(reason for _, reason in preview.refused).most_common()
    context = {
        "batch": found[0],
        "preview": preview,
        "reasons": reasons,
        "refused": preview.refused[:MOST_NAMED],
        "unnamed": max(0, len(preview.refused) - MOST_NAMED),
        "next": min(preview.done, AT_ONCE),
    }
    return render(request, "journeys/undo_batch.html", context)

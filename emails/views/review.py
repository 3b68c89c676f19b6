"""Letters of which nobody can say whether they left, and the person's word that settles each."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from customers.view_base import for_writers, reader_of
from emails.models import Draft
from emails.queries.review import list_doubtful, list_set_aside
from emails.services.review import Settled, TooEarly, send_again, settle_as_sent
from emails.services.sending import NotAllowed
from emails.views.shared import find_draft


@require_GET
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """List what is in doubt among the reader's accounts, and for ops what a provider told that nobody understood."""
    return _page(request)


@require_POST
@for_writers
def settle(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Take the person's word for it, with the reason."""
    draft = find_draft(request, draft_id)
    verdict, reason = request.POST.get("verdict", ""), request.POST.get("reason", "")
    try:
        message = _settle(draft, verdict, reason, request)
    except ValidationError as error:
        errors = error.message_dict if hasattr(error, "error_dict") else {"reason": error.messages}
        return _page(request, failed=draft, reason=reason, errors=errors, status=400)
    except (NotAllowed, Settled, TooEarly) as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, message)
    return redirect("emails:review")


def _settle(draft: Draft, verdict: str, reason: str, request: HttpRequest) -> str:
    now, by = timezone.now(), reader_of(request)
    if verdict == "sent":
        settle_as_sent(draft, reason=reason, now=now, by=by)
        return f"Settled: it was sent to {draft.to_name}."
    if verdict == "again":
        send_again(draft, reason=reason, now=now, by=by)
        return f"Settled: it is sent to {draft.to_name} again."
    raise ValidationError({"reason": "Say whether it was sent."})


def _page(
    request: HttpRequest,
    *,
    failed: Draft | None = None,
    reason: str = "",
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    reader = reader_of(request)
    context = {
        "drafts": list_doubtful(reader),
        "set_aside": list_set_aside(reader),
        "may_settle": reader.is_writer,
        "failed_id": failed.pk if failed else None,
        "reason": reason,
        "errors": [text for texts in (errors or {}).values() for text in texts],
    }
    return render(request, "emails/review.html", context, status=status)

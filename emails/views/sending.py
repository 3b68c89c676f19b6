"""Preview, the question before sending, scheduling, undoing, and files."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.queries.sending import sending_rules
from customers.queries.workspace import get_settings
from customers.rules.workdays import NoOpenDay
from customers.view_base import for_writers, reader_of
from emails.forms import ScheduleForm, UploadForm
from emails.models import Attachment, Draft
from emails.queries.cards import make_card
from emails.queries.checks import read_gate_facts
from emails.queries.footers import render_draft
from emails.queries.leaving import in_their_day, why_too_late
from emails.queries.waiting import WaitingRow
from emails.rules.gate import ask_gate
from emails.services import outbox
from emails.services.editing import reload
from emails.services.files import attach_file, remove_file
from emails.services.sending import schedule, send, undo
from emails.views.shared import EXPECTED, answer, back_url, find_draft, framed_mail, say_no


@require_GET
@login_required
def preview(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What the recipient will see: headers, HTML in a sandboxed frame, plain text, files."""
    draft = find_draft(request, draft_id)
    context = {
        "draft": draft,
        "card": make_card(draft, reader=reader_of(request)),
        "text": render_draft(draft).text,
        "back": back_url(request, draft),
    }
    return render(request, "emails/preview.html", context)


@require_GET
@login_required
def preview_html(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The HTML part alone, for the frame."""
    draft = find_draft(request, draft_id)
    return framed_mail(render_draft(draft).html)


@require_http_methods(["GET", "POST"])
@for_writers
def confirm_send(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask once, naming recipient, sender, files and price; then approve and queue."""
    draft = find_draft(request, draft_id)
    if request.method == "POST":
        return _send(request, draft)
    card = make_card(draft, reader=reader_of(request))
    now = timezone.now()
    receipt = ask_gate(read_gate_facts(draft, now=now, approving=True))
    wait = receipt.wait
    context = {
        "draft": draft,
        "card": card,
        "refusal": receipt.stop if card.is_ready else None,
        "wait": wait,
        "leaves": in_their_day(wait.next_try_at, draft.customer.timezone, now=now) if wait and wait.next_try_at else "",
        "shown_price": card.judgement.shown_price,
        "undo_seconds": get_settings().undo_seconds,
        "next": back_url(request, draft),
    }
    return render(request, "emails/send.html", context)


def _send(request: HttpRequest, draft: Draft) -> HttpResponse:
    undo_seconds = get_settings().undo_seconds
    now = timezone.now()
    try:
        send(draft, version=_version(request), now=now, by=reader_of(request), undo_seconds=undo_seconds)
    except EXPECTED as error:
        say_no(request, error)
        return redirect(back_url(request, draft))
    queued = reload(draft)
    if queued.is_kept_back:
        _say_wait(request, queued, now=now)
    elif undo_seconds:
        messages.success(request, f"Leaves in {undo_seconds} seconds. Until then you can take it back.")
    else:
        outbox.deliver(draft.pk, now=now)
        _say_outcome(request, reload(draft))
    return redirect(back_url(request, draft))


@require_POST
@for_writers
def deliver(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The card's own doorbell once the delay is over: hands over if it is its turn. The clock does the same."""
    draft = find_draft(request, draft_id)
    outbox.deliver(draft.pk, now=timezone.now())
    current = reload(draft)
    if not request.headers.get("HX-Request"):
        _say_outcome(request, current)
    return answer(request, current)


def _say_wait(request: HttpRequest, draft: Draft, *, now: datetime) -> None:
    leaves = in_their_day(draft.not_before, draft.customer.timezone, now=now) if draft.not_before else "later"
    messages.info(
        request, f"Approved, not sent yet. {draft.outcome} Next try {leaves}; you can take it back until then."
    )


def _say_outcome(request: HttpRequest, draft: Draft) -> None:
    if draft.is_kept_back:
        _say_wait(request, draft, now=timezone.now())
    elif draft.is_sent:
        messages.success(request, f"Email sent to {draft.to_name}.")
    elif draft.is_on_its_way:
        messages.info(request, f"On its way to {draft.to_name}.")
    else:
        messages.warning(request, f"Not sent: {draft.outcome or draft.get_state_display()}")


@require_POST
@for_writers
def take_back(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Undo: queued or scheduled becomes a draft again."""
    draft, now = find_draft(request, draft_id), timezone.now()
    if undo(draft, now=now, by=reader_of(request)):
        messages.success(request, "Taken back. It is a draft again.")
    else:
        messages.warning(request, why_too_late(reload(draft), now=now))
    return answer(request, draft)


@require_http_methods(["GET", "POST"])
@for_writers
def plan_send(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Choose a moment in the customer's zone, and approve for it."""
    draft = find_draft(request, draft_id)
    now = timezone.now()
    form = ScheduleForm(request.POST or None, zone_name=draft.customer.timezone)
    if request.method == "GET":
        opening = _next_working_morning(draft, now=now)
        form.initial = {"at": opening.astimezone(form.zone).replace(tzinfo=None), "version": draft.version}
    elif form.is_valid():
        data = form.cleaned_data
        try:
            schedule(draft, at=data["at"], version=data["version"], now=now, by=reader_of(request))
        except EXPECTED as error:
            form.add_error("at", error if isinstance(error, ValidationError) else str(error))
        else:
            local = data["at"].strftime("%d %b %Y, %H:%M")
            messages.success(request, f"Scheduled for {local} ({draft.customer.timezone}).{_say_later(draft, now=now)}")
            return redirect(back_url(request, draft))
    context = {"draft": draft, "form": form, "next": back_url(request, draft)}
    return render(request, "emails/schedule.html", context, status=200)


def _say_later(draft: Draft, *, now: datetime) -> str:
    """Say what keeps a scheduled letter beyond its moment; "" where nothing does."""
    row = WaitingRow(reload(draft))
    if row.next_try_at is None or row.next_try_at == row.draft.scheduled_send_date:
        return ""
    return f" It will leave {in_their_day(row.next_try_at, draft.customer.timezone, now=now)}: {row.reason}"


def _next_working_morning(draft: Draft, *, now: datetime) -> datetime:
    """When mail to the customer leaves again after today."""
    window = sending_rules(draft.customer, get_settings(), around=now).window
    try:
        return window.next_opening(now, not_before=window.local_date(now) + timedelta(days=1))
    except NoOpenDay:
        return now + timedelta(days=1)


@require_POST
@for_writers
def attach(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Put a file to the draft."""
    draft = find_draft(request, draft_id)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        say_no(request, ValidationError([error for errors in form.errors.values() for error in errors]))
        return answer(request, draft)
    file = form.cleaned_data["file"]
    try:
        attach_file(
            draft,
            name=file.name,
            content=file.read(),
            content_type=file.content_type or "",
            version=form.cleaned_data["version"],
            now=timezone.now(),
            by=reader_of(request),
        )
        messages.success(request, f"{file.name} is attached.")
    except EXPECTED as error:
        say_no(request, error)
    return answer(request, draft)


@require_POST
@for_writers
def detach(request: HttpRequest, draft_id: UUID, file_id: UUID) -> HttpResponse:
    """Take a file off the draft."""
    draft = find_draft(request, draft_id)
    attachment = get_object_or_404(Attachment, pk=file_id, draft=draft)
    try:
        remove_file(draft, attachment, version=_version(request), now=timezone.now(), by=reader_of(request))
        messages.success(request, f"{attachment.name} is removed.")
    except EXPECTED as error:
        say_no(request, error)
    return answer(request, draft)


@require_GET
@login_required
def download(request: HttpRequest, draft_id: UUID, file_id: UUID) -> HttpResponse:
    """Give a file; a PDF opens in the browser, all else is saved."""
    attachment = get_object_or_404(Attachment, pk=file_id, draft=find_draft(request, draft_id))
    return file_response(bytes(attachment.content), attachment.name, attachment.content_type)


def file_response(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file from outside is never shown as a page of ours."""
    is_pdf = content_type == "application/pdf"
    response = HttpResponse(content, content_type=content_type if is_pdf else "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(not is_pdf, name) or "attachment"
    return response


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1

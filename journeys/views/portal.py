"""A client's pages behind a signed link: no account, no cookie. GET shows and leaves no trace, POST acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from customers.queries.calendars import zone
from customers.services.rates import count_in_window
from customers.view_base import put_errors
from emails.queries.preferences import read_preferences_of, tidy_addresses
from emails.rules.blocks import parse_document
from emails.rules.preferences import read_choice
from emails.services.preferences import choose_topics_of
from journeys.forms.portal import DetailsForm, FeedbackForm, details_of
from journeys.models import Feedback
from journeys.queries.certificates import read_certificate
from journeys.queries.portal import NoLink, Visit, find_delivered, find_link, find_month, read_progress, read_visit
from journeys.queries.portal_messages import list_messages
from journeys.rules.portal import GUESSES_A_MINUTE, VISITS_A_MINUTE
from journeys.services.feedback import keep_feedback
from journeys.services.portal_messages import read_message, read_messages
from journeys.services.portal_visits import change_details, note_use, open_deliverable
from journeys.writing.certificate import make_certificate
from journeys.writing.deliverable_pdf import make_deliverable_pdf

HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "Cache-Control": "private, no-store"}
LIMIT = 64 * 1024
MINUTE_S = 60

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, Visit, datetime, P], HttpResponse]


def by_link(*methods: str) -> Callable[[Page[P]], Callable[..., HttpResponse]]:
    """Let in whoever has a live link, in the zone of its journey; everybody else learns nothing.

    Without Django's CSRF token: there is no cookie that a stranger's page could ride on, the address is the secret.
    """

    def wrap(page: Page[P]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods(["HEAD", *methods])
        @wraps(page)
        def guarded(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            now = timezone.now()
            try:
                link = find_link(token, now=now)
            except NoLink as refusal:
                if _is_too_often(f"portal-guess:{request.META.get('REMOTE_ADDR')}", GUESSES_A_MINUTE, now):
                    return _slow_down(now)
                return _show("journeys/portal/unknown.html", {}, status=410 if refusal.is_ended else 404)
            if _is_too_often(f"portal:{link.pk}", VISITS_A_MINUTE, now):
                return _slow_down(now)
            if not _is_readable(request):
                return _show("journeys/portal/unknown.html", {}, status=413)
            with timezone.override(zone(link.journey.zone)):
                return page(request, read_visit(link), now, *args, **kwargs)

        return guarded

    return wrap


@by_link("GET", "POST")
def home(request: HttpRequest, visit: Visit, now: datetime) -> HttpResponse:
    """How far they are, what is there and what comes when; at the end two questions, answered by POST."""
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        keep_feedback(visit.link, **form.cleaned_data, now=now)
        return _lead(visit, "journeys:portal")
    progress = read_progress(visit.link, now=now)
    context = {"visit": visit, "progress": progress}
    if progress.is_completed:
        has_answered = Feedback.objects.filter(journey=visit.link.journey_id).exists()
        context |= {"form": form, "has_answered": has_answered and not form.errors}
    return _show("journeys/portal/home.html", context)


@by_link("GET", "POST")
def month(request: HttpRequest, visit: Visit, now: datetime, number: int) -> HttpResponse:
    """The landing page of a month, with the button that opens it; once it is open, its text."""
    if request.method == "POST":
        open_deliverable(visit.link, number, now=now)
        return _lead(visit, "journeys:portal_month", number)
    step = find_month(visit.link, number)
    if step is None:
        return _show("journeys/portal/nothing.html", {"visit": visit}, status=404)
    deliverable = find_delivered(visit.link, number)
    if deliverable is None:
        months = read_progress(visit.link, now=now).months
        found = next((one for one in months if one.number == number), None)
        return _show("journeys/portal/nothing.html", {"visit": visit, "month": found}, status=404)
    context = {"visit": visit, "number": number, "deliverable": deliverable, "step": step.step}
    if deliverable.opened_at is None:
        return _show("journeys/portal/landing.html", context)
    return _show("journeys/portal/month.html", context | {"blocks": parse_document(deliverable.body)})


@by_link("GET")
def month_pdf(request: HttpRequest, visit: Visit, now: datetime, number: int) -> HttpResponse:
    """The deliverable as a PDF, once it is open; before, the way leads over the landing page."""
    deliverable = find_delivered(visit.link, number)
    if deliverable is None or deliverable.opened_at is None:
        return _lead(visit, "journeys:portal_month", number)
    made = make_deliverable_pdf(
        title=deliverable.title,
        heading=f"{visit.phase} {number}",
        customer=visit.link.customer.name,
        company=visit.company,
        body=deliverable.body,
    )
    return _file(made, f"month-{number}.pdf")


@by_link("GET")
def certificate(request: HttpRequest, visit: Visit, now: datetime) -> HttpResponse:
    """The certificate of completion as a PDF; there is none before the last month."""
    found = read_certificate(visit.link)
    if found is None:
        return _show("journeys/portal/nothing.html", {"visit": visit, "is_certificate": True}, status=404)
    return _file(make_certificate(found), "certificate.pdf")


@by_link("GET", "POST")
def mail(request: HttpRequest, visit: Visit, now: datetime) -> HttpResponse:
    """What mail they get; the same choices as behind the link at the foot of every letter."""
    person = visit.link.stakeholder
    addresses = tidy_addresses([person.email])
    is_saved = request.method == "POST" and request.POST.get("action", "") != ""
    if is_saved and addresses:
        wanted = read_choice(request.POST["action"], request.POST.getlist("topic"))
        choose_topics_of(addresses, wanted, customer_id=visit.link.customer_id, now=now)
        note_use(visit.link, now=now)
    choices = read_preferences_of(addresses, shown=person.email)
    return _show("journeys/portal/mail.html", {"visit": visit, "page": choices, "is_saved": is_saved})


@by_link("GET", "POST")
def messages(request: HttpRequest, visit: Visit, now: datetime) -> HttpResponse:
    """What they were told; POST marks one message as read, or all."""
    if request.method == "POST":
        wanted = request.POST.get("message")
        if wanted is None:
            read_messages(visit.link, now=now)
        elif (message_id := _uuid(wanted)) is not None:
            read_message(visit.link, message_id, now=now)
        return _lead(visit, "journeys:portal_messages")
    return _show("journeys/portal/messages.html", {"visit": visit, "messages": list_messages(visit.link)})


@by_link("GET", "POST")
def details(request: HttpRequest, visit: Visit, now: datetime) -> HttpResponse:
    """What we know of them that is theirs to say."""
    person = visit.link.stakeholder
    form = DetailsForm(request.POST if request.method == "POST" else None, initial=details_of(person))
    is_saved = False
    if request.method == "POST" and form.is_valid():
        try:
            person = change_details(visit.link, form.cleaned_data, now=now)
        except ValidationError as error:
            put_errors(form, error)
        else:
            form, is_saved = DetailsForm(initial=details_of(person)), True
    context = {"visit": visit, "form": form, "person": person, "is_saved": is_saved}
    return _show("journeys/portal/details.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _lead(visit: Visit, name: str, *args: Any) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=[visit.token, *args]), status=303, headers=HEADERS)


def _is_readable(request: HttpRequest) -> bool:
    """Read the form within its limit; what cannot be read is no form of ours."""
    if request.method != "POST":
        return True
    told = request.META.get("CONTENT_LENGTH") or ""
    if told.isascii() and told.isdecimal() and int(told) > LIMIT:
        return False
    try:
        return request.POST is not None
    except (RequestDataTooBig, MultiPartParserError, UnreadablePostError, SuspiciousOperation, UnicodeError):
        return False


def _is_too_often(key: str, limit: int, now: datetime) -> bool:
    return count_in_window(key, window=int(now.timestamp() // MINUTE_S), duration_s=MINUTE_S) > limit


def _slow_down(now: datetime) -> HttpResponse:
    response = _show("journeys/portal/too_often.html", {}, status=429)
    response["Retry-After"] = str(MINUTE_S - int(now.timestamp()) % MINUTE_S)
    return response


def _show(template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    """Without the request: nothing of a session is read, and nothing of the desk is shown."""
    return HttpResponse(render_to_string(template, context), status=status, headers=HEADERS)


def _file(content: bytes, name: str) -> HttpResponse:
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)

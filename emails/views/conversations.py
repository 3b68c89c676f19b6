"""The conversations of an account: listed, read, begun, answered."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.models import Customer
from customers.view_base import for_writers, own_url, put_errors, reader_of
from emails.forms import WriteForm
from emails.models import Reply
from emails.queries.conversations import find_conversation, list_conversations
from emails.services.conversations import NobodyToAnswer, answer_reply, begin_letter

PAGE_SIZE = 30


@require_GET
@login_required
def listing(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Every conversation of the account, the latest first."""
    customer = _account(request, customer_id)
    page = Paginator(list_conversations(customer), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "emails/conversations.html",
        {"customer": customer, "page": page, "can_write": reader_of(request).is_writer},
    )


@require_GET
@login_required
def conversation(request: HttpRequest, customer_id: UUID, message_id: UUID) -> HttpResponse:
    """The conversation that a letter or a reply belongs to."""
    customer = _account(request, customer_id)
    found = find_conversation(customer, message_id)
    if found is None:
        raise Http404("There is no such conversation.")
    context = {
        "customer": customer,
        "conversation": found,
        "opened_id": message_id,
        "can_write": reader_of(request).is_writer,
    }
    return render(request, "emails/conversation.html", context)


@require_http_methods(["GET", "POST"])
@for_writers
def write(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Ask to whom, then open the letter in the editor."""
    customer = _account(request, customer_id)
    form = WriteForm(request.POST or None, customer=customer, initial={"stakeholder": request.GET.get("to", "")})
    if request.method == "POST" and form.is_valid():
        try:
            draft = begin_letter(customer, **form.cleaned_data, now=timezone.now(), by=reader_of(request))
            return redirect("emails:draft", draft.pk)
        except ValidationError as error:
            put_errors(form, error)
    return render(request, "emails/write.html", {"customer": customer, "form": form})


@require_POST
@for_writers
def answer(request: HttpRequest, reply_id: UUID) -> HttpResponse:
    """Begin the answer to a reply, and open it in the editor."""
    reply = get_object_or_404(
        Reply.objects.visible_to(reader_of(request)).select_related("customer", "stakeholder__customer", "draft"),
        pk=reply_id,
    )
    try:
        draft = answer_reply(reply, now=timezone.now(), by=reader_of(request))
    except NobodyToAnswer as nobody:
        messages.error(request, str(nobody))
        return redirect(own_url(request, request.POST.get("next", "")) or "/")
    return redirect("emails:draft", draft.pk)


def _account(request: HttpRequest, customer_id: UUID) -> Customer:
    customer: Customer = get_object_or_404(Customer.objects.visible_to(reader_of(request)), pk=customer_id)
    return customer

"""After a reply: the question how to go on, the choice, and its undoing."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from customers.models import Customer
from customers.services.holds import AlreadyHeld, HoldEndsBeforeItStarts
from customers.view_base import for_writers, reader_of
from outreach.enums import Choice
from outreach.models import Reaction
from outreach.services.reactions import Decision, NothingToDecide, TooLateToUndo, undo_reaction
from renewals.forms.brake import ReactionForm
from renewals.queries.brake import Question, read_decided, read_question
from renewals.services.reactions import decide
from renewals.services.renewals import NotAllowed, RenewalClosed

REFUSALS = (NothingToDecide, AlreadyHeld, HoldEndsBeforeItStarts, NotAllowed, RenewalClosed)


@login_required
def page(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Ask how to go on; without a stop, say what was decided and offer to take it back."""
    customer, now = _account(request, customer_id), timezone.now()
    question = read_question(customer, now=now)
    form = ReactionForm(request.POST if request.method == "POST" else None, customer=customer, now=now)
    if request.method == "POST":
        if not reader_of(request).is_writer:
            raise PermissionDenied
        if question is None:
            messages.error(request, "Somebody has decided this before; nothing waits any more.")
            return redirect(_url(customer))
        if form.is_valid() and _decide(request, customer, question, form):
            return redirect(_after(customer, Choice(form.cleaned_data["choice"])))
    context = {
        "customer": customer,
        "question": question,
        "decided": read_decided(customer) if question is None else None,
        "form": form,
        "chosen": request.POST.get("choice") or (question.proposed.value if question else ""),
        "can_write": reader_of(request).is_writer,
    }
    return render(request, "renewals/brake.html", context)


@for_writers
@require_POST
def undo(request: HttpRequest, customer_id: uuid.UUID, reaction_id: uuid.UUID) -> HttpResponse:
    """Take the decision back: everything is as before, and the question stands again."""
    reaction = get_object_or_404(Reaction.objects.visible_to(reader_of(request)), pk=reaction_id, customer=customer_id)
    try:
        undo_reaction(reaction, now=timezone.now(), by=reader_of(request))
    except TooLateToUndo as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Taken back. Everything is as before, and nothing leaves until you choose.")
    return redirect("renewals:brake", customer_id)


def _decide(request: HttpRequest, customer: Customer, question: Question, form: ReactionForm) -> bool:
    given = form.cleaned_data
    choice = Choice(given["choice"])
    decision = Decision(choice, question.proposed, reason=given["reason"], until=given["until"])
    try:
        decide(customer, decision, now=timezone.now(), by=reader_of(request))
    except REFUSALS as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, f"{choice.label}: done. You can take it back while nothing has left.")
    return True


def _after(customer: Customer, choice: Choice) -> str:
    """Where the work goes on."""
    if choice == Choice.NEGOTIATE:
        return reverse("renewals:negotiate", args=[customer.pk])
    return _url(customer)


def _url(customer: Customer) -> str:
    return reverse("renewals:brake", args=[customer.pk])


def _account(request: HttpRequest, customer_id: uuid.UUID) -> Customer:
    rows = Customer.objects.visible_to(reader_of(request)).select_related("owner", "account_executive", "executive")
    customer: Customer | None = rows.filter(pk=customer_id).first()
    if customer is None:
        raise Http404("No such account.")
    return customer

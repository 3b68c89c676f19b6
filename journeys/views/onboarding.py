"""The client's answers: read, filled in, every earlier version beside them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from customers.models import Customer
from customers.view_base import reader_of
from journeys.forms.onboarding import AnswerFileForm, OnboardingForm
from journeys.models import Onboarding
from journeys.queries.plans import last_onboarding, list_onboardings
from journeys.rules.answer_files import put_answers
from journeys.rules.comparing import compare_long
from journeys.rules.onboarding import with_questions
from journeys.services.onboarding import StaleNumber, save_onboarding
from journeys.views.shared import find_client, read_number


@require_http_methods(["GET", "POST"])
@login_required
def page(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """The answers, as a form for those who may write. What is typed stays, whatever is wrong with it."""
    customer = find_client(request, customer_id)
    if request.method == "POST":
        if not reader_of(request).is_writer:
            raise PermissionDenied
        return _read_file(request, customer) if "read_file" in request.POST else _save(request, customer)
    last = last_onboarding(customer)
    form = OnboardingForm(answers=with_questions(last.answers if last else ()), initial={"version": _number(last)})
    return _render(request, customer, form, last)


def _save(request: HttpRequest, customer: Customer) -> HttpResponse:
    form = OnboardingForm(request.POST, answers=())
    if not form.is_valid():
        return _render(request, customer, form, last_onboarding(customer), status=400)
    now, by = timezone.now(), reader_of(request)
    try:
        saved = save_onboarding(customer, form.answers(), seen=form.cleaned_data["version"], now=now, by=by)
    except ValidationError as error:
        for place, errors in error.error_dict.items():
            form.add_error(form.field_of(place), errors)
        return _render(request, customer, form, last_onboarding(customer), status=400)
    except StaleNumber as stale:
        return _show_both(request, customer, form, stale)
    messages.success(request, f"Saved as version {saved.number}.")
    return redirect(reverse("journeys:onboarding", args=[customer.pk]))


def _read_file(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Fill the form in from a file. What was typed stays where the file says nothing; nothing is saved yet."""
    typed, chosen = OnboardingForm(request.POST, answers=()), AnswerFileForm(request.POST, request.FILES)
    last = last_onboarding(customer)
    typed.is_valid()
    if not chosen.is_valid():
        return _render(request, customer, typed, last, status=400, file_form=chosen)
    rows = put_answers(typed.answers(), chosen.cleaned_data["file"])
    version = typed.cleaned_data.get("version", _number(last))
    form = OnboardingForm(answers=rows, initial={"version": version})
    read = sum(1 for row in chosen.cleaned_data["file"] if row["answer"])
    messages.info(request, f"Read {read} answer{'' if read == 1 else 's'} from the file. Look through them, then save.")
    return _render(request, customer, form, last)


def _show_both(request: HttpRequest, customer: Customer, form: OnboardingForm, stale: StaleNumber) -> HttpResponse:
    """What was typed stays in the form, which now stands on the version there is; that one is shown beside it."""
    last = last_onboarding(customer)
    data = request.POST.copy()
    data["version"] = str(_number(last))
    again = OnboardingForm(data, answers=())
    again.is_valid()
    pieces = compare_long(_as_text(last), _as_text(Onboarding(answers=form.answers())))
    return _render(request, customer, again, last, status=409, stale=stale, pieces=pieces)


def _render(
    request: HttpRequest,
    customer: Customer,
    form: OnboardingForm,
    last: Onboarding | None,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    may_write = reader_of(request).is_writer
    context = {"customer": customer, "form": form, "file_form": AnswerFileForm(), "last": last, "may_write": may_write}
    context |= more
    return render(request, "journeys/onboarding.html", context, status=status)


@require_GET
@login_required
def versions(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Every version; one is compared with the last, at first the one before it."""
    customer = find_client(request, customer_id)
    rows = list_onboardings(customer)
    wanted = read_number(request.GET.get("version", ""))
    chosen = next((row for row in rows if row.number == wanted), rows[min(1, len(rows) - 1)] if rows else None)
    context = {
        "customer": customer,
        "noun": "Onboarding",
        "rows": rows,
        "chosen": chosen,
        "text": _as_text(chosen),
        "pieces": compare_long(_as_text(chosen), _as_text(rows[0])) if chosen else [],
        "back": reverse("journeys:onboarding", args=[customer.pk]),
    }
    return render(request, "journeys/plan_versions.html", context)


def _as_text(onboarding: Onboarding | None) -> str:
    rows = onboarding.answers if onboarding else []
    return "\n\n".join(f"{row['question']}\n{row['answer'] or '–'}" for row in rows)


def _number(last: Onboarding | None) -> int:
    return last.number if last else 0

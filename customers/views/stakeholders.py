"""People at an account: added, changed, marked as left, taken out."""

from __future__ import annotations

import copy
import uuid

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from customers.forms.people import StakeholderForm
from customers.models import Customer, Stakeholder, User
from customers.services.stakeholders import (
    add_stakeholder,
    mark_back,
    mark_left,
    remove_stakeholder,
    update_stakeholder,
)
from customers.view_base import for_writers, reader_of
from customers.views.pages import FormPage, Question, account_url, find, run_form, run_question

ANCHOR = "people"


@for_writers
def new(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    customer = find(Customer, request, customer_id)
    form = StakeholderForm(request.POST or None, instance=Stakeholder(customer=customer))
    page = FormPage("Add a person", form, account_url(customer, ANCHOR), customer, action="Add", columns=2)
    return run_form(
        request,
        page,
        save=lambda data: add_stakeholder(customer, data, now=timezone.now(), by=reader_of(request)),
        said="Added.",
    )


@for_writers
def edit(request: HttpRequest, customer_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    person = find(Stakeholder, request, person_id, customer=customer_id)
    form = StakeholderForm(request.POST or None, instance=copy.copy(person))
    page = FormPage(f"Edit {person.name}", form, account_url(customer_id, ANCHOR), person.customer, columns=2)
    return run_form(
        request,
        page,
        save=lambda data: update_stakeholder(person, data, now=timezone.now(), by=reader_of(request)),
        said="Saved.",
    )


@for_writers
def left(request: HttpRequest, customer_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    """Mark as left, or undo it."""
    person = find(Stakeholder, request, person_id, customer=customer_id)
    by = reader_of(request)
    if person.has_left:
        question = Question(
            heading=f"{person.name} is still there?",
            text=f"{person.name} was marked as left. Mails may be written to them again.",
            action="Yes, still there",
            back=account_url(customer_id, ANCHOR),
            customer=person.customer,
        )
        return run_question(request, question, act=lambda: _back(person, by))
    points = ["Nothing is written to them any more; what was planned for them waits for you."]
    if person.role_labels:
        points.append(f"The account then lacks its {', '.join(person.role_labels).lower()}; name another.")
    question = Question(
        heading=f"{person.name} has left?",
        text=f"{person.name} stays in the record of {person.customer.name}, marked as left today.",
        points=tuple(points),
        action="Mark as left",
        back=account_url(customer_id, ANCHOR),
        customer=person.customer,
    )
    return run_question(request, question, act=lambda: _left(person, by))


@for_writers
def remove(request: HttpRequest, customer_id: uuid.UUID, person_id: uuid.UUID) -> HttpResponse:
    person = find(Stakeholder, request, person_id, customer=customer_id)

    def act() -> str:
        remove_stakeholder(person, now=timezone.now(), by=reader_of(request))
        return f"Removed: {person.name}."

    question = Question(
        heading=f"Remove {person.name}?",
        text="For somebody entered by mistake. Whoever was written to or met is marked as left instead.",
        action="Remove",
        back=account_url(customer_id, ANCHOR),
        customer=person.customer,
        danger=True,
    )
    return run_question(request, question, act=act)


def _left(person: Stakeholder, by: User) -> str:
    return f"{person.name} has left." if mark_left(person, now=timezone.now(), by=by) else "They had left already."


def _back(person: Stakeholder, by: User) -> str:
    return f"{person.name} is still there." if mark_back(person, now=timezone.now(), by=by) else "They had not left."

"""Tasks and successes at an account."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from customers.enums import TodoState
from customers.forms.work import TodoForm, WinForm
from customers.models import Customer, Todo, Win
from customers.services.todos import add_todo, finish_todo, reopen_todo
from customers.services.wins import add_win, remove_win
from customers.view_base import for_writers, own_url, reader_of
from customers.views.pages import FormPage, Question, account_url, find, run_form, run_question


@for_writers
def todo_new(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    customer, by = find(Customer, request, customer_id), reader_of(request)
    page = FormPage(
        "Add a task", TodoForm(request.POST or None), account_url(customer, "planned"), customer, action="Add"
    )
    return run_form(
        request,
        page,
        save=lambda data: add_todo(**data, customer=customer, owner=by, now=timezone.now(), by=by),
        said="Added.",
    )


@for_writers
@require_POST
def todo_close(request: HttpRequest, todo_id: uuid.UUID) -> HttpResponse:
    """Close a task as done, or with `state=dismissed` as not needed."""
    todo = find(Todo, request, todo_id)
    state = TodoState.DISMISSED if request.POST.get("state") == TodoState.DISMISSED else TodoState.DONE
    closed = finish_todo(todo, now=timezone.now(), by=reader_of(request), state=state)
    messages.success(request, f"{state.label}: {todo.title}" if closed else "This task was closed already.")
    return redirect(_back(request, todo))


@for_writers
@require_POST
def todo_reopen(request: HttpRequest, todo_id: uuid.UUID) -> HttpResponse:
    todo = find(Todo, request, todo_id)
    reopened = reopen_todo(todo, now=timezone.now(), by=reader_of(request))
    messages.success(request, f"Open again: {todo.title}" if reopened else "This task is open.")
    return redirect(_back(request, todo))


@for_writers
def win_new(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    customer = find(Customer, request, customer_id)
    page = FormPage(
        "Note a success", WinForm(request.POST or None), account_url(customer, "signals"), customer, action="Note"
    )
    return run_form(
        request,
        page,
        save=lambda data: add_win(customer, **data, now=timezone.now(), by=reader_of(request)),
        said="Noted.",
    )


@for_writers
def win_remove(request: HttpRequest, customer_id: uuid.UUID, win_id: uuid.UUID) -> HttpResponse:
    win = find(Win, request, win_id, customer=customer_id)

    def act() -> str:
        remove_win(win, now=timezone.now(), by=reader_of(request))
        return "Removed."

    question = Question(
        heading="Remove this success?",
        text=f"“{win.text}”: letters that mention it will show it as no longer backed by a record.",
        action="Remove",
        back=account_url(customer_id, "signals"),
        customer=win.customer,
        danger=True,
    )
    return run_question(request, question, act=act)


def _back(request: HttpRequest, todo: Todo) -> str:
    """The page where the click was made, if it says so and is ours; else the account's."""
    return own_url(request, request.POST.get("next", "")) or account_url(todo.customer_id, "planned")

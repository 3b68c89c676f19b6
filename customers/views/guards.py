"""Who may open a page: signed in, and then by role. Pages of rows ask `visible_to` besides."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from customers.models import User

View = Callable[..., HttpResponse]


def reader_of(request: HttpRequest) -> User:
    """This will give the person who asks, behind a guard that let only people in."""
    return cast(User, request.user)


def for_ops(view: View) -> View:
    """This will let ops in, send strangers to the sign-in, and refuse everybody else with 403."""
    return login_required(_only_if(view, lambda user: user.is_ops))


def for_leaders(view: View) -> View:
    """This will let leads and ops in."""
    return login_required(_only_if(view, lambda user: user.is_leader))


def for_writers(view: View) -> View:
    """This will let in everybody but those who may only look."""
    return login_required(_only_if(view, lambda user: user.is_writer))


def put_errors(form: BaseForm, error: ValidationError) -> None:
    """This will put a service's errors beside the fields they name, the others above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def _only_if(view: View, may: Callable[[User], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may(reader_of(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded

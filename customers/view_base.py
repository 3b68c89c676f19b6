"""What the pages of all apps share: who is let in, whom the page is for, where it leads back to.

Not a door itself, so that every app's `views` may build on it. Pages of rows ask `visible_to` besides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from customers.models import User
from customers.registry.settings_pages import SettingsGroup, SettingsPage, list_settings_pages

View = Callable[..., HttpResponseBase]

MUST_BEGIN = "second_step_first"
"""In the session of whom the workspace asks for two steps and who has none yet."""

LONGEST_URL = 2000
"""Where people come from is shorter; what is longer would be refused as a redirect."""


@dataclass(frozen=True)
class Tab:
    """One of the tabs of a part of the desk."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class TabGroup:
    """Tabs that belong together, under a name."""

    label: str
    tabs: tuple[Tab, ...]


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


def own_url(request: HttpRequest, wanted: str) -> str:
    """This will give back an address that is one of ours, and "" for any other: a form's `next` comes from outside."""
    is_address = wanted.startswith(("/", "http://", "https://")) and wanted.isprintable()
    if not is_address or len(wanted) > LONGEST_URL:
        return ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


def put_errors(form: BaseForm, error: ValidationError, *, form_names: Mapping[str, str] | None = None) -> None:
    """This will put a service's errors beside the fields they name, the others above the form.

    form_names: what the form calls a field that the service calls otherwise.
    """
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        field = (form_names or {}).get(name, name)
        form.add_error(field if field in form.fields else None, errors)


def settings_tabs(request: HttpRequest, current: str) -> list[TabGroup]:
    """This will give the menu of the settings for this reader, pages of apps on the left among them."""
    reader = reader_of(request)
    pages = [
        page
        for page in list_settings_pages()
        if (reader.is_leader or not page.for_leaders) and (reader.is_ops or not page.for_ops)
    ]
    groups = [(group, [page for page in pages if page.group is group]) for group in SettingsGroup]
    return [TabGroup(group, tuple(_tab(page, current) for page in inside)) for group, inside in groups if inside]


def _tab(page: SettingsPage, current: str) -> Tab:
    return Tab(page.label, reverse(page.url_name), is_current=page.url_name == current)


def _only_if(view: View, may: Callable[[User], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may(reader_of(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded

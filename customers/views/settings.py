"""The settings area: its tabs, the workspace, the own profile and password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from customers.enums import Weekday
from customers.forms.access import ChangePasswordForm
from customers.forms.settings import STALE, ProfileForm, WorkspaceForm
from customers.models import User, WorkspaceSettings
from customers.queries.workspace import get_settings
from customers.services.users import change_profile
from customers.services.workspace import StaleSettings, change_settings
from customers.view_base import put_errors, reader_of, settings_tabs


def show(request: HttpRequest, template: str, context: dict[str, Any], *, tab: str, status: int = 200) -> HttpResponse:
    """This will show a page of the settings under its tabs."""
    return render(request, template, {"tabs": settings_tabs(request, tab), **context}, status=status)


@login_required
def workspace(request: HttpRequest) -> HttpResponse:
    """The workspace's settings: ops change them, others read them."""
    if request.method == "POST" and not reader_of(request).is_ops:
        raise PermissionDenied
    form = WorkspaceForm(request.POST or None, instance=get_settings())
    if request.method == "POST" and form.is_valid() and _save_workspace(form, by=reader_of(request)):
        messages.success(request, "Saved.")
        return redirect("customers:settings")
    context = {"form": form, "facts": _in_words(get_settings())}
    return show(request, "customers/settings_workspace.html", context, tab="customers:settings")


def _in_words(settings: WorkspaceSettings) -> list[tuple[str, str]]:
    """This will give the settings as people read them, for who may not change them."""
    return [
        ("Company", settings.company_name),
        ("Programme", settings.programme_name),
        ("Sender domain", settings.sender_domain),
        ("Mails leave", f"{settings.window_start:%H:%M} to {settings.window_end:%H:%M}, in the customer's zone"),
        ("Working days", ", ".join(Weekday(day).label for day in sorted(settings.working_days))),
        ("To one contact", f"{settings.contact_cap} mails in 7 days at most"),
        ("To one account", f"{settings.account_cap} mails in 7 days at most"),
        ("Between two parts", f"{settings.collision_days} working days to one contact"),
        ("Undo after Send", f"{settings.undo_seconds} seconds"),
        ("An approval lives", f"{settings.approval_days} days"),
        ("Leads and ops sign in", "in two steps" if settings.leaders_two_steps else "as each chooses"),
        ("To the archive", f"after {settings.archive_months} months" if settings.archive_months else "nothing goes"),
    ]


def _save_workspace(form: WorkspaceForm, *, by: User) -> bool:
    try:
        change_settings(form.changes(), version=form.cleaned_data["version"], now=timezone.now(), by=by)
    except StaleSettings:
        form.add_error(None, STALE)
    except ValidationError as error:
        put_errors(form, error)
    else:
        return True
    return False


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """What a person says of themselves."""
    person = reader_of(request)
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=person.pk))
    if request.method == "POST" and form.is_valid():
        try:
            change_profile(person, form.cleaned_data, now=timezone.now())
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("customers:profile")
    return show(request, "customers/settings_profile.html", {"form": form}, tab="customers:profile")


@login_required
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """Another password; this session goes on, every other one ends."""
    form = ChangePasswordForm(reader_of(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, "Saved. You are signed out everywhere else.")
        return redirect("customers:profile")
    return show(request, "customers/settings_password.html", {"form": form}, tab="customers:profile")

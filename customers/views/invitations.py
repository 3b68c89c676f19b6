"""Joining: the page behind an invitation's link."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from customers.forms.access import JoinForm
from customers.models import Invitation
from customers.services.invitations import InvitationGone, accept_invitation, find_invitation
from customers.view_base import put_errors

SIGNS_IN = "django.contrib.auth.backends.ModelBackend"


@never_cache
@sensitive_post_parameters("password", "password_again")
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Show the form of an open invitation; on POST make the person and sign them in."""
    invitation = find_invitation(secret)
    if invitation is None:
        return render(request, "customers/invitation_gone.html", {"unknown": True}, status=404)
    if not invitation.is_open(timezone.now()):
        return _gone(request, invitation)
    if request.user.is_authenticated:
        return render(request, "customers/invitation_other.html", {"invitation": invitation}, status=409)
    form = JoinForm(request.POST or None, initial=_known_names(invitation))
    if request.method == "POST" and form.is_valid():
        try:
            person = accept_invitation(invitation, form.newcomer(), now=timezone.now())
        except InvitationGone:
            return _gone(request, invitation)
        except ValidationError as error:
            put_errors(form, error)
        else:
            login(request, person, backend=SIGNS_IN)
            messages.success(request, f"Welcome, {person.first_name}. You sign in as {person.username}.")
            return redirect("/")
    return render(request, "customers/invitation.html", {"form": form, "invitation": invitation})


def _gone(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    return render(request, "customers/invitation_gone.html", {"invitation": invitation}, status=410)


def _known_names(invitation: Invitation) -> dict[str, str]:
    person = invitation.user
    return {"first_name": person.first_name, "last_name": person.last_name} if person else {}

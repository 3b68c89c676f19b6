"""Our own people: the list, a person, access taken and given, invitations, teams."""

from __future__ import annotations

import uuid
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from customers.enums import Role
from customers.forms.settings import InvitationForm, PersonForm, TeamForm
from customers.models import Invitation, Team, User
from customers.queries.people import STATES, access_of, list_open_invitations, list_people, list_teams
from customers.services.invitation_mails import link_of, mail_invitation
from customers.services.invitations import Invited, MayNotInvite, invite, revoke_invitation
from customers.services.password_resets import MAIL_ERRORS, send_reset_link
from customers.services.second_factors import find_factor, turn_off
from customers.services.teams import remove_team, save_team
from customers.services.users import LastOps, change_person, disable_user, enable_user
from customers.view_base import for_leaders, for_ops, put_errors, reader_of
from customers.views.settings import show

TAB = "customers:settings_people"
PAGE_SIZE = 50

show_people = partial(show, tab=TAB)


@login_required
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    search, state = request.GET.get("q", "").replace("\0", "").strip(), request.GET.get("state", "")
    page = Paginator(list_people(reader, search=search, state=state), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(person, access_of(person)) for person in page],
        "search": search,
        "state": state,
        "states": [(code, label) for code, (label, _) in STATES.items()],
        "invitations": list_open_invitations(reader, now=now) if reader.is_leader else [],
        "teams": list_teams(reader),
    }
    return show_people(request, "customers/settings_people.html", context)


@for_ops
def person(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """A colleague, changed by ops."""
    colleague = get_object_or_404(User.objects.visible_to(reader_of(request)), pk=person_id)
    form = PersonForm(request.POST or None, instance=User.objects.get(pk=colleague.pk))
    if request.method == "POST" and form.is_valid():
        try:
            change_person(colleague, form.cleaned_data, now=timezone.now(), by=reader_of(request))
        except LastOps as error:
            form.add_error("role", str(error))
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect(TAB)
        colleague.refresh_from_db()
    context = {
        "form": form,
        "person": colleague,
        "access": access_of(colleague),
        "has_two_steps": find_factor(colleague) is not None,
    }
    return show_people(request, "customers/settings_person.html", context)


@for_ops
def person_access(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Ask once, then disable an active person or enable a disabled one."""
    colleague = get_object_or_404(User.objects.visible_to(reader_of(request)), pk=person_id)
    change = disable_user if colleague.is_active else enable_user
    if request.method != "POST":
        return show_people(request, "customers/settings_person_access.html", {"person": colleague})
    try:
        change(colleague, now=timezone.now(), by=reader_of(request))
    except (LastOps, ValidationError) as error:
        messages.error(request, _words(error))
    else:
        word = "may sign in again" if colleague.is_active else "is disabled: sessions and API tokens ended"
        messages.success(request, f"{colleague.display_name} {word}.")
    return redirect("customers:settings_person", person_id=colleague.pk)


@for_ops
@require_POST
def person_one_step(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Take away the second step of somebody who lost the app; they sign in with the password and set it up anew."""
    colleague = get_object_or_404(User.objects.visible_to(reader_of(request)), pk=person_id)
    if turn_off(colleague, now=timezone.now(), by=reader_of(request)):
        messages.success(request, f"{colleague.display_name} signs in with the password alone; sessions ended.")
    return redirect("customers:settings_person", person_id=colleague.pk)


@for_ops
@require_POST
def person_reset(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Mail a reset link to a colleague who may sign in."""
    colleague = get_object_or_404(User.objects.visible_to(reader_of(request)), pk=person_id, is_active=True)
    if not colleague.email:
        messages.error(request, f"{colleague.display_name} has no e-mail address; enter one first.")
    else:
        try:
            send_reset_link(colleague)
        except MAIL_ERRORS:
            messages.error(request, "The mail server did not take the mail; nothing was sent.")
        else:
            messages.success(request, f"A link to choose a new password went to {colleague.email}.")
    return redirect("customers:settings_person", person_id=colleague.pk)


@for_leaders
@never_cache
def invitation(request: HttpRequest) -> HttpResponse:
    """Invite somebody. The link stands on the answer and nowhere else; it is mailed as well."""
    reader = reader_of(request)
    named = _named_person(request)
    initial = {"email": named.email, "team": named.team_id, "role": named.role} if named else {}
    form = InvitationForm(request.POST or None, by=reader, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            invited = invite(
                email=data["email"],
                role=Role(data["role"]),
                team=data["team"],
                person=named,
                now=timezone.now(),
                by=reader,
            )
        except MayNotInvite as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            put_errors(form, error)
        else:
            return _show_invited(request, invited)
    return show_people(request, "customers/settings_invite.html", {"form": form, "person": named})


@for_leaders
def invitation_revoke(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Ask once, then end the link."""
    row = get_object_or_404(Invitation.objects.visible_to(reader_of(request)), pk=invitation_id)
    if request.method != "POST":
        return show_people(request, "customers/settings_invitation_revoke.html", {"invitation": row})
    try:
        revoked = revoke_invitation(row, now=timezone.now(), by=reader_of(request))
    except MayNotInvite:
        messages.error(request, "You may not revoke this invitation; ops can.")
    else:
        words = "Revoked. The link stopped working." if revoked else "It had been used or revoked already."
        messages.success(request, words)
    return redirect(TAB)


@for_ops
def team(request: HttpRequest, team_id: uuid.UUID | None = None) -> HttpResponse:
    """Make a team, or rename one."""
    row = get_object_or_404(Team, pk=team_id) if team_id else Team()
    form = TeamForm(request.POST or None, instance=Team(pk=row.pk, name=row.name) if team_id else None)
    if request.method == "POST" and form.is_valid():
        try:
            save_team(row, name=form.cleaned_data["name"], now=timezone.now(), by=reader_of(request))
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect(TAB)
    return show_people(request, "customers/settings_team.html", {"form": form, "team": row if team_id else None})


@for_ops
@require_POST
def team_remove(request: HttpRequest, team_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Team, pk=team_id)
    try:
        remove_team(row, now=timezone.now(), by=reader_of(request))
    except ValidationError as error:
        messages.error(request, _words(error))
    else:
        messages.success(request, f"Removed: {row.name}.")
    return redirect(TAB)


def _named_person(request: HttpRequest) -> User | None:
    """This will give the person whom `?person=` names, if an import named them and they never joined."""
    asked = request.GET.get("person", "")
    if not asked:
        return None
    try:
        key = uuid.UUID(asked)
    except ValueError:
        return None
    found = list_people(reader_of(request), state="named").filter(pk=key).first()
    return found


def _show_invited(request: HttpRequest, invited: Invited) -> HttpResponse:
    path = reverse("customers:join", args=[invited.secret])
    context = {
        "invitation": invited.invitation,
        "link": request.build_absolute_uri(path),
        "is_kept": settings.STAFF_MAIL_IS_KEPT,
        "was_mailed": mail_invitation(invited.invitation, link_of(invited.secret)),
    }
    return show_people(request, "customers/settings_invited.html", context)


def _words(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)

"""Asking people to join: a link that works once, of which only the digest is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from customers.enums import Role
from customers.models import Invitation, Team, User
from customers.queries.people import free_username
from customers.rules.invitations import LINK_LIVES, invites_into_any_team, list_invitable_roles
from customers.services.activity import record
from customers.services.tokens import digest_of

SECRET_BYTES = 32


class MayNotInvite(PermissionError):
    """Raised when this person may not invite anybody, or not into this role or team."""


class InvitationGone(Exception):
    """Raised when the link was used, was revoked, or has expired."""


@dataclass(frozen=True)
class Invited:
    """A new invitation with its secret, which cannot be read again."""

    invitation: Invitation
    secret: str


@dataclass(frozen=True)
class Newcomer:
    """What a person says of themselves when they join."""

    first_name: str
    last_name: str
    password: str
    timezone: str


def invite(
    *, email: str, role: Role, team: Team | None, now: datetime, by: User, person: User | None = None
) -> Invited:
    """This will invite the address; an open invitation of the same address is replaced, its link stops working.

    person: somebody that an import named, who becomes this person. Raises MayNotInvite, and ValidationError by field.
    """
    email = email.strip()
    _check_may_invite(role, team, by=by)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    invitation = Invitation(
        email=email, role=role, team=team, invited_by=by, digest=digest_of(secret), expires_at=now + LINK_LIVES
    )
    try:
        with transaction.atomic():
            invitation.user = _find_person(email, person)
            _check_person_is_reachable(invitation.user, by=by)
            _replace_open(email, now=now, by=by)
            _save_invitation(invitation, now=now, by=by)
    except IntegrityError as error:
        raise ValidationError({"email": "Somebody invited this address at this very moment; look again."}) from error
    return Invited(invitation, secret)


def find_invitation(secret: str) -> Invitation | None:
    """This will find the invitation of a link, whatever became of it."""
    return Invitation.objects.select_related("team", "invited_by", "user").filter(digest=digest_of(secret)).first()


def accept_invitation(invitation: Invitation, newcomer: Newcomer, *, now: datetime) -> User:
    """This will make the person, or wake the one that an import named; the link is used up.

    Raises InvitationGone, and ValidationError by field.
    """
    with transaction.atomic():
        used = Invitation.objects.filter(
            pk=invitation.pk, accepted_at=None, revoked_at=None, expires_at__gt=now
        ).update(accepted_at=now, updated_at=now)
        if not used:
            raise InvitationGone("This link does not work any more.")
        person = _fill_person(invitation, newcomer)
        person.save()
        Invitation.objects.filter(pk=invitation.pk).update(user=person)
        record("user.joined", f"{person.display_name} joined", customer=None, by=person, now=now, subject=person)
    return person


def revoke_invitation(invitation: Invitation, *, now: datetime, by: User) -> bool:
    """This will end the link at once; False when it had been used or revoked already."""
    _check_may_invite(Role(invitation.role), invitation.team, by=by)
    with transaction.atomic():
        revoked = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
            revoked_at=now, updated_at=now
        )
        if revoked:
            summary = f"Invitation of {invitation.email} revoked"
            record("invitation.revoked", summary, customer=None, by=by, now=now, subject=invitation)
    return bool(revoked)


def _check_may_invite(role: Role, team: Team | None, *, by: User) -> None:
    own_role = Role.OPS if by.is_ops else by.role
    if role not in list_invitable_roles(own_role):
        raise MayNotInvite("You may not invite into this role.")
    if not invites_into_any_team(own_role) and (team is None or team.pk != by.team_id):
        raise MayNotInvite("A lead invites into the own team.")


def _find_person(email: str, person: User | None) -> User | None:
    """This will give the row that the newcomer becomes, None for a new one."""
    known = User.objects.filter(email__iexact=email).first()
    if known is not None and (person is None or known.pk == person.pk):
        person = known
    elif known is not None:
        raise ValidationError({"email": "Another person has this address."})
    if person is None or person.is_named_only:
        return person
    if person.is_active:
        raise ValidationError({"email": f"{person.display_name} is here already."})
    raise ValidationError({"email": f"{person.display_name} was here and is disabled: ops can enable them again."})


def _check_person_is_reachable(person: User | None, *, by: User) -> None:
    if person is None or by.is_ops or person.team_id in (None, by.team_id):
        return
    raise ValidationError({"email": "This person belongs to another team: its lead or ops invite them."})


def _replace_open(email: str, *, now: datetime, by: User) -> None:
    earlier = Invitation.objects.filter(email__iexact=email, accepted_at=None, revoked_at=None)
    if earlier.exclude(pk__in=Invitation.objects.visible_to(by).values("pk")).exists():
        raise ValidationError({"email": "Somebody else has invited this address already."})
    earlier.update(revoked_at=now, updated_at=now)


def _save_invitation(invitation: Invitation, *, now: datetime, by: User) -> None:
    # Whether another open one was made meanwhile is the database's to say.
    invitation.full_clean(exclude={"id"}, validate_constraints=False)
    invitation.save(force_insert=True)
    record(
        "invitation.made",
        f"Invited {invitation.email} as {Role(invitation.role).label}",
        customer=None,
        by=by,
        now=now,
        subject=invitation,
        role=invitation.role,
        team=str(invitation.team_id) if invitation.team_id else None,
    )


def _fill_person(invitation: Invitation, newcomer: Newcomer) -> User:
    """This will give the person, unsaved, with what the invitation grants and the newcomer said."""
    person = User.objects.select_for_update().filter(pk=invitation.user_id).first() if invitation.user_id else None
    if person is not None and not person.is_named_only:
        raise InvitationGone("This person has joined already.")
    person = person or User(username=free_username(invitation.email))
    person.first_name, person.last_name = newcomer.first_name.strip(), newcomer.last_name.strip()
    person.email, person.timezone = invitation.email, newcomer.timezone
    person.role, person.team = invitation.role, invitation.team
    person.is_staff = invitation.role == Role.OPS
    person.is_active = True
    _set_password(person, newcomer.password)
    person.full_clean(exclude={"id", "password"})
    return person


def _set_password(person: User, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    person.set_password(password)

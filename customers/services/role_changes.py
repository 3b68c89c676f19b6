"""A person who becomes an integration, and the other way round: nothing of the one stays with the other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from customers.enums import Role
from customers.models import Absence, ApiToken, SecondFactor, User
from customers.queries.absences import OPEN
from customers.queries.handovers import list_all_of

OF_PERSONS = ("email", "slack_id")
"""By these a person is known elsewhere; an integration has neither."""


def values_for_role(person: User, values: Mapping[str, Any]) -> dict[str, Any]:
    """This will give what is to be written: who becomes an integration loses the address and the id at Slack.

    Raises ValidationError by field where an integration is given one of them.
    """
    if values.get("role", person.role) != Role.INTEGRATION:
        return dict(values)
    given = [name for name in OF_PERSONS if values.get(name)]
    if given and person.is_integration:
        raise ValidationError(dict.fromkeys(given, "An integration has none: it calls by API token alone."))
    return {**values, **dict.fromkeys(OF_PERSONS, "")}


def check_turn(person: User, *, by: User) -> None:
    """This will raise ValidationError by field where this role, as set and not saved, cannot follow the last one."""
    if not person.is_integration:
        if not person.email:
            raise ValidationError({"email": "A person needs an e-mail address."})
        return
    if refusal := _why_not_integration(person, by=by):
        raise ValidationError({"role": refusal})


def take_sign_in(person: User) -> tuple[str, ...]:
    """This will take the sign-in elsewhere, of an integration the password too, unsaved; gives the fields."""
    person.sso_subject = ""
    if not person.is_integration:
        return ("sso_subject",)
    person.set_unusable_password()
    return ("sso_subject", "password")


def finish_turn(person: User, *, now: datetime) -> None:
    """This will take away what is left: the second step of a person, the tokens of an integration.

    A key that another system holds must not gain a person's rights; a person's own key goes on with fewer.
    """
    if person.is_integration:
        SecondFactor.objects.filter(user=person).delete()
    else:
        ApiToken.objects.filter(user=person, revoked_at=None).update(revoked_at=now, updated_at=now)


def _why_not_integration(person: User, *, by: User) -> str:
    if person.pk == by.pk:
        return "You cannot make yourself an integration; another person of ops can."
    if person.is_superuser:
        return "This person was made with createsuperuser and stays of ops."
    if list_all_of(person, user=by).exists():
        return f"{person.display_name} has accounts or open work: hand them over first."
    if Absence.objects.filter(Q(user=person) | Q(delegate=person), state__in=OPEN).exists():
        return f"{person.display_name} has an absence, or stands in for somebody: take that back first."
    return ""

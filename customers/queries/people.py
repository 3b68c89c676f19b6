"""Our own people as the settings show them, and who waits for an answer to an invitation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from customers.enums import Role
from customers.models import ApiToken, Invitation, Team, User
from customers.rules.usernames import choose_username

NO_PASSWORD = Q(password="") | Q(password__startswith="!")  # noqa: S106 - no password is meant
NAMED_ONLY = Q(is_active=False) & NO_PASSWORD & ~Q(role=Role.INTEGRATION)
STATES = {
    "active": ("Active", Q(is_active=True)),
    "named": ("Not invited", NAMED_ONLY),
    "disabled": ("Disabled", Q(is_active=False) & ~NAMED_ONLY),
}
STATE_CHOICES = tuple((code, label) for code, (label, _) in STATES.items())


@dataclass(frozen=True)
class Access:
    """Whether a person may sign in, in words and with the kind of its badge."""

    label: str
    kind: str


def state_of(person: User) -> str:
    """This will give the code of STATES that the person is in."""
    if person.is_active:
        return "active"
    return "named" if person.is_named_only else "disabled"


def access_of(person: User) -> Access:
    if person.is_active:
        return Access("Active", "good")
    if person.is_named_only:
        return Access("Not invited", "")
    return Access("Disabled", "bad")


def list_people(user: User, *, search: str = "", state: str = "") -> QuerySet[User]:
    """This will give the colleagues by name, with their team. Unknown states are no filter."""
    people = User.objects.visible_to(user).select_related("team")
    if search:
        people = people.filter(matches_person(search))
    if state in STATES:
        people = people.filter(STATES[state][1])
    return people.order_by("-is_active", "first_name", "last_name", "username")


def list_open_invitations(user: User, *, now: datetime) -> QuerySet[Invitation]:
    """This will give the invitations that still can be accepted, the newest first."""
    rows = Invitation.objects.visible_to(user).filter(accepted_at=None, revoked_at=None, expires_at__gt=now)
    return rows.select_related("team", "invited_by")


def list_teams(user: User) -> QuerySet[Team]:
    return Team.objects.visible_to(user).annotate(member_count=Count("members", filter=Q(members__is_active=True)))


def matches_person(search: str) -> Q:
    """This will give the condition that each word stands in a name or the address."""
    found = Q()
    for word in search.split()[:5]:
        found &= (
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(username__icontains=word)
            | Q(email__icontains=word)
        )
    return found


def list_tokens_of(integration: User) -> QuerySet[ApiToken]:
    """This will give the tokens of another system's account, the newest first; for ops alone to see."""
    rows: QuerySet[ApiToken] = ApiToken.objects.filter(user=integration, user__role=Role.INTEGRATION)
    return rows.order_by("-created_at", "pk")


def free_username(words: str) -> str:
    """This will give a name to sign in with, or be called by, that nobody has. words: an address, or a name."""
    return choose_username(words, taken=_TakenUsernames())


class _TakenUsernames:
    """The names in use, asked for one at a time."""

    def __contains__(self, name: object) -> bool:
        return User.objects.filter(username__iexact=str(name)).exists()

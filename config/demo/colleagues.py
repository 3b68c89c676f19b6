"""The demo's own people: who signs in with what, and as whom."""

from __future__ import annotations

from dataclasses import dataclass

from customers.enums import Role
from customers.models import Team, User

# Known to everybody who reads this, and therefore only ever given to people whom the demo made.
PASSWORD = "evergreen-demo"  # noqa: S105
TEAM = "Customer Success"
DOMAIN = "evergreen.example"


@dataclass(frozen=True)
class Colleague:
    username: str
    first_name: str
    last_name: str
    title: str
    role: Role
    timezone: str = "America/New_York"
    is_shown: bool = False


COLLEAGUES = (
    Colleague("dana", "Dana", "Whitfield", "Customer Success Manager", Role.CSM, is_shown=True),
    Colleague("liam", "Liam", "Brandt", "Head of Customer Success", Role.LEAD, "Europe/Berlin", is_shown=True),
    Colleague("olga", "Olga", "Lindqvist", "Customer Operations", Role.OPS, "Europe/Stockholm", is_shown=True),
    Colleague("marco", "Marco", "Silva", "Customer Success Manager", Role.CSM, "Europe/Lisbon"),
    Colleague("priya", "Priya", "Raman", "Customer Success Manager", Role.CSM, "America/Los_Angeles"),
    Colleague("nina", "Nina", "Albrecht", "Account Executive", Role.CSM),
    Colleague("grace", "Grace", "Okonkwo", "Chief Operating Officer", Role.CSM),
)


class NameTaken(Exception):
    """Somebody who is not the demo's has one of its usernames or addresses."""


def address_of(username: str) -> str:
    return f"{username}@{DOMAIN}"


def make_colleagues() -> tuple[list[User], Team | None]:
    """This will make the demo's people; gives them and the team, if it was made too. Raises NameTaken."""
    taken = User.objects.filter(username__in=[person.username for person in COLLEAGUES])
    taken |= User.objects.filter(email__in=[address_of(person.username) for person in COLLEAGUES])
    if somebody := taken.first():
        raise NameTaken(f"There is somebody called “{somebody.username}” already, who is not the demo's.")
    team, is_new = Team.objects.get_or_create(name=TEAM)
    return [_make(person, team) for person in COLLEAGUES], team if is_new else None


def log_in_lines() -> list[str]:
    """This will say who can sign in with the demo's password; nothing where the demo is not loaded."""
    there = set(User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True).values_list("username", flat=True))
    shown = [person for person in COLLEAGUES if person.is_shown and person.username in there]
    if not shown:
        return []
    lines = [f"  {person.username:<6} {person.role.label:<26} password {PASSWORD}" for person in shown]
    return ["Sign in to the demo as", *lines]


def _make(person: Colleague, team: Team) -> User:
    user = User(
        username=person.username,
        email=address_of(person.username),
        first_name=person.first_name,
        last_name=person.last_name,
        title=person.title,
        role=person.role,
        team=team,
        timezone=person.timezone,
        is_staff=person.role == Role.OPS,
        is_superuser=person.role == Role.OPS,
    )
    user.set_password(PASSWORD)
    user.save(force_insert=True)
    return user

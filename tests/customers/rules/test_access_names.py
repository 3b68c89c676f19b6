"""Who may invite whom, and the names that newcomers sign in with."""

from __future__ import annotations

import pytest

from customers.enums import Role
from customers.rules.invitations import invites_into_any_team, list_invitable_roles
from customers.rules.usernames import LONGEST, choose_username


@pytest.mark.parametrize(
    ("role", "may_invite"),
    [
        (Role.OPS, {Role.CSM, Role.LEAD, Role.OPS, Role.READ_ONLY}),
        (Role.LEAD, {Role.CSM, Role.READ_ONLY}),
        (Role.CSM, set()),
        (Role.READ_ONLY, set()),
        (Role.INTEGRATION, set()),
        ("unheard of", set()),
    ],
)
def test_list_invitable_roles_by_role(role: str, may_invite: set[Role]) -> None:
    assert set(list_invitable_roles(role)) == may_invite


@pytest.mark.parametrize(("role", "any_team"), [(Role.OPS, True), (Role.LEAD, False), (Role.CSM, False)])
def test_invites_into_any_team_is_for_ops(role: Role, any_team: bool) -> None:
    assert invites_into_any_team(role) is any_team


@pytest.mark.parametrize(
    ("email", "taken", "username"),
    [
        ("dana@acme.example", set(), "dana"),
        ("Dana.Whitfield@acme.example", set(), "dana.whitfield"),
        ("dana@acme.example", {"dana"}, "dana2"),
        ("dana@acme.example", {"dana", "dana2", "dana3"}, "dana4"),
        ("dana+crm@acme.example", set(), "dana-crm"),
        ("ünal@acme.example", set(), "nal"),
        ("+++@acme.example", set(), "person"),
        ('"a@b"@acme.example', set(), "a"),
        ("x" * 90 + "@acme.example", set(), "x" * LONGEST),
    ],
)
def test_choose_username_from_address(email: str, taken: set[str], username: str) -> None:
    assert choose_username(email, taken=taken) == username


def test_choose_username_never_looks_like_an_address() -> None:
    assert "@" not in choose_username("a@b@c.example", taken=set())

"""Who may ask whom to join, and how long the link lives."""

from __future__ import annotations

from datetime import timedelta

from customers.enums import Role

LINK_LIVES = timedelta(days=7)
ROLES_A_LEAD_INVITES = (Role.CSM, Role.READ_ONLY)
INVITABLE = tuple(role for role in Role if role != Role.INTEGRATION)
"""Another system's account is made, not asked to join."""
INVITABLE_CHOICES = tuple((role.value, role.label) for role in INVITABLE)


def list_invitable_roles(role: str) -> tuple[Role, ...]:
    """This will give the roles that somebody of this role may invite: ops all, a lead those below, others none."""
    if role == Role.OPS:
        return INVITABLE
    return ROLES_A_LEAD_INVITES if role == Role.LEAD else ()


def invites_into_any_team(role: str) -> bool:
    """This will say whether the team may be chosen; a lead invites into the own team alone."""
    return role == Role.OPS

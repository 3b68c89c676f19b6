"""Who may do what, by role. Who may see whom is `visible_to` on each model's queryset."""

from customers.enums import Role, Scope

WORKERS = frozenset({Role.CSM, Role.LEAD, Role.OPS})
WRITERS = WORKERS | {Role.INTEGRATION}
LEADERS = frozenset({Role.LEAD, Role.OPS})
NEVER_BY_INTEGRATION = frozenset({Scope.APPROVE, Scope.ADMIN})
"""An approval is a person's, and so are the settings. Source: promise 2."""


def may_write(role: str) -> bool:
    """This will say whether the role may change anything at all."""
    return role in WRITERS


def works_accounts(role: str) -> bool:
    """This will say whether the role owns accounts, signs letters and decides: a person's, of those who may write."""
    return role in WORKERS


def may_have_scope(role: str, scope: str) -> bool:
    """This will say whether a token of the role may ever use the scope."""
    return role != Role.INTEGRATION or scope not in NEVER_BY_INTEGRATION


def may_lead(role: str) -> bool:
    """This will say whether the role may reassign accounts and approve discounts or large increases."""
    return role in LEADERS


def may_administer(role: str) -> bool:
    """This will say whether the role may change workspace settings, users and templates."""
    return role == Role.OPS


def sees_everything(role: str) -> bool:
    return role == Role.OPS

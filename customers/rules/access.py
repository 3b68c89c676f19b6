"""Who may do what, by role. Who may see whom is `visible_to` on each model's queryset."""

from customers.enums import Role

WRITERS = frozenset({Role.CSM, Role.LEAD, Role.OPS})
LEADERS = frozenset({Role.LEAD, Role.OPS})


def may_write(role: str) -> bool:
    """This will say whether the role may change anything at all."""
    return role in WRITERS


def may_lead(role: str) -> bool:
    """This will say whether the role may reassign accounts and approve discounts or large increases."""
    return role in LEADERS


def may_administer(role: str) -> bool:
    """This will say whether the role may change workspace settings, users and templates."""
    return role == Role.OPS


def sees_everything(role: str) -> bool:
    return role == Role.OPS

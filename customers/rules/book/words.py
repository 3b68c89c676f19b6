"""Words that stand for a choice: roles, pressures, yes and no, with the synonyms that CRMs export."""

import re
from dataclasses import dataclass

from customers.enums import Pressure, StakeholderRole
from customers.rules.book.reading import BadValue, shown, tidy

_ROLES = {
    StakeholderRole.CHAMPION: "champion, internal champion, advocate, project champion, power champion",
    StakeholderRole.DECISION_MAKER: (
        "decision maker, decisionmaker, dm, final decision maker, business decision maker, "
        "technical decision maker, approver, decider, entscheider, décideur"
    ),
    StakeholderRole.ECONOMIC_BUYER: (
        "economic buyer, economic decision maker, eb, budget holder, budget owner, buyer, financial buyer, "
        "purchaser, wirtschaftlicher entscheider"
    ),
    StakeholderRole.USER: (
        "user, end user, enduser, business user, power user, admin, administrator, system admin, anwender"
    ),
    StakeholderRole.EXECUTIVE_SPONSOR: "executive sponsor, exec sponsor, executive, executive stakeholder",
}
_ROLE_OF = {word.strip(): role for role, words in _ROLES.items() for word in words.split(",")}
# Roles of Salesforce and HubSpot that say nothing about the buying of a renewal: the person is kept, without a role.
WITHOUT_COUNTERPART = frozenset(
    {
        "influencer",
        "evaluator",
        "technical buyer",
        "other",
        "blocker",
        "legal & compliance",
        "legal and compliance",
        "none",
    }
)
_PRESSURES = {
    "low": Pressure.LOW, "none": Pressure.LOW, "no": Pressure.LOW, "niedrig": Pressure.LOW, "gering": Pressure.LOW,
    "medium": Pressure.MEDIUM, "med": Pressure.MEDIUM, "moderate": Pressure.MEDIUM, "mittel": Pressure.MEDIUM,
    "normal": Pressure.MEDIUM, "high": Pressure.HIGH, "severe": Pressure.HIGH, "critical": Pressure.HIGH,
    "strong": Pressure.HIGH, "hoch": Pressure.HIGH,
}  # fmt: skip
_YES = frozenset({"yes", "y", "true", "t", "1", "x", "✓", "ja", "oui", "sí", "si", "wahr", "vrai"})
_NO = frozenset({"no", "n", "false", "f", "0", "-", "nein", "non", "falsch", "faux"})


@dataclass(frozen=True)
class Roles:
    """The roles that a cell names, and the words in it that have no counterpart here."""

    roles: tuple[StakeholderRole, ...]
    dropped: tuple[str, ...] = ()


def read_roles(cell: str) -> Roles:
    """Read one or more roles parted by ; , / or |. Raises BadValue for a word that is no known role."""
    roles: list[StakeholderRole] = []
    dropped: list[str] = []
    for word in re.split(r"[;,/|]", tidy(cell)):
        plain = " ".join(re.sub(r"[_-]", " ", word).lower().split())
        if not plain:
            continue
        if plain in WITHOUT_COUNTERPART:
            dropped.append(word.strip())
            continue
        role = _ROLE_OF.get(plain)
        if role is None:
            raise BadValue(f"{shown(word.strip())} is not a role; use {', '.join(StakeholderRole.values)}")
        if role not in roles:
            roles.append(role)
    return Roles(tuple(roles), tuple(dropped))


def read_pressure(cell: str) -> Pressure:
    """Read low, medium or high. Raises BadValue."""
    pressure = _PRESSURES.get(tidy(cell).lower())
    if pressure is None:
        raise BadValue(f"{shown(tidy(cell))} is not low, medium or high")
    return pressure


def read_bool(cell: str) -> bool:
    """Read yes or no in the forms that exports write. Raises BadValue."""
    word = tidy(cell).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadValue(f"{shown(tidy(cell))} is not yes or no")

"""Who at an account has a role, or whom to talk to: from the records of people, those who left it left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from config.desk.commands.actions.base import account_link, account_url, done, of_customer, of_person
from config.desk.commands.answers import Answer, Point
from config.desk.commands.finding import Task, require_customer
from customers.enums import StakeholderRole
from customers.models import Customer, Stakeholder

MOST_SHOWN = 12
_ROLES = (
    (re.compile(r"champion", re.IGNORECASE), StakeholderRole.CHAMPION),
    (re.compile(r"decision|decides", re.IGNORECASE), StakeholderRole.DECISION_MAKER),
    (re.compile(r"buyer|budget|signs|pays", re.IGNORECASE), StakeholderRole.ECONOMIC_BUYER),
    (re.compile(r"sponsor", re.IGNORECASE), StakeholderRole.EXECUTIVE_SPONSOR),
    (re.compile(r"users?$", re.IGNORECASE), StakeholderRole.USER),
)
_IN_TURN = (StakeholderRole.CHAMPION, StakeholderRole.DECISION_MAKER, StakeholderRole.ECONOMIC_BUYER)
"""Whom to talk to where no primary contact is set, the first of them that the account has."""


def answer_who(task: Task) -> Answer:
    """Say who at the account has the role that is asked for; without one whom to talk to, and who else is there."""
    customer = require_customer(task)
    rows = Stakeholder.objects.visible_to(task.caller.by).filter(customer=customer, left_at=None)
    people = list(rows.order_by("-primary", "name", "pk"))
    role = next((role for words, role in _ROLES if words.search(task.intent.topic)), None)
    if role is not None:
        return _of_role(customer, people, role)
    first = next((one for one in people if one.primary), None) or _first_of(people)
    if first is None:
        message = f"{_count(people)} at {customer.name}, none of them with a role:"
        return _answer(customer, message if people else f"Nobody at {customer.name} is on record.", people)
    why = "the primary contact" if first.primary else _labels(first)
    others = [one for one in people if one != first]
    return _answer(customer, f"Talk to {first.name} at {customer.name}, {why}.", [first, *others], who=first)


def _first_of(people: Sequence[Stakeholder]) -> Stakeholder | None:
    return next((one for role in _IN_TURN for one in people if role in one.roles), None)


def _of_role(customer: Customer, people: Sequence[Stakeholder], role: StakeholderRole) -> Answer:
    found = [one for one in people if role in one.roles]
    label = role.label.lower()
    if len(found) == 1:
        return _answer(customer, f"{found[0].name} is the {label} at {customer.name}.", found, role=role, who=found[0])
    if found:
        return _answer(customer, f"{len(found)} people at {customer.name} are {label}s:", found, role=role)
    others = f" {_count(people)} there:" if people else ""
    return _answer(customer, f"Nobody at {customer.name} is on record as {label}.{others}", people, role=role)


def _answer(
    customer: Customer,
    message: str,
    people: Sequence[Stakeholder],
    *,
    role: StakeholderRole | None = None,
    who: Stakeholder | None = None,
) -> Answer:
    points = tuple(Point(_words(one), url=account_url(customer)) for one in people[:MOST_SHOWN])
    arguments = {**of_customer(customer), **({"role": role.value} if role else {}), **(of_person(who) if who else {})}
    return done(message, arguments=arguments, points=points, links=(account_link(customer),))


def _count(people: Sequence[Stakeholder]) -> str:
    return "1 person" if len(people) == 1 else f"{len(people)} people"


def _words(person: Stakeholder) -> str:
    more = (person.title, _labels(person), "primary contact" if person.primary else "", person.email)
    return ", ".join((person.name, *(word for word in more if word)))


def _labels(person: Stakeholder) -> str:
    return ", ".join(person.role_labels).lower()

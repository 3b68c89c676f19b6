"""What the names in a mail to our own people stand for, and who gets it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from customers.enums import Role
from customers.models import User
from emails.rules.facts import format_date
from emails.rules.templates import one_line
from journeys.enums import DeliverableState
from journeys.models import Deliverable
from journeys.queries.mail_facts import MailFacts, MailMonth

STATES = {
    DeliverableState.WRITING: "It is being written",
    DeliverableState.FAILED: "It could not be written",
    DeliverableState.PENDING_REVIEW: "It waits for your review",
    DeliverableState.REJECTED: "It was sent back and waits for the revision",
}
NOT_THERE = "There is no text yet"


def read_leaders(facts: Iterable[MailFacts]) -> dict[UUID | None, list[User]]:
    """This will give whom each owner's team is led by, by owner; ops where nobody leads. One query."""
    owners = {one.journey.customer.owner for one in facts}
    people = User.objects.filter(role__in=[Role.LEAD, Role.OPS], is_active=True).exclude(email="")
    leads: dict[UUID | None, list[User]] = defaultdict(list)
    ops: list[User] = []
    for person in people:
        if person.role == Role.OPS:
            ops.append(person)
        elif person.team_id:
            leads[person.team_id].append(person)
    return {owner.pk if owner else None: (leads.get(owner.team_id) if owner else None) or ops for owner in owners}


def staff_values(facts: MailFacts, month: MailMonth, *, now: datetime) -> dict[str, str]:
    """This will give the values of a mail about one month; who it goes to is put in for each."""
    customer, contact = facts.journey.customer, facts.recipient
    made, previous = facts.deliverable(month), facts.before(month.number)
    account = f"{settings.PUBLIC_URL}/customers/{customer.pk}"
    return {
        "clientName": one_line(customer.name),
        "contactName": one_line(contact.name) if contact else "nobody with an address",
        "programName": one_line(facts.settings.programme_name),
        "phaseName": one_line(facts.journey.version.phase_name),
        "month": str(month.number),
        "monthTitle": one_line(month.step.title),
        "dueDate": format_date(month.due_date),
        "status": _status(facts, made),
        "daysOverdue": str(_days_overdue(facts, month, made, now)),
        "note": one_line(made.rejection_note) if made and made.rejection_note.strip() else "no note",
        "previousTitle": one_line(previous.step.title) if previous else "",
        "dashboardLink": f"{account}/journey",
        "deliverableLink": f"{settings.PUBLIC_URL}/deliverables/{made.pk}" if made else f"{account}/journey",
        "messageLink": f"{account}/write",
        "callLink": f"{account}/meetings/new",
        "planLink": f"{account}/business-plan",
    }


def _status(facts: MailFacts, made: Deliverable | None) -> str:
    if made is None:
        return NOT_THERE
    if made.delivered_at is None:
        return STATES.get(DeliverableState(made.state), NOT_THERE)
    opened = f"opened {format_date(facts.day(made.opened_at))}" if made.opened_at else "not opened"
    return f"Delivered {format_date(facts.day(made.delivered_at))}, {opened}"


def _days_overdue(facts: MailFacts, month: MailMonth, made: Deliverable | None, now: datetime) -> int:
    since: date = facts.day(made.delivered_at) if made and made.delivered_at else month.due_date
    return max((facts.day(now) - since).days, 0)

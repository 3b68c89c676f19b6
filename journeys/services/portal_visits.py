"""What a contact does behind their link: opens a deliverable, keeps their own details. On record as theirs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from customers.base import lock_customer
from customers.enums import TodoState
from customers.models import Stakeholder, Todo
from customers.services.activity import record
from customers.services.stakeholders import update_stakeholder
from customers.services.todos import add_todo
from journeys.enums import DeliverableState
from journeys.models import Deliverable, PortalLink
from journeys.queries.portal import find_delivered
from journeys.rules.portal import refuse_handles, refuse_phone, tidy_handles

ADDRESS_TODO = "portal_address"


def open_deliverable(link: PortalLink, number: int, *, now: datetime) -> Deliverable | None:
    """This will give the delivered deliverable of a month, and note once that it was opened and by whom.

    None where there is none to open. What the clock would remind of is skipped from then on.
    """
    found = find_delivered(link, number)
    if found is None:
        return None
    with transaction.atomic():
        opened = Deliverable.objects.filter(pk=found.pk, state=DeliverableState.DELIVERED, opened_at=None).update(
            opened_at=now, opened_by=link.stakeholder_id, updated_at=now
        )
        if opened:
            record(
                "deliverable.opened",
                f"{link.stakeholder.name} opened M{number}: {found.title}",
                customer=link.customer_id,
                by=None,
                now=now,
                subject=found,
                actor_name=link.stakeholder.name,
                link=str(link.pk),
            )
        note_use(link, now=now)
    found.refresh_from_db(fields=["opened_at", "opened_by"])
    return found


def note_use(link: PortalLink, *, now: datetime) -> None:
    """This will note that a button behind the link was pressed; looking leaves no trace, since scanners look."""
    PortalLink.objects.filter(pk=link.pk).filter(Q(last_used_at=None) | Q(last_used_at__lt=now)).update(
        last_used_at=now
    )


def change_details(link: PortalLink, values: Mapping[str, Any], *, now: datetime) -> Stakeholder:
    """This will keep what a contact says of themselves: name, title, phone, social_handles, email.

    Another address is only noted, and a colleague asked to look: whoever holds a forwarded mail holds its link, and
    must not turn all mail to themselves. Raises ValidationError with field names.
    """
    person = Stakeholder.objects.get(pk=link.stakeholder_id)
    wanted = {name: values[name] for name in ("name", "title", "phone", "social_handles", "email") if name in values}
    wanted = _check(wanted)
    email = wanted.pop("email", person.email)
    with transaction.atomic():
        lock_customer(link.customer_id)
        update_stakeholder(
            person,
            {**wanted, "wished_email": "" if email == person.email.lower() else email},
            now=now,
            by=None,
            actor_name=person.name,
        )
        _ask_owner(link, person, now=now)
        note_use(link, now=now)
    return person


def _check(values: dict[str, Any]) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    tidy = {name: " ".join(str(value).split()) for name, value in values.items() if name != "social_handles"}
    handles = tidy_handles(str(values.get("social_handles", "")))
    if refusal := refuse_phone(tidy.get("phone", "")):
        errors["phone"] = [refusal]
    if refusal := refuse_handles(handles):
        errors["social_handles"] = [refusal]
    if "email" in tidy and not tidy["email"]:
        errors["email"] = ["We need an address to write to."]
    if errors:
        raise ValidationError(errors)
    if "social_handles" in values:
        tidy["social_handles"] = "\n".join(handles)
    if "email" in tidy:
        tidy["email"] = tidy["email"].lower()
    return tidy


def _ask_owner(link: PortalLink, person: Stakeholder, *, now: datetime) -> None:
    """One open task for each person, without the address: that stands with the person, where it can be erased."""
    open_tasks = Todo.objects.filter(
        customer=link.customer_id, kind=ADDRESS_TODO, source_id=person.pk, state=TodoState.OPEN
    )
    if not person.wished_email or open_tasks.exists():
        return
    add_todo(
        f"{person.name} gave another address: check it",
        customer=link.customer_id,
        owner=link.customer.owner,
        now=now,
        by=None,
        kind=ADDRESS_TODO,
        detail="Mail goes to the old one until you put the new one into their entry.",
        source_kind="stakeholder",
        source_id=person.pk,
    )

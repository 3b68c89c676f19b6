"""Drafts as lists and single rows, for whoever may see them."""

from __future__ import annotations

import uuid
from typing import Any

from customers.models import Customer, Stakeholder, User
from customers.queries.lookup import NotThere
from emails.enums import DraftState
from emails.models import Draft


def list_visible_drafts(user: User) -> Any:
    """This will give the drafts that the person may see, those that were deleted among them."""
    return Draft.objects.with_people().visible_to(user)


def require_draft(draft_id: uuid.UUID, *, user: User) -> Draft:
    """This will find a draft that was not deleted. Raises NotThere, also for one that is not the person's."""
    found: Draft | None = list_visible_drafts(user).exclude(state=DraftState.CANCELLED).filter(pk=draft_id).first()
    if found is None:
        raise NotThere("There is no such draft, or it is not yours.")
    return found


def require_stakeholder(stakeholder_id: uuid.UUID, *, customer: Customer) -> Stakeholder:
    """This will find a person of the account. Raises NotThere."""
    person = Stakeholder.objects.filter(customer=customer, pk=stakeholder_id).first()
    if person is None:
        raise NotThere("There is no such person at this account.")
    return person


def find_recipient(address: str, *, customer: Customer) -> Stakeholder | None:
    """This will find the person of the account with this address, unless they have left."""
    people = Stakeholder.objects.filter(customer=customer, left_at=None).exclude(email="")
    return people.filter(email__iexact=address.strip()).first()

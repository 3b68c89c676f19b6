"""In whose name a letter leaves. Source: DESIGN section 5, "Sender"."""

from __future__ import annotations

from customers.models import Customer, User
from emails.models import Draft


def may_sign(draft: Draft, *, by: User) -> bool:
    """Say whether this person may put their own name under the letter: one who speaks for the account, and who has
    an address to send from."""
    return by.is_worker and bool(by.email) and draft.sender_id != by.pk and _speaks_for(draft, by)


def waits_for_sender(draft: Draft, *, by: User) -> bool:
    """Say whether it leaves in the name of the account executive or the executive, who then approves it in person.

    Where the CSM has no address to send from, somebody stands in for them, and nobody is waited for.
    """
    if draft.sender is None or draft.sender_id in (*by.desk, draft.customer.owner_id):
        return False
    owner = draft.customer.owner
    return owner is not None and bool(owner.email) and _speaks_for(draft, draft.sender)


def sender_for(customer: Customer, *, by: User) -> User | None:
    """Give in whose name a letter leaves that `by` writes: their own; of an integration's the account's owner's."""
    return customer.owner if by.is_integration else by


def _speaks_for(draft: Draft, person: User) -> bool:
    customer = draft.customer
    seats = {customer.owner_id, customer.account_executive_id, customer.executive_id}
    return not seats.isdisjoint(person.desk)

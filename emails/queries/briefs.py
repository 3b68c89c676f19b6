"""What a writer is told of a letter that nobody ordered."""

from __future__ import annotations

from customers.enums import StakeholderRole
from customers.models import User
from customers.queries.workspace import get_settings
from emails.enums import PriceApproach, Purpose, Tone
from emails.models import Draft
from emails.rules.letters import LetterBrief, Recipient, Sender


def sender_of(person: User) -> Sender:
    """Give a person as the letters name their sender."""
    return Sender(
        name=person.display_name,
        title=person.title,
        company=get_settings().company_name,
        phone=person.phone,
        signature=person.signature,
    )


def free_brief(draft: Draft) -> LetterBrief | None:
    """The brief by which a letter that was written freely can be written anew.

    None where that makes no sense: an answer in a thread, or a letter whose recipient or sender is gone.
    """
    person, sender = draft.stakeholder, draft.sender
    if person is None or sender is None or draft.purpose != Purpose.FREE or draft.parent_id is not None:
        return None
    roles = [code for code in person.roles if code in StakeholderRole.values]
    return LetterBrief(
        customer=draft.customer.name,
        recipient=Recipient(
            name=person.name,
            role=roles[0] if roles else StakeholderRole.USER,
            title=person.title,
            relationship=person.relationship_strength,
            notes=person.history,
            language=person.language or "en",
        ),
        sender=sender_of(sender),
        tone=Tone(draft.tone),
        price_approach=PriceApproach(draft.price_approach),
        churn_risk=draft.customer.churn_risk,
    )

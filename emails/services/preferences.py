"""What a contact chose on the page behind a link of theirs; repeated, it changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from emails.enums import EVERYTHING, Lane, SuppressionCause
from emails.models import Draft
from emails.queries.preferences import list_own_addresses, was_handed_over
from emails.rules.preferences import OPTIONAL_LANES
from emails.rules.suppression import CONTACT_LIFTS
from emails.services.suppression import lift_address, lock_accounts_of, suppress

OWN_WISH = "the contact chose so by a link of theirs"


def choose_topics(draft: Draft, wanted: Collection[Lane], *, now: datetime) -> bool:
    """This will write the contact's choice for every address of theirs; none wanted takes them off everything.

    False where nobody can have got the letter yet: a colleague who follows the link in a preview changes nothing.
    """
    if not was_handed_over(draft):
        return False
    choose_topics_of(list_own_addresses(draft), wanted, customer_id=draft.customer_id, draft=draft, now=now)
    return True


def choose_topics_of(
    addresses: Sequence[str],
    wanted: Collection[Lane],
    *,
    customer_id: uuid.UUID,
    draft: Draft | None = None,
    now: datetime,
) -> None:
    """This will write a contact's choice for these addresses. customer_id, draft: where the choice came from."""
    with transaction.atomic():
        lock_accounts_of(addresses)
        for address in addresses:
            # Off before on, so that no letter is free in between.
            for topic in _unwanted(wanted):
                suppress(
                    address,
                    cause=SuppressionCause.UNSUBSCRIBED,
                    topic=topic,
                    customer=customer_id,
                    draft=draft,
                    now=now,
                    by=None,
                )
            if wanted:
                lift_address(
                    address, causes=CONTACT_LIFTS, topics=[EVERYTHING, *wanted], reason=OWN_WISH, now=now, by=None
                )


def _unwanted(wanted: Collection[Lane]) -> list[str]:
    return sorted(OPTIONAL_LANES - set(wanted)) if wanted else [EVERYTHING]

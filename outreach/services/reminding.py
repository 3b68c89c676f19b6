"""Three days without an answer: a reminder in the thread of the first letter, written and left for approval."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from customers.models import Stakeholder, User
from emails.enums import Lane, OriginKind, Purpose, Theme
from emails.models import Draft
from emails.rules.letters import Origin
from emails.services.following import FollowUp, write_follow_up
from outreach.enums import CadenceKind
from outreach.models import Touch


def write_reminders(letter_ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Write one reminder for each letter. The clock completes the row in the same transaction: never a second one."""
    for letter in Draft.objects.with_people().filter(pk__in=letter_ids):
        sender = letter.speaker or letter.customer.owner
        if letter.stakeholder is None or sender is None:
            raise ValueError("a letter to nobody, or from nobody, is skipped before")
        reminder = write_follow_up(_wanted(letter, letter.stakeholder, sender), now=now, by=None)
        touches = Touch.objects.filter(automation__kind=CadenceKind.REMIND, automation__subject_id=letter.pk)
        touches.update(draft_id=reminder.pk, updated_at=now)


def _wanted(letter: Draft, person: Stakeholder, sender: User) -> FollowUp:
    return FollowUp(
        customer=letter.customer,
        stakeholder=person,
        sender=sender,
        theme=Theme.EXPANSION_REMINDER if letter.origin_kind == OriginKind.UPSELL else Theme.REMINDER,
        origin=origin_of(letter),
        parent=letter,
        lane=Lane(letter.lane),
        cc=tuple(letter.cc),
    )


def origin_of(letter: Draft) -> Origin:
    """What follows a letter belongs to the same plan: closing that cancels it too."""
    return Origin(
        kind=OriginKind(letter.origin_kind), id=letter.origin_id, position=letter.position, purpose=Purpose.FOLLOW_UP
    )

"""Letters of somebody who is away: the delegate signs what is due meanwhile; what is left over goes back.

Letters that a rule approved keep the owner's name: no person is asked for them.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from customers.models import Absence, User
from customers.queries.absences import find_running
from customers.registry.absences import register_absence_steps
from customers.services.locks import lock_ids
from emails.models import Draft
from emails.queries.briefs import sender_of
from emails.rules.letters import Sender
from emails.rules.signing import copied_to, sign_over
from emails.services.handing_over import READ, Signed, unsent, write_signed

BATCH = 200


def register() -> None:
    """Take part in absences; called at start-up."""
    register_absence_steps(begins=sign_for_absent, ends=give_back)


def sign_for_absent(absence: Absence, now: datetime) -> None:
    """This will put the unsent letters that are due before the person is back into the delegate's name."""
    due = Q(scheduled_send_date=None) | Q(scheduled_send_date__lt=absence.ends_at)
    rows = unsent().filter(due, sender=absence.user, approval_rule="")
    reason = f"{absence.delegate.display_name} signs while {absence.user.display_name} is away"
    _sign(rows, old=absence.user, new=absence.delegate, signed_for=absence.user, reason=reason, now=now)


def give_back(absence: Absence, now: datetime) -> None:
    """This will put what has not left into the name of who is back."""
    rows = unsent().filter(sender=absence.delegate, signed_for=absence.user)
    reason = f"{absence.user.display_name} is back"
    _sign(rows, old=absence.delegate, new=absence.user, signed_for=None, reason=reason, now=now)


def sign_new_letter(draft_id: uuid.UUID, *, now: datetime) -> bool:
    """This will have a letter that was written while its sender is away signed by the delegate; True if so."""
    sender_id = Draft.objects.filter(pk=draft_id).values_list("sender_id", flat=True).first()
    if sender_id is None or find_running(sender_id) is None:
        return False
    with transaction.atomic():
        absence = find_running(sender_id)
        if absence is None:
            return False
        reason = f"{absence.delegate.display_name} signs while {absence.user.display_name} is away"
        rows = unsent().filter(pk=draft_id, sender=absence.user, approval_rule="")
        _sign(rows, old=absence.user, new=absence.delegate, signed_for=absence.user, reason=reason, now=now)
    return True


def _sign(rows: Any, *, old: User, new: User, signed_for: User | None, reason: str, now: datetime) -> None:
    before, after = sender_of(old), sender_of(new)
    ids = list(rows.order_by("pk").values_list("pk", "customer_id"))
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        lock_ids({customer_id for _, customer_id in batch})
        locked = rows.filter(pk__in=[pk for pk, _ in batch]).select_related(*READ)
        letters = list(locked.order_by("pk").select_for_update(of=("self",), no_key=True))
        signed = [_one(letter, old, new, before, after) for letter in letters]
        Draft.objects.filter(pk__in=[letter.pk for letter in letters]).update(signed_for=signed_for)
        write_signed(signed, now=now, by=None, reason=reason)


def _one(letter: Draft, old: User, new: User, before: Sender, after: Sender) -> Signed:
    body = sign_over(letter.body, old=before, new=after)
    cc = copied_to(letter.cc, old="", new=new.email, signs=True)
    return Signed(letter, new, after, body, cc, voids=True)

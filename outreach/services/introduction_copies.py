"""The account executive in copy of an introduction: one click, which voids the approval as any edit does.

They are told why by a mail of ours, once per introduction, while nothing has left yet.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import User
from customers.services.activity import record
from emails.models import Draft
from emails.services.editing import save_draft
from emails.services.staff_mails import NewStaffMail, queue_staff_mails
from outreach.models import UpsellIntroduction
from outreach.queries.expansion import read_expansion_context
from outreach.rules.upsell.notes import ASKED, as_points
from outreach.services.staff_templates import find_note_version


def copy_account_executive(introduction: UpsellIntroduction, *, version: int, now: datetime, by: User) -> Draft:
    """Put the account executive into copy and tell them why. Nothing happens where they are in copy already.

    Raises ValidationError by field, StaleVersion, NotEditable. Writes Draft, UpsellIntroduction, StaffMail, Activity.
    """
    draft, executive = _open(introduction)
    address = executive.email.lower()
    with transaction.atomic():
        changed = save_draft(draft, version=version, now=now, by=by, cc=_with(draft.cc, address))
        if changed.version == draft.version:
            return changed
        UpsellIntroduction.objects.filter(pk=introduction.pk).update(copies_account_executive=True, updated_at=now)
        tell_account_executive(introduction, draft=changed, executive=executive, now=now)
        _record(introduction, f"{executive.display_name} put into copy of the introduction", now=now, by=by)
    return changed


def drop_account_executive(introduction: UpsellIntroduction, *, version: int, now: datetime, by: User) -> Draft:
    """Take the account executive out of the copy again. Raises as `copy_account_executive`."""
    draft, executive = _open(introduction)
    left = [address for address in draft.cc if address.lower() != executive.email.lower()]
    with transaction.atomic():
        changed = save_draft(draft, version=version, now=now, by=by, cc=left)
        if changed.version == draft.version:
            return changed
        UpsellIntroduction.objects.filter(pk=introduction.pk).update(copies_account_executive=False, updated_at=now)
        _record(introduction, f"{executive.display_name} taken out of the introduction's copy", now=now, by=by)
    return changed


def tell_account_executive(introduction: UpsellIntroduction, *, draft: Draft, executive: User, now: datetime) -> None:
    """Write the note that says why they are in copy; once per introduction and person."""
    customer = introduction.customer
    expansion = read_expansion_context(customer, now=now).expansion
    base = settings.PUBLIC_URL.rstrip("/")
    values = {
        "staffName": executive.display_name,
        "senderName": draft.sender.display_name if draft.sender else "A colleague",
        "contactName": draft.to_name,
        "clientName": customer.name,
        "reasons": as_points(expansion.led_because if expansion else (), ASKED),
        "signals": as_points([signal.words for signal in expansion.signals] if expansion else ()),
        "plan": expansion.plan.recommended_plan if expansion else "",
        "draftLink": f"{base}/drafts/{draft.pk}",
        "expansionLink": f"{base}/customers/{customer.pk}/expansion",
    }
    mail = NewStaffMail(
        user=executive,
        version=find_note_version(now=now),
        values=values,
        key=f"introduction-copy:{introduction.pk}:{executive.pk}",
        customer_id=customer.pk,
    )
    queue_staff_mails([mail], now=now)


def _open(introduction: UpsellIntroduction) -> tuple[Draft, User]:
    executive = introduction.customer.account_executive
    if introduction.draft is None:
        raise ValidationError({"draft": "Its draft was deleted."})
    if executive is None or not executive.email or not executive.is_active:
        raise ValidationError({"cc": "The account has no account executive with an address."})
    if introduction.draft.sender_id == executive.pk:
        raise ValidationError({"cc": "The account executive signs it."})
    return introduction.draft, executive


def _with(addresses: list[str], address: str) -> list[str]:
    there = {one.lower() for one in addresses}
    return list(addresses) if address in there else [*addresses, address]


def _record(introduction: UpsellIntroduction, summary: str, *, now: datetime, by: User) -> None:
    record("introduction.copied", summary, customer=introduction.customer_id, by=by, now=now, subject=introduction)

"""A letter taken over by somebody who speaks for the account: sender, signature and proposal change together."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import User
from customers.services.activity import record
from emails.models import Draft
from emails.queries.briefs import sender_of
from emails.queries.ground_facts import account_facts
from emails.queries.senders import may_sign
from emails.rules.letters import Sender
from emails.rules.signing import sign_over
from emails.services.editing import touch
from emails.services.files import PROPOSAL_KIND, attach_proposal
from emails.services.history import keep_version
from emails.writing.proposal import NoLockedPrice

OUR_PEOPLE = ("sender.", "colleague.")
"""Keys of the facts that name people of ours."""


def sign_as_own(draft: Draft, *, version: int, now: datetime, by: User) -> Draft:
    """Put the letter into the name of `by`, who is no longer copied in. Voids the approval.

    Raises ValidationError for who does not speak for the account, StaleVersion, NotEditable.
    """
    if not may_sign(draft, by=by):
        raise ValidationError({"sender": "Only the owner, account executive or executive of the account may sign it."})
    new = sender_of(by)
    body = sign_over(draft.body, old=sender_of(draft.sender), new=new) if draft.sender else draft.body
    with transaction.atomic():
        signed = touch(
            draft,
            version=version,
            now=now,
            sender=by,
            body=body,
            brief=_brief(draft, new),
            facts=_facts(draft, by, now=now),
            cc=[address for address in draft.cc if address.lower() != by.email.lower()],
        )
        keep_version(signed, reason=f"In the name of {by.display_name}", now=now, by=by)
        _renew_proposal(signed)
        summary = f"“{signed}” to {signed.to_name} leaves in the name of {by.display_name}"
        record("draft.signed", summary, customer=draft.customer_id, by=by, now=now, subject=draft)
    return signed


def _brief(draft: Draft, sender: Sender) -> dict[str, object]:
    """The brief that the letter is written again from names who signs."""
    if not draft.brief:
        return {}
    return {**draft.brief, "letter": {**draft.brief["letter"], "sender": dict(sender.__dict__)}}


def _facts(draft: Draft, sender: User, *, now: datetime) -> list[dict[str, object]]:
    """Give the facts of the letter with who of us is named in it read again."""
    fresh = account_facts(draft.customer, stakeholder=draft.stakeholder, sender=sender, now=now)
    kept = [row for row in draft.facts if not row["key"].startswith(OUR_PEOPLE)]
    return [*kept, *(fact.as_json() for fact in fresh if fact.key.startswith(OUR_PEOPLE))]


def _renew_proposal(draft: Draft) -> None:
    """The proposal says who prepared it."""
    if draft.attachments.filter(kind=PROPOSAL_KIND).exists():
        with suppress(NoLockedPrice):
            attach_proposal(draft)

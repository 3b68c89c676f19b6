"""Step 4: the introduction, written as a draft. It is done once the mail has left, which the one gate decides.

Hybrid and human: a person approves it, anywhere. Full: the named rule that ops switched on approves it, while no fact
is amber and the workspace still allows it; else it waits for a person too (promise 2).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from customers.models import Activity, User
from emails.models import Draft
from emails.services.editing import NotEditable, StaleVersion
from emails.services.ordering import write_at_once, write_plainly
from emails.services.sending import NotAllowed, Refused, send_by_rule
from outreach.enums import AutomationLevel, Directness
from outreach.queries.upsell_settings import read_ceiling
from outreach.services.introductions import write_introduction
from outreach.services.upsell.outcomes import Failed, Outcome, Waits, Work

RULE = "Full automation of upsell runs"
SWITCHED_ON = "upsell.full_allowed"
WAITS = "The mail is written and waits for an approval."


def write_mail(work: Work) -> Outcome:
    """Write the introduction, once per run; at full level have the rule approve it."""
    is_full = work.run.level == AutomationLevel.FULL
    try:
        # The rule approves what our own words say of the records; free text by a model waits for a reader.
        introduction = write_introduction(
            work.customer.pk,
            by=None,
            now=work.now,
            directness=Directness.SOFT,
            run=work.run,
            pen=write_plainly if is_full else write_at_once,
        )
    except ValidationError as error:
        return Failed(" ".join(error.messages))
    draft = introduction.draft
    if draft is None:
        return Failed("The mail was taken away while it was written.", can_retry=True)
    note = (_approve(draft, work) or f"Approved by the rule “{RULE}”.") if is_full else WAITS
    return Waits(_told(draft, introduction.framing), note)


def _approve(draft: Draft, work: Work) -> str:
    """Say why a person must approve it after all; "" where the rule has."""
    if read_ceiling() is not AutomationLevel.FULL:
        return f"{WAITS} The workspace does not allow full automation any more."
    by = _who_switched_on()
    if by is None:
        return f"{WAITS} Nobody on record switched full automation on."
    if draft.approved_at is not None:
        return ""
    try:
        send_by_rule(draft, version=draft.version, rule=RULE, now=work.now, by=by)
    except (NotAllowed, Refused) as refusal:
        return f"{WAITS} {refusal}"
    except (NotEditable, StaleVersion):
        return WAITS
    return ""


def _who_switched_on() -> User | None:
    """The person who allowed full automation last; the rule speaks for them while they are one of us."""
    line = Activity.objects.filter(verb=SWITCHED_ON).select_related("actor").order_by("-at").first()
    actor: User | None = line.actor if line is not None else None
    return actor if actor is not None and actor.is_active and actor.is_ops else None


def _told(draft: Draft, framing: str) -> dict[str, Any]:
    return {
        "draftId": str(draft.pk),
        "to": draft.to_name,
        "subject": draft.subject,
        "framing": framing,
    }

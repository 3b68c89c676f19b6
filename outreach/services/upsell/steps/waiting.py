"""Step 6: the wait for a reply, a row on the one clock. 24 hours are hours. Source: spec, "Reply Timeout: 24 hours"."""

from __future__ import annotations

from typing import Any

from journeys.enums import AutomationType
from journeys.services.scheduling import NewAutomation, schedule_automations
from outreach.enums import UPSELL_TIMEOUT, UpsellReply
from outreach.models import UpsellRun
from outreach.queries.upsell_settings import read_reply_timeout
from outreach.services.upsell.outcomes import Done, Outcome, Waits, Work

SUBJECT = "upsellrun"


def wait_for_reply(work: Work) -> Outcome:
    """Begin to wait; a reply that came before is taken at once."""
    run = work.run
    if run.reply:
        return Done({"reply": run.reply}, f"They answered before: {UpsellReply(run.reply).label.lower()}.")
    until = work.now + read_reply_timeout()

    def begin() -> dict[str, Any]:
        UpsellRun.objects.filter(pk=run.pk).update(waits_until=until, updated_at=work.now)
        schedule_automations(
            [
                NewAutomation(
                    type=AutomationType.WAIT_FOR_REPLY,
                    kind=UPSELL_TIMEOUT,
                    customer_id=run.customer_id,
                    subject_kind=SUBJECT,
                    subject_id=run.pk,
                    at=until,
                )
            ]
        )
        return {}

    return Waits({"waitsUntil": until.isoformat()}, finish=begin)

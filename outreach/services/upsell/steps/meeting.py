"""Step 7, only on a yes: a meeting at Zoom next week, at an hour that both sides work.

Zoom has no idempotency key: after a call that nobody saw answered a person looks, and another try looks for it first.
The host's own link is dropped by the client.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.models import Stakeholder, User
from customers.rules.metrics import metric_name
from customers.services.meetings import record_meeting
from outreach.clients.choice import get_zoom, why_zoom_off
from outreach.clients.zoom import MeetingAsk, ZoomMeeting
from outreach.enums import UpsellStepName
from outreach.queries.upsell_runs import find_introduction, list_taken, read_windows
from outreach.rules.upsell.meeting_times import DURATION, propose_time
from outreach.services.upsell.outcomes import Done, Doubtful, Failed, Outcome, Work

NO_HOUR = "No hour next week is a working hour on both sides: choose a time and try again."
PASSED = "The chosen time has passed: choose another one and try again."


def create_meeting(work: Work) -> Outcome:
    """Make the meeting there, and keep it here in the transaction that settles the step."""
    host: User | None = work.customer.owner
    starts_at = _chosen(work) or propose_time(
        read_windows(work.customer, host, now=work.now), now=work.now, taken=list_taken(host, now=work.now)
    )
    if starts_at is None:
        return Failed(NO_HOUR)
    if starts_at <= work.now:
        return Failed(PASSED)
    ask = MeetingAsk(
        customer_id=work.customer.pk,
        topic=f"{work.customer.name}: how to go on with {_subject(work)}",
        starts_at=starts_at,
        duration_min=int(DURATION.total_seconds() // 60),
        # The same at every try: what a lost call has made is found again, and kept as it is.
        reference=f"upsell:{work.run.pk}",
    )
    try:
        made = get_zoom().create_meeting(ask, now=work.now)
    except NotAccepted as refusal:
        return Failed(refusal.reason, can_retry=refusal.can_retry, after_s=refusal.retry_after_s)
    except MaybeAccepted as doubt:
        return Doubtful(doubt.reason)
    ask = replace(ask, starts_at=made.starts_at or starts_at)
    told = {"startsAt": ask.starts_at.isoformat(), "zoomId": made.meeting_id, "joinUrl": made.join_url}
    asked = {**work.step.input, "topic": ask.topic, "minutes": ask.duration_min}
    return Done(told, why_zoom_off(), asked, finish=lambda: _keep(work, ask, made))


def _chosen(work: Work) -> datetime | None:
    """The time that a person chose, when they said yes."""
    said = work.step.input.get("startsAt")
    return parse_datetime(said) if isinstance(said, str) else None


def _subject(work: Work) -> str:
    plan = work.output_of(UpsellStepName.ASK_CLAUDE_FOR_PLAN)
    return str(plan.get("recommendedPlan") or metric_name(work.run.metric))


def _keep(work: Work, ask: MeetingAsk, made: ZoomMeeting) -> dict[str, Any]:
    people = _people(work)
    try:
        meeting = record_meeting(
            work.customer,
            title=ask.topic[:200],
            starts_at=ask.starts_at,
            stakeholders=people,
            notes=f"Join: {made.join_url}",
            now=work.now,
            by=work.step.approved_by,
        )
    except ValidationError as error:
        return {"notKept": " ".join(error.messages)}
    return {"meetingId": str(meeting.pk), "with": ", ".join(person.name for person in people)}


def _people(work: Work) -> list[Stakeholder]:
    introduction = find_introduction(work.run)
    person = introduction.draft.stakeholder if introduction and introduction.draft else None
    return [person] if person is not None and person.customer_id == work.customer.pk else []

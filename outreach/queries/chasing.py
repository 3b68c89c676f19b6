"""The facts on which chasers are decided, read for many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from customers.enums import MeetingState
from customers.models import Meeting
from customers.queries.calendars import local_date
from emails.enums import DraftState, Lane, Purpose
from emails.models import Draft, Reply
from emails.queries.suppression import list_suppressed
from emails.rules.suppression import SuppressionFacts
from journeys.rules.automations import Due
from outreach.enums import CadenceKind, PlanState, TouchState
from outreach.models import OutreachPlan, Touch
from outreach.rules.chasing import Answer, ChaserFacts

NO_MORE = {
    TouchState.DONE: "A person did it before.",
    TouchState.SKIPPED: "Skipped by a person.",
    TouchState.CANCELLED: "It is no longer part of the plan.",
}


@dataclass(frozen=True)
class Contact:
    """Something that passed between us and the account. person: None where it is not known who."""

    customer_id: UUID
    stakeholder_id: UUID | None
    draft_id: UUID | None
    at: datetime
    by: str = ""


@dataclass
class Ground:
    """What was read once for all rows of a kind."""

    replies: list[Contact] = field(default_factory=list)
    meetings: list[Contact] = field(default_factory=list)
    touches: dict[UUID, Touch] = field(default_factory=dict)
    plans: dict[UUID, OutreachPlan] = field(default_factory=dict)
    suppressed: Mapping[tuple[str, str], SuppressionFacts] = field(default_factory=dict)


def load_letter_chasers(dues: Sequence[Due]) -> dict[UUID, ChaserFacts]:
    """Read the facts of chasers that go after one letter; a letter that is gone is left out."""
    letters = _read_letters([due.subject_id for due in dues])
    plans = _read_plans(letter.origin_id for letter in letters.values())
    ground = _read_ground(dues, since=_first_sent(letters.values()), plans=plans)
    for lane in {one.lane for one in letters.values()}:
        addresses = [one.to_email for one in letters.values() if one.lane == lane]
        found = list_suppressed(addresses, Lane(lane))
        ground.suppressed = {**ground.suppressed, **{(lane, address): why for address, why in found.items()}}
    return {due.id: _of_letter(due, letters[due.subject_id], ground) for due in dues if due.subject_id in letters}


def load_plan_chasers(dues: Sequence[Due]) -> dict[UUID, ChaserFacts]:
    """Read the facts of escalations, whose subject is a plan; the first letter of the plan counts."""
    plans = _read_plans(due.subject_id for due in dues)
    sent = Draft.objects.filter(origin_id__in=plans, purpose=Purpose.FIRST_TOUCH, sent_at__isnull=False)
    first: dict[UUID, datetime] = {}
    for plan_id, at in sent.values_list("origin_id", "sent_at"):
        first[plan_id] = min(at, first.get(plan_id, at))
    ground = _read_ground(dues, since=min(first.values(), default=None), plans=plans)
    return {
        due.id: _of_plan(due, plans[due.subject_id], first[due.subject_id], ground)
        for due in dues
        if due.subject_id in first
    }


def load_reply_chasers(dues: Sequence[Due]) -> dict[UUID, ChaserFacts]:
    """Read the facts of going back to somebody who said that they would think about it."""
    rows = Reply.objects.select_related("stakeholder", "customer").in_bulk([due.subject_id for due in dues])
    plans = _read_plans(UUID(due.payload["plan"]) for due in dues if due.payload.get("plan"))
    ground = _read_ground(dues, since=min((row.received_at for row in rows.values()), default=None), plans=plans)
    return {due.id: _of_reply(due, rows[due.subject_id], ground) for due in dues if due.subject_id in rows}


def _of_letter(due: Due, letter: Draft, ground: Ground) -> ChaserFacts:
    person = letter.stakeholder
    since = letter.sent_at
    zone = letter.customer.timezone
    mine = [
        one
        for one in ground.replies
        if one.customer_id == letter.customer_id
        and (since is None or one.at >= since)
        and (one.draft_id == letter.pk or (person is not None and one.stakeholder_id == person.pk))
    ]
    suppressed = ground.suppressed.get((letter.lane, letter.to_email.lower()))
    return ChaserFacts(
        kind=CadenceKind(due.kind),
        subject_id=letter.pk,
        name=person.name if person else letter.to_name,
        over=_why_over(due, ground, plan_id=letter.origin_id),
        has_left=person is None or person.has_left,
        gets_no_mail=suppressed.words if suppressed else "",
        has_sender=bool(letter.sender_id or letter.customer.owner_id),
        did_not_arrive=letter.state == DraftState.BOUNCED,
        answer=_answer(mine, zone=zone),
        meeting_date=_meeting_date(ground, letter.customer_id, since, zone, person_id=person.pk if person else None),
    )


def _of_plan(due: Due, plan: OutreachPlan, since: datetime, ground: Ground) -> ChaserFacts:
    zone = plan.customer.timezone
    anybody = [one for one in ground.replies if one.customer_id == plan.customer_id and one.at >= since]
    return ChaserFacts(
        kind=CadenceKind(due.kind),
        subject_id=plan.pk,
        name=plan.customer.name,
        over=_why_over(due, ground, plan_id=plan.pk),
        answer=_answer(anybody, zone=zone),
        meeting_date=_meeting_date(ground, plan.customer_id, since, zone),
    )


def _of_reply(due: Due, reply: Reply, ground: Ground) -> ChaserFacts:
    person = reply.stakeholder
    zone = reply.customer.timezone if reply.customer else "UTC"
    later = [
        one
        for one in ground.replies
        if one.customer_id == due.customer_id
        and one.at > reply.received_at
        and one.stakeholder_id == reply.stakeholder_id
    ]
    plan_id = due.payload.get("plan")
    return ChaserFacts(
        kind=CadenceKind(due.kind),
        subject_id=reply.pk,
        name=person.name if person else reply.from_name or reply.from_email,
        over=_why_over(due, ground, plan_id=UUID(plan_id) if plan_id else None),
        has_left=person is not None and person.has_left,
        answer=_answer(later, zone=zone),
        meeting_date=_meeting_date(
            ground, due.customer_id, reply.received_at, zone, person_id=person.pk if person else None
        ),
    )


def _read_letters(ids: list[UUID]) -> dict[UUID, Draft]:
    rows: dict[UUID, Draft] = (
        Draft.objects.select_related("customer", "stakeholder").defer("body", "facts").in_bulk(ids)
    )
    return rows


def _read_plans(ids: Iterable[UUID | None]) -> dict[UUID, OutreachPlan]:
    return OutreachPlan.objects.select_related("customer").in_bulk([pk for pk in ids if pk])


def _read_ground(dues: Sequence[Due], *, since: datetime | None, plans: dict[UUID, OutreachPlan]) -> Ground:
    """Read what passed at these accounts since the earliest letter, three queries for all rows."""
    customers = {due.customer_id for due in dues}
    touches = Touch.objects.filter(automation__in=[due.id for due in dues])
    ground = Ground(plans=plans, touches={touch.automation_id: touch for touch in touches if touch.automation_id})
    if since is None:
        return ground
    replies = Reply.objects.moving().filter(customer__in=customers, received_at__gte=since).order_by("received_at")
    ground.replies = [
        Contact(row.customer_id, row.stakeholder_id, row.draft_id, row.received_at, row.from_name or row.from_email)
        for row in replies.only("customer_id", "stakeholder_id", "draft_id", "received_at", "from_name", "from_email")
    ]
    met = Meeting.objects.filter(customer__in=customers, starts_at__gte=since).exclude(state=MeetingState.CANCELLED)
    ground.meetings = [
        Contact(customer_id, person_id, None, starts_at)
        for customer_id, person_id, starts_at in met.order_by("starts_at").values_list(
            "customer_id", "stakeholders", "starts_at"
        )
    ]
    return ground


def _first_sent(letters: Iterable[Draft]) -> datetime | None:
    return min((letter.sent_at for letter in letters if letter.sent_at), default=None)


def _why_over(due: Due, ground: Ground, *, plan_id: UUID | None) -> str:
    """Why nobody goes on with it: its plan is closed, or the contact that shows it was settled."""
    plan = ground.plans.get(plan_id) if plan_id else None
    if plan is not None and plan.state == PlanState.CLOSED:
        return f"The plan is closed: {plan.get_end_display().lower()}."
    touch = ground.touches.get(due.id)
    return NO_MORE.get(TouchState(touch.state), "") if touch else ""


def _answer(contacts: list[Contact], *, zone: str) -> Answer | None:
    return Answer(contacts[0].by, local_date(contacts[0].at, zone)) if contacts else None


def _meeting_date(
    ground: Ground, customer_id: UUID, since: datetime | None, zone: str, *, person_id: UUID | None = None
) -> date | None:
    """The first meeting since then; with anybody at the account where no person is named."""
    met = (
        one
        for one in ground.meetings
        if one.customer_id == customer_id
        and (since is None or one.at >= since)
        and (person_id is None or one.stakeholder_id == person_id)
    )
    first = next(met, None)
    return local_date(first.at, zone) if first else None

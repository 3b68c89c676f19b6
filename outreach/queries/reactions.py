"""What stands behind the question that a brake asks: the replies, what each choice would change, what was decided."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from customers.enums import MeetingState
from customers.models import Brake, Customer, Meeting
from customers.queries.calendars import local_date
from customers.queries.sending import sending_rules
from customers.queries.workspace import get_settings
from customers.rules.windows import Window
from emails.enums import EDITABLE_STATES, OriginKind, Purpose, ReplyClass
from emails.models import Draft, Reply
from emails.rules.facts import format_date
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from outreach.enums import CHASERS, CadenceKind, Choice, TouchKind, TouchState
from outreach.models import OutreachPlan, Reaction
from outreach.queries.plans import find_live_plan
from outreach.rules.reactions import Milestone, Pending, ReactionFacts, RowChange, changes_of

MEETING_SOURCE = "meeting"
MILESTONES = (TouchKind.FINAL_FOLLOW_UP, TouchKind.ALIGNMENT, TouchKind.NOTICE)
_WORDS = {
    CadenceKind.REMIND: "Remind {name}",
    CadenceKind.OTHER_CHANNEL: "Reach {name} another way",
    CadenceKind.ESCALATE: "Escalate to an executive",
    CadenceKind.CHECK_BACK: "Check back with {name}",
}


@dataclass(frozen=True)
class Standing:
    """An account that waits for a decision: all that the choices are weighed on, read once."""

    customer: Customer
    brake: Brake
    plan: OutreachPlan | None
    replies: tuple[Reply, ...]
    meeting: Meeting | None
    facts: ReactionFacts
    drafts: tuple[Draft, ...]

    def changes(self, choice: Choice) -> tuple[RowChange, ...]:
        return changes_of(choice, self.facts)

    def needless_drafts(self, choice: Choice) -> tuple[Draft, ...]:
        """The chasing letters that wait for approval and that the choice makes needless."""
        if choice in (Choice.ACCELERATE, Choice.NEGOTIATE):
            return self.drafts
        if choice == Choice.RESUME:
            return tuple(draft for draft in self.drafts if self._is_answered(draft))
        return ()

    def _is_answered(self, draft: Draft) -> bool:
        about = draft.parent.stakeholder_id if draft.parent else None
        return str(about or draft.stakeholder_id) in self.facts.answered

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """What the replies are to the renewal: an answer to an upsell introduction says nothing of it, either way."""
        return tuple(
            ReplyClass.NEUTRAL if is_about_expansion(reply) else reply.classification for reply in self.replies
        )


def is_about_expansion(reply: Reply) -> bool:
    """Whether it answers an upsell introduction, or what followed one."""
    return reply.draft is not None and reply.draft.origin_kind == OriginKind.UPSELL


def find_open_brake(customer: Customer) -> Brake | None:
    return Brake.objects.filter(customer=customer, cleared_at=None).first()


def read_standing(customer: Customer, brake: Brake, *, now: datetime) -> Standing:
    """Read where the account stands under this brake."""
    window = sending_rules(customer, get_settings(), around=now).window
    plan = find_live_plan(customer.pk)
    replies = _replies_of(customer, brake)
    meeting = _meeting_of(customer, brake)
    letters = _letters_of(customer)
    chasers = _chasers(customer, letters, now=now)
    answered = _answered(customer, letters.values(), replies, meeting)
    today = local_date(now, customer.timezone)
    facts = ReactionFacts(
        next_day=window.calendar.next_open(today + timedelta(days=1)),
        calendar=window.calendar,
        chasers=tuple(chasers),
        milestones=tuple(_milestones(plan)),
        answered=answered,
        anybody=next(iter(answered.values()), ""),
    )
    return Standing(customer, brake, plan, replies, meeting, facts, tuple(_waiting_drafts(customer)))


def slot_window(customer: Customer, *, now: datetime) -> Window:
    return sending_rules(customer, get_settings(), around=now).window


def find_reaction(brake_id: uuid.UUID) -> Reaction | None:
    return Reaction.objects.filter(brake=brake_id, undone_at=None).first()


def find_last_reaction(customer: Customer) -> Reaction | None:
    """Find the decision that was taken last, if it still stands."""
    return (
        Reaction.objects.filter(customer=customer, undone_at=None)
        .select_related("brake", "hold", "reply", "decided_by")
        .order_by("-decided_at")
        .first()
    )


def why_not_undone(reaction: Reaction) -> str:
    """Say why a decision cannot be taken back any more; "" while it can: nothing has left since."""
    left = Draft.objects.filter(customer=reaction.customer_id, attempted_at__gte=reaction.decided_at).first()
    if left is not None:
        return f"“{left.subject}” has left since."
    return ""


def _replies_of(customer: Customer, brake: Brake) -> tuple[Reply, ...]:
    """The replies of people that came since the brake was set, and the one that set it."""
    rows = Reply.objects.moving().filter(customer=customer)
    cause = [brake.source_id] if brake.source_id else []
    found = rows.filter(applied_at__gte=brake.set_at) | rows.filter(pk__in=cause)
    return tuple(found.select_related("stakeholder", "draft").order_by("received_at"))


def _meeting_of(customer: Customer, brake: Brake) -> Meeting | None:
    if brake.source_kind != MEETING_SOURCE or brake.source_id is None:
        return None
    rows = Meeting.objects.filter(customer=customer, pk=brake.source_id).exclude(state=MeetingState.CANCELLED)
    return rows.prefetch_related("stakeholders").first()


def _letters_of(customer: Customer) -> dict[uuid.UUID, Draft]:
    """First letters that have left: what the chasers go after."""
    rows = Draft.objects.filter(customer=customer, purpose=Purpose.FIRST_TOUCH, sent_at__isnull=False)
    letters: dict[uuid.UUID, Draft] = rows.select_related("stakeholder").defer("body", "facts").in_bulk()
    return letters


def _chasers(customer: Customer, letters: Mapping[uuid.UUID, Draft], *, now: datetime) -> Iterable[Pending]:
    rows = AutomationSchedule.objects.filter(
        customer=customer, kind__in=sorted(CHASERS), status=AutomationStatus.SCHEDULED
    )
    replies = (
        Reply.objects.filter(customer=customer)
        .select_related("stakeholder")
        .in_bulk([row.subject_id for row in rows if row.kind == CadenceKind.CHECK_BACK])
    )
    # Of those due at one moment, in the order of the people in the plan.
    place = {pk: letter.position for pk, letter in letters.items()}
    for row in sorted(rows, key=lambda row: (row.trigger_at, place.get(row.subject_id, 0), str(row.pk))):
        letter, reply = letters.get(row.subject_id), replies.get(row.subject_id)
        person = letter.stakeholder if letter else reply.stakeholder if reply else None
        kind = CadenceKind(row.kind)
        yield Pending(
            id=row.pk,
            kind=kind,
            title=_WORDS[kind].format(name=person.name if person else letter.to_name if letter else "them"),
            person=str(person.pk) if person else "",
            date=local_date(row.trigger_at, customer.timezone),
            is_overdue=row.trigger_at <= now,
        )


def _milestones(plan: OutreachPlan | None) -> Iterable[Milestone]:
    if plan is None:
        return
    for touch in plan.touches.filter(kind__in=MILESTONES, state=TouchState.PLANNED, due_date__isnull=False):
        if touch.due_date is not None:
            yield Milestone(touch.pk, TouchKind(touch.kind), touch.title, touch.due_date)


def _answered(
    customer: Customer, letters: Iterable[Draft], replies: Iterable[Reply], meeting: Meeting | None
) -> dict[str, str]:
    """Who has given a sign of life since their letter left, and which."""
    sent = [letter.sent_at for letter in letters if letter.sent_at]
    rows = [reply for reply in replies if reply.stakeholder_id]
    if sent:
        earlier = Reply.objects.moving().filter(
            customer=customer, received_at__gte=min(sent), stakeholder__isnull=False
        )
        rows += list(earlier.select_related("stakeholder"))
    found = {str(reply.stakeholder_id): _said(reply, customer) for reply in rows}
    if meeting is not None:
        day = format_date(local_date(meeting.starts_at, customer.timezone))
        found |= {
            str(person.pk): f"A meeting with {person.name} is agreed for {day}."
            for person in meeting.stakeholders.all()
        }
    return found


def _said(reply: Reply, customer: Customer) -> str:
    name = reply.stakeholder.name if reply.stakeholder else reply.from_name or reply.from_email
    return f"{name} answered on {format_date(local_date(reply.received_at, customer.timezone))}."


def _waiting_drafts(customer: Customer) -> Iterable[Draft]:
    """Chasing letters that are written and have not left."""
    rows = Draft.objects.filter(customer=customer, purpose=Purpose.FOLLOW_UP, state__in=sorted(EDITABLE_STATES))
    return rows.select_related("parent", "stakeholder").defer("body", "facts").order_by("created_at")


def day_of(moment: datetime, customer: Customer) -> date:
    return local_date(moment, customer.timezone)

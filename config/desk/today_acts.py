"""The doing of Today's actions: each is the service that the item's own page calls, with the same refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from config.desk.approvals import approve
from config.desk.approvals_page import EXPECTED, STALE
from customers.enums import TodoState
from customers.models import Brake, Contract, Customer, Meeting, Todo, User
from customers.queries import turns as ground
from customers.queries.lookup import NotThere
from customers.queries.turns import Turn
from customers.queries.workspace import get_settings
from customers.services.holds import AlreadyHeld, HoldEndsBeforeItStarts
from customers.services.meetings import cancel_meeting, mark_held
from customers.services.todos import finish_todo
from emails.models import Draft, Reply
from emails.queries import turns as mail
from emails.services.replies import handle_reply
from emails.services.review import Settled, TooEarly, send_again, settle_as_sent
from journeys.models import BusinessPlan, Deliverable
from journeys.queries import turns as journeys
from journeys.services.onboarding import StaleNumber
from journeys.services.plans import NoPlan, approve_plan
from outreach.enums import Choice, TouchState, UpsellStepName
from outreach.models import Enrollment, Touch, UpsellStep
from outreach.queries import turns as outreach
from outreach.services.plans import TouchSettled, finish_touch
from outreach.services.reactions import Decision, NothingToDecide
from outreach.services.upsell.deciding import NotPossible, approve_step, retry_step
from renewals.forms.brake import ReactionForm
from renewals.models import Objection
from renewals.queries import turns as renewals
from renewals.queries.brake import read_question
from renewals.services.engage import EngageNotOpen, open_engage
from renewals.services.letters import write_letters
from renewals.services.negotiate import start_negotiate
from renewals.services.reactions import decide
from renewals.services.renewals import NoContract, NotAllowed, NoTargetPrice, RenewalClosed

REFUSALS = (
    *EXPECTED,
    *STALE,
    AlreadyHeld,
    HoldEndsBeforeItStarts,
    Settled,
    TooEarly,
    NoPlan,
    StaleNumber,
    NothingToDecide,
    NotPossible,
    TouchSettled,
    EngageNotOpen,
    NoContract,
    NoTargetPrice,
    NotAllowed,
    RenewalClosed,
    ValidationError,
)
"""What a person is told at the item; everything else is a mistake of ours."""

ROWS: Mapping[str, Any] = {
    ground.TODO: Todo,
    ground.MEETING_PAST: Meeting,
    ground.MEETING_DUE: Meeting,
    **dict.fromkeys((mail.DRAFT, mail.UNSENT, mail.STUCK, mail.DOUBTFUL), Draft),
    **dict.fromkeys((mail.REPLY, mail.UNVERIFIED), Reply),
    **dict.fromkeys((journeys.DELIVERABLE, journeys.REVISION), Deliverable),
    journeys.PLAN: BusinessPlan,
    **dict.fromkeys((outreach.STEP, outreach.STEP_TROUBLE), UpsellStep),
    **dict.fromkeys((outreach.ENROLLMENT, outreach.ENROLLMENT_TROUBLE), Enrollment),
    outreach.TOUCH: Touch,
    renewals.BRAKE: Brake,
    renewals.OBJECTION: Objection,
    **dict.fromkeys((renewals.OUTCOME, renewals.NO_ROLE, renewals.ENGAGE, renewals.NEAR), Contract),
}
"""What an item is a row of."""


class NothingOfThisName(ValidationError):
    """Raised for a verb that the item does not offer."""

    def __init__(self) -> None:
        super().__init__("There is nothing of this name to do here.")


@dataclass(frozen=True)
class Asked:
    """What was asked of one item. version: the one that was seen. given: what was typed, by name."""

    turn: Turn
    verb: str
    version: int
    given: Mapping[str, str]
    now: datetime
    by: User


def is_visible(code: str, pk: UUID, *, user: User) -> bool:
    """Say whether such a row is there and the reader's, whether or not it still waits."""
    model = ROWS.get(code)
    return model is not None and model.objects.visible_to(user).filter(pk=pk).exists()


def act(asked: Asked) -> str:
    """This will do it, and say what was done. Raises REFUSALS."""
    does = _DOES.get(asked.turn.code)
    if does is None:
        raise NothingOfThisName
    return does(asked)


def words_of(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _row(asked: Asked, *joined: str) -> Any:
    rows = ROWS[asked.turn.code].objects.visible_to(asked.by).select_related(*joined)
    found = rows.filter(pk=asked.turn.id).first()
    if found is None:
        raise NotThere("It is not there, or it is not yours.")
    return found


def _customer(asked: Asked) -> Customer:
    rows = Customer.objects.visible_to(asked.by).select_related("owner", "account_executive", "executive")
    found: Customer | None = rows.filter(pk=asked.turn.account_id).first()
    if found is None:
        raise NotThere("It is not there, or it is not yours.")
    return found


def _only(asked: Asked, *verbs: str) -> None:
    if asked.verb not in verbs:
        raise NothingOfThisName


def _approve(kind: str) -> Callable[[Asked], str]:
    def does(asked: Asked) -> str:
        _only(asked, "approve")
        undo = get_settings().undo_seconds
        answered = approve(
            asked.turn.id, version=asked.version, now=asked.now, by=asked.by, undo_seconds=undo, kind=kind
        )
        return answered.message

    return does


def _todo(asked: Asked) -> str:
    _only(asked, TodoState.DONE, TodoState.DISMISSED)
    state, todo = TodoState(asked.verb), _row(asked)
    closed = finish_todo(todo, now=asked.now, by=asked.by, state=state)
    return f"{state.label}: {todo.title}" if closed else "This task was closed already."


def _meeting(asked: Asked) -> str:
    _only(asked, "held", "cancelled")
    meeting = _row(asked)
    if asked.verb == "cancelled":
        cancel_meeting(meeting, now=asked.now, by=asked.by)
        return f"Cancelled: {meeting.title}. Nobody was told by Evergreen."
    mark_held(meeting, notes=asked.given.get("notes", "").strip()[:10_000], now=asked.now, by=asked.by)
    return "Marked as held. A recap is written for you to read and approve."


def _doubtful(asked: Asked) -> str:
    _only(asked, "sent", "again")
    draft, reason = _row(asked, "customer", "sender", "stakeholder"), asked.given.get("reason", "")
    if asked.verb == "sent":
        settle_as_sent(draft, reason=reason, now=asked.now, by=asked.by)
        return f"Settled: it was sent to {draft.to_name}."
    send_again(draft, reason=reason, now=asked.now, by=asked.by)
    return f"Settled: it is sent to {draft.to_name} again."


def _reply(asked: Asked) -> str:
    _only(asked, "seen")
    reply = _row(asked)
    handle_reply(reply, now=asked.now, by=asked.by)
    return f"Seen to: the reply of {reply.from_name or reply.from_email}."


def _plan(asked: Asked) -> str:
    _only(asked, "approve")
    plan = approve_plan(_customer(asked), number=asked.version, now=asked.now, by=asked.by)
    return f"Version {plan.number} of the business plan is approved. Deliverables are built on it."


def _step(asked: Asked) -> str:
    _only(asked, "approve", "retry")
    step = _row(asked, "run__customer__owner")
    name = UpsellStepName(step.name)
    if asked.verb == "retry":
        retry_step(step.run, name, now=asked.now, by=asked.by)
        return f"{name.label}: it is tried again."
    approve_step(step.run, name, now=asked.now, by=asked.by, undo_seconds=get_settings().undo_seconds)
    return f"{name.label}: approved."


def _touch(asked: Asked) -> str:
    _only(asked, TouchState.DONE, TouchState.SKIPPED)
    touch, state = _row(asked, "plan"), TouchState(asked.verb)
    finish_touch(touch, state=state, now=asked.now, by=asked.by)
    return f"{state.label}: {touch.title}"


def _brake(asked: Asked) -> str:
    customer = _customer(asked)
    data = {"choice": asked.verb, "until": asked.given.get("until", ""), "reason": ""}
    form = ReactionForm(data, customer=customer, now=asked.now)
    if not form.is_valid():
        raise ValidationError([text for texts in form.errors.values() for text in texts])
    question = read_question(customer, now=asked.now)
    if question is None:
        raise NothingToDecide("Somebody has decided this before; nothing waits any more.")
    choice = Choice(form.cleaned_data["choice"])
    decision = Decision(choice, question.proposed, reason="", until=form.cleaned_data["until"])
    decide(customer, decision, now=asked.now, by=asked.by)
    return f"{choice.label}: done. You can take it back while nothing has left."


def _objection(asked: Asked) -> str:
    _only(asked, "negotiate")
    objection = _row(asked, "renewal")
    reason = asked.given.get("reason", "")
    started = start_negotiate(objection.renewal, reason=reason, now=asked.now, by=asked.by)
    return "Negotiate has begun." if started else "Negotiate runs already."


def _engage(asked: Asked) -> str:
    _only(asked, "open")
    run = open_engage(_customer(asked), now=asked.now, by=asked.by)
    write_letters(run, now=asked.now, by=asked.by)
    return "Engage is open: the order, the price and the emails are proposed for you to decide."


_DOES: Mapping[str, Callable[[Asked], str]] = {
    ground.TODO: _todo,
    ground.MEETING_PAST: _meeting,
    mail.DRAFT: _approve("email"),
    mail.DOUBTFUL: _doubtful,
    mail.REPLY: _reply,
    journeys.DELIVERABLE: _approve("deliverable"),
    journeys.PLAN: _plan,
    outreach.STEP: _step,
    outreach.STEP_TROUBLE: _step,
    outreach.ENROLLMENT: _approve("enrollment"),
    outreach.TOUCH: _touch,
    renewals.BRAKE: _brake,
    renewals.OBJECTION: _objection,
    renewals.ENGAGE: _engage,
}

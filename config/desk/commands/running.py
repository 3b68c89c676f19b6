"""The way of a command: understood, weighed, shown, confirmed once, carried out by the service that a click calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError

from config.desk.commands import model
from config.desk.commands.actions.base import Plan
from config.desk.commands.actions.holds import hold, resume
from config.desk.commands.actions.letters import draft_email, send
from config.desk.commands.actions.questions import answer_question
from config.desk.commands.actions.sequences import enroll, pause_outreach, resume_outreach, show_sequences
from config.desk.commands.actions.showing import show_customer, show_renewal
from config.desk.commands.actions.upsell import introduce_upsell
from config.desk.commands.answers import READS, Answer, Caller, Choice, Point, State, Stop
from config.desk.commands.finding import Task, search_customers, search_people
from config.desk.commands.language.grammar import MOST_LETTERS, Intent, read_command
from config.desk.commands.tokens import BadToken, Token, make_token, read_token
from customers.queries.lookup import NotThere
from customers.services.calls import Standing, begin_call, finish_call, forget_call
from customers.services.holds import AlreadyHeld, HoldEndsBeforeItStarts
from customers.services.kept_answers import open_answer
from emails.services.editing import NotEditable, StaleVersion
from emails.services.sending import BadMoment, NotAllowed, Refused
from outreach.clients.outreach_io_errors import NotConnected
from outreach.services.enrolling import CannotEnroll, EnrollmentMoved

ACTIONS: Mapping[str, Callable[[Task], Answer | Plan]] = {
    "introduce_upsell": introduce_upsell,
    "enroll": enroll,
    "show_sequences": show_sequences,
    "pause_outreach": pause_outreach,
    "resume_outreach": resume_outreach,
    "hold": hold,
    "resume": resume,
    "show_customer": show_customer,
    "show_renewal": show_renewal,
    "draft_email": draft_email,
    "send": send,
    "answer_question": answer_question,
}
EXPECTED = (
    ValidationError,
    NotThere,
    StaleVersion,
    NotEditable,
    NotAllowed,
    Refused,
    BadMoment,
    CannotEnroll,
    EnrollmentMoved,
    AlreadyHeld,
    HoldEndsBeforeItStarts,
    NotConnected,
)
"""What a service may say no with."""

SUGGESTIONS = (
    "Introduce upsell to Acme Corp",
    "Enroll Jennifer in onboarding sequence",
    "What sequences is Jennifer in?",
    "Pause outreach for Acme Corp",
    "Hold Acme Corp until Friday",
    "When is month 4 for Acme Corp due?",
    "Which renewals come this month?",
    "Who is overdue?",
)
"""Shown where nothing was understood; the names are examples."""


class MissingScope(PermissionError):
    """Raised when the token that speaks may not do this; says what it lacks."""


def run_command(text: str, caller: Caller, *, confirm: str = "") -> dict[str, Any]:
    """Understand the sentence, or go on where `confirm` says; gives the answer's body. Raises MissingScope.

    Writes nothing by itself: see the actions. May ask Claude: not to be called inside a transaction.
    """
    if confirm:
        return _go_on(confirm, caller)
    intent, is_by_model = understand(text, caller)
    if intent is None:
        return _unknown(text).as_body()
    return _try(Task(intent, caller, is_by_model=is_by_model)).as_body()


def understand(text: str, caller: Caller) -> tuple[Intent | None, bool]:
    """Give what the sentence means and whether Claude said so: it is asked only where the grammar is unsure."""
    intent = read_command(text)
    if intent is not None and intent.is_sure:
        return intent, False
    if intent is not None and intent.action == "show_customer" and _is_known_name(intent, caller):
        return intent, False
    suggested = model.ask_for_intent(text[:MOST_LETTERS], by=caller.by, now=caller.now)
    return suggested, suggested is not None


def _is_known_name(intent: Intent, caller: Caller) -> bool:
    if search_customers(intent.customer, caller, fuzzy=False).found:
        return True
    return bool(search_people(intent.customer, caller, customer=None).found)


def _go_on(confirm: str, caller: Caller) -> dict[str, Any]:
    try:
        token = read_token(confirm, by=caller.by, now=caller.now)
    except BadToken as error:
        return Answer(State.REFUSED, str(error)).as_body()
    task = Task(token.intent, caller, pins=dict(token.pins))
    if not token.is_yes:
        return _try(task).as_body()
    return _once(task, token)


def _once(task: Task, token: Token) -> dict[str, Any]:
    """Carry a yes out once: whoever sends it again gets the first answer."""
    caller = task.caller
    digest = sha256(token.nonce.encode()).hexdigest()
    begun = begin_call(caller.by, key=f"command:{token.nonce}", digest=digest, now=caller.now)
    if begun.standing is Standing.ANSWERED:
        kept: dict[str, Any] = json.loads(open_answer(begun.call))
        return kept
    if begun.standing is not Standing.FIRST:
        message = "It is being carried out at this moment; nothing is done twice."
        return Answer(State.REFUSED, message, action=task.intent.action).as_body()
    try:
        body = _try(task, confirmed=token).as_body()
        finish_call(
            begun.call, status=200, content_type="application/json", body=json.dumps(body).encode(), now=caller.now
        )
    finally:
        forget_call(begun.call)  # Only one without a kept answer.
    return body


def _try(task: Task, *, confirmed: Token | None = None) -> Answer:
    """Carry the task out as far as it may go. Raises MissingScope."""
    action, caller = task.intent.action, task.caller
    if not caller.has_scope(action):
        needed = "approve" if action == "send" else "read" if action in READS else "write"
        raise MissingScope(f"This needs a token with the scope {needed}.")
    if action not in READS and not caller.by.is_writer:
        return Answer(State.REFUSED, "Your role may look and ask, not change anything.", action=action)
    try:
        found = ACTIONS[action](task)
        answer = found if isinstance(found, Answer) else _carry_out(task, found, confirmed)
    except Stop as stop:
        answer = stop.answer
    except EXPECTED as error:
        answer = Answer(State.REFUSED, words_of(error))
    points = (*(Point(guess) for guess in task.guesses), *answer.points)
    return replace(answer, action=action, points=points)


def _carry_out(task: Task, plan: Plan, confirmed: Token | None) -> Answer:
    if confirmed is not None:
        if confirmed.stands != _digest(plan.stands):
            message = "This has changed since it was shown. Nothing was done; look at it again."
            return replace(_shown(task, plan), state=State.REFUSED, message=message, confirm="")
        return plan.act()
    if plan.asks or task.guesses or task.is_by_model:
        return _shown(task, plan)
    return plan.act()


def _shown(task: Task, plan: Plan) -> Answer:
    pins = {**task.pins, **{kind: str(value) for kind, value in plan.pins.items()}}
    token = make_token(
        Token(task.intent, pins, is_yes=True, stands=_digest(plan.stands)), by=task.caller.by, now=task.caller.now
    )
    label = plan.shown.confirm_label or "Yes, do it"
    return replace(plan.shown, state=State.NEEDS_CONFIRMATION, confirm=token, confirm_label=label)


def _digest(stands: str) -> str:
    return sha256(stands.encode()).hexdigest()[:32]


def _unknown(text: str) -> Answer:
    said = (
        "Say what you want to do, such as:"
        if not text.strip()
        else "I do not understand this. You can say, for example:"
    )
    return Answer(State.UNKNOWN, said, choices=tuple(Choice(one, one) for one in SUGGESTIONS))


def words_of(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error) or "That cannot be done now."

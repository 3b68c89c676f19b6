"""What of the mail is a person's turn: letters to approve, to free or to settle, and replies nobody has seen to."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Coalesce, Substr

from customers.models import Brake
from customers.queries.turns import EXPANSION, JOURNEYS, NO_PERSON, RENEWALS, as_coming, as_turns, is_stopped, text
from emails.enums import DraftState, Lane, ReplyClass
from emails.models import Draft, Reply
from emails.queries.approvals import WAITS

DRAFT, UNSENT, STUCK, DOUBTFUL = "draft", "unsent", "stuck", "doubtful"
REPLY, UNVERIFIED = "reply", "unverified"
SNIPPET = 280

SHOWN_ELSEWHERE = Q(kind__in=["approve_draft", "approval_expired", "needs_review"]) | Q(kind="csm.email")
"""Tasks that a letter of its own line asks for."""


def _part(lane: str) -> Case:
    return Case(
        When(**{lane: Lane.UPSELL}, then=Value(EXPANSION)),
        When(**{lane: Lane.JOURNEY}, then=Value(JOURNEYS)),
        default=Value(RENEWALS),
        output_field=TextField(),
    )


def _signer() -> Case:
    """Who approves in person, where that is not the owner: the executive in whose name it leaves."""
    speaks = Q(sender=F("customer__account_executive")) | Q(sender=F("customer__executive"))
    return Case(When(speaks & ~Q(customer__owner__email=""), then=F("sender_id")), default=NO_PERSON)


def list_turns() -> list[Any]:
    """This will give them. Letters of an account that is stopped wait for its question, not for a yes."""
    letters = Draft.objects.exclude(subject="").exclude(body="")
    free = letters.filter(~is_stopped())
    words = {"title": text(F("subject")), "who": text(F("to_name")), "version": F("version")}
    blocked = Q(state=DraftState.BLOCKED, not_before=None) & ~WAITS
    open_replies = Reply.objects.filter(handled_at=None, customer__isnull=False)
    said = {"title": text(F("subject")), "detail": Substr("text", 1, SNIPPET), "who": text(F("from_name"))}
    braked = Brake.objects.filter(customer=OuterRef("customer_id"), cleared_at=None)
    return [
        as_turns(
            free.filter(WAITS),
            code=DRAFT,
            part=_part("lane"),
            person=_signer(),
            since=F("updated_at"),
            detail=Substr("body", 1, SNIPPET),
            note=text(F("purpose")),
            **words,
        ),
        as_turns(
            free.filter(state=DraftState.APPROVED),
            code=UNSENT,
            part=_part("lane"),
            since=F("approved_at"),
            due_at=F("approval_expires_at"),
            **words,
        ),
        as_turns(
            free.filter(blocked | Q(state=DraftState.FAILED)),
            code=STUCK,
            part=_part("lane"),
            since=Coalesce("waits_since", "updated_at"),
            detail=text(F("outcome")),
            note=text(F("blocked_by")),
            **words,
        ),
        as_turns(
            letters.filter(state=DraftState.NEEDS_REVIEW),
            code=DOUBTFUL,
            part=_part("lane"),
            since=Coalesce("attempted_at", "updated_at"),
            detail=text(F("outcome")),
            **words,
        ),
        as_turns(
            open_replies.moving().filter(~Exists(braked)),
            code=REPLY,
            part=_part("draft__lane"),
            since=F("received_at"),
            note=text(F("classification")),
            **said,
        ),
        as_turns(
            open_replies.filter(classification=ReplyClass.UNVERIFIED),
            code=UNVERIFIED,
            part=_part("draft__lane"),
            since=F("received_at"),
            **said,
        ),
    ]


def list_coming() -> list[Any]:
    """This will give the letters that leave on a day that is set."""
    leaves = Draft.objects.filter(state=DraftState.SCHEDULED)
    waits = Draft.objects.filter(state=DraftState.QUEUED, not_before__isnull=False).exclude(blocked_by="")
    return [
        as_coming(leaves, code="mail", title=text(F("to_name")), at=F("scheduled_send_date")),
        as_coming(waits, code="mail", title=text(F("to_name")), at=F("not_before")),
    ]

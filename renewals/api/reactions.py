"""After a reply by API: the question how to go on, the choice, and its undoing."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api_base import OfCustomer, read_body
from customers.models import Customer
from customers.queries.calendars import zone
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from outreach.enums import Choice
from outreach.models import Reaction
from outreach.services.reactions import Decision, NothingToDecide, undo_reaction
from renewals.api.reaction_bodies import DecideIn, DecisionBody, ReactionBody
from renewals.queries.brake import read_decided, read_question
from renewals.services.reactions import decide


class ReactionView(OfCustomer):
    @extend_schema(responses=ReactionBody)
    def get(self, request: Request, id: str) -> Response:
        """What stops the account and how it may go on, with all that each choice would change; what was decided."""
        customer = self.get_customer()
        decided = read_decided(customer)
        shown = {
            "question": read_question(customer, now=timezone.now()),
            "decided": decided.reaction if decided else None,
            "obstacle": decided.obstacle if decided else "",
        }
        return Response(ReactionBody(shown).data)

    @extend_schema(request=DecideIn, responses={201: DecisionBody})
    def post(self, request: Request, id: str) -> Response:
        """Decide how the account goes on: the stop ends, and what is planned follows the choice."""
        customer, now = self.get_customer(), timezone.now()
        asked = read_body(DecideIn, request)
        question = read_question(customer, now=now)
        if question is None:
            raise NothingToDecide("Somebody has decided this before; nothing waits any more.")
        choice = Choice(asked["choice"])
        if choice not in [card.choice for card in question.cards]:
            raise ValidationError({"choice": ["Not possible at this account now; read what is."]})
        until = _moment(asked.get("until"), customer) if choice == Choice.HOLD else None
        decision = Decision(choice, question.proposed, reason=asked["reason"], until=until)
        made = decide(customer, decision, now=now, by=caller_of(request))
        return Response(DecisionBody(made).data, status=status.HTTP_201_CREATED)


class ReactionUndo(OfCustomer):
    @extend_schema(request=None, responses=DecisionBody)
    def post(self, request: Request, id: str, reactionId: uuid.UUID) -> Response:
        """Take the decision back while nothing has left since: all is as before, and the question stands again."""
        customer = self.get_customer()
        rows = Reaction.objects.select_related("brake", "hold", "reply", "decided_by")
        reaction = rows.filter(customer=customer, pk=reactionId).first()
        if reaction is None:
            raise NotThere("There is no such decision at this account.")
        undo_reaction(reaction, now=timezone.now(), by=caller_of(request))
        reaction.refresh_from_db()
        return Response(DecisionBody(reaction).data)


def _moment(until: datetime | date | None, customer: Customer) -> datetime | None:
    """Read a day as its beginning where the customer is."""
    if until is None or isinstance(until, datetime):
        return until
    return datetime.combine(until, time(), tzinfo=zone(customer.timezone))

"""The negotiation of a renewal by API: begun, objections noted, answered and settled, terms noted and decided."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api_base import OfCustomer, read_body
from customers.enums import Scope
from customers.models import Customer, Stakeholder, User
from customers.queries.callers import caller_of, may_approve
from customers.queries.lookup import NotThere
from emails.queries.bodies import DraftBody
from renewals.api.negotiation_bodies import (
    NegotiationBody,
    NegotiationStartIn,
    NextStepIn,
    ObjectionBody,
    ObjectionIn,
    SettleIn,
    TermsBody,
    TermsDecisionIn,
    TermsIn,
)
from renewals.api.plan_bodies import TaskBody
from renewals.enums import ObjectionKind
from renewals.models import Objection, Renewal, TermNote
from renewals.queries.negotiation import read_negotiation
from renewals.services.negotiate import start_negotiate
from renewals.services.objections import answer_objection, note_objection, settle_objection
from renewals.services.renewals import NotAllowed, open_renewal_of
from renewals.services.terms import Terms, decide_terms, note_terms, set_next_step


class OfNegotiation(OfCustomer):
    """A view of one account's negotiation. account, now, by: read once for each call."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.now: datetime = timezone.now()
        self.by: User = caller_of(request)
        self.account: Customer = self.get_customer()

    @property
    def renewal(self) -> Renewal:
        return open_renewal_of(self.account, now=self.now, by=self.by)


class NegotiationView(OfNegotiation):
    @extend_schema(responses=NegotiationBody)
    def get(self, request: Request, id: str) -> Response:
        """Where it stands: objections with what the rehearsal says to them, terms, next steps."""
        return _show(self.account, now=self.now)


class NegotiationStart(OfNegotiation):
    @extend_schema(request=NegotiationStartIn, responses=NegotiationBody)
    def post(self, request: Request, id: str) -> Response:
        """Begin before day 70, with the reason on record. Begun already, it stays as it is."""
        start_negotiate(self.renewal, **read_body(NegotiationStartIn, request), now=self.now, by=self.by)
        return _show(self.account, now=self.now)


class ObjectionList(OfNegotiation):
    @extend_schema(request=ObjectionIn, responses={201: ObjectionBody})
    def post(self, request: Request, id: str) -> Response:
        """Note what was said in a call or a meeting."""
        asked = read_body(ObjectionIn, request)
        noted = note_objection(
            self.renewal,
            kind=ObjectionKind(asked["kind"]),
            quote=asked["quote"],
            stakeholder=_find_person(self.account, asked["stakeholderId"]),
            now=self.now,
            by=self.by,
        )
        return Response(ObjectionBody(noted).data, status=status.HTTP_201_CREATED)


class ObjectionAnswer(OfNegotiation):
    @extend_schema(request=None, responses=DraftBody)
    def post(self, request: Request, id: str, objectionId: uuid.UUID) -> Response:
        """Prepare the answer as a draft that waits for approval; the one that is there is given back."""
        objection = _find_objection(self.account, objectionId)
        draft = answer_objection(objection, now=self.now, by=self.by)
        return Response(DraftBody(draft).data)


class ObjectionSettle(OfNegotiation):
    @extend_schema(request=SettleIn, responses=ObjectionBody)
    def post(self, request: Request, id: str, objectionId: uuid.UUID) -> Response:
        """Close an objection with how it was met."""
        objection = _find_objection(self.account, objectionId)
        settle_objection(objection, **read_body(SettleIn, request), now=self.now, by=self.by)
        return Response(ObjectionBody(_find_objection(self.account, objectionId)).data)


class TermsList(OfNegotiation):
    @extend_schema(request=TermsIn, responses={201: TermsBody})
    def post(self, request: Request, id: str) -> Response:
        """Note the next version of the terms. What gives a discount waits for a lead; one who approves decides at once.

        A token without the scope `approve` decides nothing: the terms wait, whoever's it is.
        """
        terms = Terms(**read_body(TermsIn, request))
        note = note_terms(self.renewal, terms, decides=may_approve(request), now=self.now, by=self.by)
        return Response(TermsBody(note).data, status=status.HTTP_201_CREATED)


class TermsDecision(OfNegotiation):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=TermsDecisionIn, responses=TermsBody)
    def post(self, request: Request, id: str, termsId: uuid.UUID) -> Response:
        """Say whether the terms may be offered. For leads and ops."""
        note = _find_terms(self.account, termsId)
        if not self.by.is_leader:
            raise NotAllowed("A lead decides this.")
        decide_terms(note, **read_body(TermsDecisionIn, request), now=self.now, by=self.by)
        return Response(TermsBody(_find_terms(self.account, termsId)).data)


class NextStepList(OfNegotiation):
    @extend_schema(request=NextStepIn, responses={201: TaskBody})
    def post(self, request: Request, id: str) -> Response:
        """Write down what comes next, as a task of the caller's own."""
        asked = read_body(NextStepIn, request)
        todo = set_next_step(self.renewal, **asked, owner=self.by, now=self.now, by=self.by)
        return Response(TaskBody(todo).data, status=status.HTTP_201_CREATED)


def _show(customer: Customer, *, now: datetime) -> Response:
    negotiation = read_negotiation(customer, now=now)
    if negotiation is None:
        raise NotThere("This account has no running contract to negotiate about.")
    for note in negotiation.terms:
        note.renewal = negotiation.renewal
    return Response(NegotiationBody(negotiation).data)


def _find_person(customer: Customer, stakeholder_id: uuid.UUID | None) -> Stakeholder | None:
    if stakeholder_id is None:
        return None
    person = Stakeholder.objects.filter(customer=customer, left_at=None, pk=stakeholder_id).first()
    if person is None:
        raise NotThere("There is no such person at this account.")
    return person


def _find_objection(customer: Customer, objection_id: uuid.UUID) -> Objection:
    rows = Objection.objects.select_related(
        "renewal", "stakeholder", "reply__draft__sender", "answer__sender", "customer__owner", "noted_by", "settled_by"
    )
    found: Objection | None = rows.filter(customer=customer, pk=objection_id).first()
    if found is None:
        raise NotThere("There is no such objection at this account.")
    return found


def _find_terms(customer: Customer, terms_id: uuid.UUID) -> TermNote:
    rows = TermNote.objects.select_related("renewal__contract", "written_by", "decided_by")
    found: TermNote | None = rows.filter(customer=customer, pk=terms_id).first()
    if found is None:
        raise NotThere("There are no such terms at this account.")
    return found

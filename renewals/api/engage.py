"""The Engage plan of an account: opened, read, changed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import OfCustomer
from customers.models import Stakeholder, Todo
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from emails.enums import PriceApproach
from emails.services.ordering import write_and_wait
from outreach.enums import OwnerKind, SequencingApproach
from outreach.queries.plans import list_infeasible, list_touches
from outreach.rules.cadence import FOLLOW_UP_RULES, TRIGGERS
from renewals.api.plan_bodies import PlanBody, PlanChangeIn
from renewals.api.votes import show_votes
from renewals.models import EngageRun
from renewals.queries.engage import EngageAdvice, advise, find_run, list_overrides, read_choices
from renewals.queries.letters import NotWritten, list_drafts
from renewals.rules.pricing import FALLBACK
from renewals.rules.readiness import find_price_gaps
from renewals.services.deciding import Decisions, OwnerDecision, VariationDecision, decide_plan
from renewals.services.engage import open_engage
from renewals.services.letters import refresh_letters, write_letters
from renewals.services.renewals import NoContract
from renewals.services.tasks import SOURCE_KIND


class EngageView(OfCustomer):
    @extend_schema(responses=PlanBody)
    def get(self, request: Request, id: str) -> Response:
        """The plan as it stands."""
        run = find_run(self.get_customer())
        if run is None:
            raise NotThere("Engage has not been opened for this renewal.")
        return Response(show_plan(run, now=timezone.now()))

    @extend_schema(request=None, responses={200: PlanBody, 201: PlanBody})
    def post(self, request: Request, id: str) -> Response:
        """Open Engage: order, price, letters, plan, rehearsal and tasks. Repeated, it gives the plan that is there."""
        customer, now = self.get_customer(), timezone.now()
        run = open_engage(customer, now=now, by=caller_of(request))
        letters = write_letters(run, now=now, by=caller_of(request), pen=write_and_wait)
        is_new = run.opened_at == now
        return Response(
            show_plan(run, now=now, not_written=letters.not_written),
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )


class PlanView(APIView):
    @extend_schema(responses=PlanBody)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """The plan as it stands."""
        return Response(show_plan(require_run(id, request), now=timezone.now()))

    @extend_schema(request=PlanChangeIn, responses=PlanBody)
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Decide otherwise, with a reason that stays on record. Unsent letters that nobody edited follow."""
        run, now = require_run(id, request), timezone.now()
        asked = PlanChangeIn(data=request.data)
        asked.is_valid(raise_exception=True)
        decisions = _decisions(asked.validated_data)
        _require_people(decisions, run)
        decide_plan(run, decisions, now=now, by=caller_of(request))
        letters = refresh_letters(run, now=now, by=caller_of(request), pen=write_and_wait)
        return Response(show_plan(run, now=now, not_written=letters.not_written))


def require_run(plan_id: uuid.UUID, request: Request) -> EngageRun:
    """This will find the run of a plan. Raises NotThere."""
    runs = EngageRun.objects.visible_to(caller_of(request)).select_related(
        "plan", "renewal", "renewal__contract", "customer"
    )
    run: EngageRun | None = runs.filter(plan=plan_id).first()
    if run is None:
        raise NotThere("There is no such plan, or it is not yours.")
    return run


def _require_people(decisions: Decisions, run: EngageRun) -> None:
    """An id in a body is looked for like one in a path. Raises NotThere for people of no or another account."""
    named = {
        *decisions.order,
        *(one.stakeholder_id for one in decisions.owners),
        *(one.stakeholder_id for one in decisions.variations),
    }
    if Stakeholder.objects.filter(customer=run.customer_id, pk__in=named).count() < len(named):
        raise NotThere("There is no such person at this account.")


def _decisions(asked: dict[str, Any]) -> Decisions:
    reason = asked["reason"]
    return Decisions(
        reason=reason,
        version=asked.get("version"),
        approach=SequencingApproach(asked["approach"]) if "approach" in asked else None,
        order=tuple(asked.get("order", ())),
        owners=[
            OwnerDecision(row["stakeholder_id"], OwnerKind(row["owner"]), row.get("reason", reason))
            for row in asked.get("owners", ())
        ],
        price_approach=PriceApproach(asked["price_approach"]) if "price_approach" in asked else None,
        variations=[
            VariationDecision(row["stakeholder_id"], PriceApproach(row["approach"]), row.get("reason", reason))
            for row in asked.get("variations", ())
        ],
    )


def show_plan(run: EngageRun, *, now: datetime, not_written: Sequence[NotWritten] = ()) -> dict[str, Any]:
    """This will write the whole plan as it stands. Raises NoContract."""
    advice = advise(run.customer, now=now, choices=read_choices(run), run=run)
    if advice is None:
        raise NoContract("This account has no running contract.")
    plan, sequence = run.plan, advice.sequence
    shown = {
        "id": plan.pk,
        "customer_id": plan.customer_id,
        "state": plan.state,
        "version": plan.version,
        "deadline": plan.deadline,
        "approach": sequence.approach,
        "recommended_approach": sequence.recommended,
        "rationale": sequence.rationale,
        "risk_mitigation": sequence.risk_mitigation,
        "warnings": [*sequence.warnings, *_price_warnings(advice)],
        "sequence": sequence.positions,
        "pricing": _pricing(advice),
        "drafts": list_drafts(run),
        "not_written": not_written,
        "timeline": [*list_touches(plan), *list_infeasible(plan)],
        "follow_up_rules": FOLLOW_UP_RULES,
        "triggers": TRIGGERS,
        "scenarios": advice.scenarios,
        "tasks": Todo.objects.filter(source_kind=SOURCE_KIND, source_id=run.pk).select_related("owner"),
        "overrides": list_overrides(run),
    }
    return PlanBody(shown).data


def _pricing(advice: EngageAdvice) -> dict[str, Any]:
    return {
        "approach": advice.price_approach,
        "recommended": advice.price.approach,
        "votes": show_votes(advice.price.votes, _weighed(advice)),
        "rationale": advice.price.rationale,
        "stakeholder_variations": advice.person_prices,
        "fallback_plan": FALLBACK[advice.price_approach],
    }


def _weighed(advice: EngageAdvice) -> dict[str, Any]:
    facts = advice.facts
    return {
        "priceIncreasePercent": facts.increase_pct,
        "relationshipStrength": facts.relationship,
        "competitivePressure": facts.competitive_pressure,
    }


def _price_warnings(advice: EngageAdvice) -> list[str]:
    gaps = find_price_gaps(
        has_target_price=advice.facts.target_price is not None, price_locked=advice.facts.price_locked
    )
    return [f"{gap.text}. {gap.consequence}" for gap in gaps]

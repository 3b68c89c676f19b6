"""What-ifs: the rules of Engage asked about an account that need not exist. Nothing is read or written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.enums import Pressure, Scope
from renewals.api.votes import show_votes
from renewals.api.what_if_bodies import (
    PricingBody,
    PricingWhatIf,
    RehearsalBody,
    RehearsalWhatIf,
    SequenceBody,
    SequenceWhatIf,
)
from renewals.rules.positions import Person
from renewals.rules.pricing import VARIED_ROLES, PriceFacts, advise_on_price
from renewals.rules.rehearsal import RehearsalFacts, choose_scenarios
from renewals.rules.sequencing import SequenceFacts, build_sequence


class WhatIfView(APIView):
    """Asking changes nothing, so a token that may read may ask."""

    scopes = {"POST": Scope.READ}


class SequenceView(WhatIfView):
    @extend_schema(request=SequenceWhatIf, responses=SequenceBody)
    def post(self, request: Request) -> Response:
        """Whom to contact, in what order, by whom and on which day to renewal."""
        asked = _read(SequenceWhatIf, request)
        advice = build_sequence(
            SequenceFacts(
                days_to_renewal=asked["daysToRenewal"],
                increase_pct=asked["priceIncreasePercent"],
                churn_risk=asked["churnRisk"],
                relationship=asked["relationshipStrength"],
                notice_days=asked["noticeDays"],
                people=_people(asked["stakeholders"]),
            )
        )
        return Response(SequenceBody(advice).data)


class PricingView(WhatIfView):
    @extend_schema(request=PricingWhatIf, responses=PricingBody)
    def post(self, request: Request) -> Response:
        """How openly the first emails state the price, with the votes behind it."""
        asked = _read(PricingWhatIf, request)
        roles = tuple(person["role"] for person in asked["stakeholders"])
        advice = advise_on_price(
            PriceFacts(
                increase_pct=asked["priceIncreasePercent"],
                relationship=asked["relationshipStrength"],
                competitive_pressure=_pressure(asked, "competitivePressure"),
                budget_pressure=_pressure(asked, "budgetPressure"),
                roles=roles or VARIED_ROLES,
            )
        )
        return Response({**PricingBody(advice).data, "votes": show_votes(advice.votes, asked)})


class RehearsalView(WhatIfView):
    @extend_schema(request=RehearsalWhatIf, responses=RehearsalBody)
    def post(self, request: Request) -> Response:
        """The one or two objections to expect, and how to answer them."""
        asked = _read(RehearsalWhatIf, request)
        scenarios = choose_scenarios(
            RehearsalFacts(
                increase_pct=asked["priceIncreasePercent"],
                churn_risk=asked["churnRisk"],
                relationship=asked["relationshipStrength"],
                budget_pressure=_pressure(asked, "budgetPressure"),
                competitive_pressure=_pressure(asked, "competitivePressure"),
            )
        )
        return Response(RehearsalBody({"scenarios": scenarios}).data)


def _read(body: type[Any], request: Request) -> dict[str, Any]:
    asked = body(data=request.data)
    asked.is_valid(raise_exception=True)
    values: dict[str, Any] = asked.validated_data
    return values


def _pressure(asked: Mapping[str, Any], name: str) -> Pressure | None:
    return Pressure(asked[name]) if name in asked else None


def _people(stakeholders: Iterable[Mapping[str, str]]) -> tuple[Person, ...]:
    """This will take rows of the same name as one person with several roles, who is contacted once."""
    names: dict[str, str] = {}
    roles: dict[str, list[str]] = {}
    for row in stakeholders:
        key = " ".join(row["name"].casefold().split())
        names.setdefault(key, row["name"])
        roles.setdefault(key, []).append(row["role"])
    return tuple(Person(key=key, name=names[key], roles=tuple(roles[key])) for key in names)

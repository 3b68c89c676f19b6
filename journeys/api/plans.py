"""Onboarding and business plan by API: read, written as a new version, approved."""

from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from customers.api_base import OfCustomer, read_body
from customers.enums import Scope
from customers.models import Customer
from customers.queries.callers import caller_of
from journeys.api.plan_bodies import (
    BusinessPlanBody,
    OnboardingBody,
    OnboardingIn,
    OnboardingUpload,
    PlanApproveIn,
    PlanIn,
    PlanUpload,
)
from journeys.models import BusinessPlan, Onboarding
from journeys.queries.plans import approved_plan, last_onboarding, last_plan
from journeys.rules.answer_files import read_answer_file
from journeys.rules.onboarding import with_questions
from journeys.rules.plan_files import PlanFile, UnfitFile, read_plan_file
from journeys.services.onboarding import save_onboarding
from journeys.services.plans import approve_plan, save_plan


class OnboardingView(OfCustomer):
    """What the client answered when they came."""

    parser_classes = [*cast(Any, api_settings.DEFAULT_PARSER_CLASSES), MultiPartParser]

    @extend_schema(responses=OnboardingBody)
    def get(self, request: Request, id: str) -> Response:
        """The last version; before the first, the questions that are asked."""
        return _show_onboarding(last_onboarding(self.get_customer()))

    @extend_schema(
        request={"application/json": OnboardingIn, "multipart/form-data": OnboardingUpload},
        responses=OnboardingBody,
    )
    def put(self, request: Request, id: str) -> Response:
        """Keep the answers as a new version; earlier ones stay. As JSON, or as a form with a file that holds them."""
        customer = self.get_customer()
        if "file" in request.FILES:
            asked = read_body(OnboardingUpload, request)
            answers = _read_answers(request)
        else:
            asked = read_body(OnboardingIn, request)
            answers = asked["answers"]
        saved = save_onboarding(customer, answers, seen=asked.get("version"), now=timezone.now(), by=caller_of(request))
        return _show_onboarding(saved)


class BusinessPlanView(OfCustomer):
    """The plan that deliverables are built on."""

    parser_classes = [*cast(Any, api_settings.DEFAULT_PARSER_CLASSES), MultiPartParser]

    @extend_schema(responses=BusinessPlanBody)
    def get(self, request: Request, id: str) -> Response:
        """The last version, and which one is approved."""
        return _show_plan(self.get_customer())

    @extend_schema(
        request={"application/json": PlanIn, "multipart/form-data": PlanUpload},
        responses=BusinessPlanBody,
    )
    def put(self, request: Request, id: str) -> Response:
        """Keep the plan as a new version, to be approved anew: as JSON with its text, or as a form with a file."""
        customer, asked = self.get_customer(), read_body(PlanIn, request)
        save_plan(
            customer,
            body=asked["body"],
            file=_read_file(request),
            keeps_file=asked["keeps_file"],
            seen=asked.get("version"),
            now=timezone.now(),
            by=caller_of(request),
        )
        return _show_plan(customer)


class PlanApproval(OfCustomer):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=PlanApproveIn, responses=BusinessPlanBody)
    def post(self, request: Request, id: str) -> Response:
        """Approve the last version; the first month may be written then. Approving it again changes nothing."""
        customer, asked = self.get_customer(), read_body(PlanApproveIn, request)
        approve_plan(customer, number=asked.get("version"), now=timezone.now(), by=caller_of(request))
        return _show_plan(customer)


def _read_answers(request: Request) -> list[dict[str, str]]:
    uploaded: Any = request.FILES["file"]
    try:
        return read_answer_file(uploaded.name or "", uploaded.read())
    except UnfitFile as error:
        raise serializers.ValidationError({"file": [str(error)]}) from None


def _read_file(request: Request) -> PlanFile | None:
    uploaded = request.FILES.get("file")
    if uploaded is None:
        return None
    try:
        return read_plan_file(uploaded.name or "", uploaded.read())
    except UnfitFile as error:
        raise serializers.ValidationError({"file": [str(error)]}) from None


def _show_onboarding(last: Onboarding | None) -> Response:
    shown: dict[str, Any] = {
        "version": last.number if last else 0,
        "answers": last.answers if last else with_questions(()),
        "saved_at": last.saved_at if last else None,
        "saved_by": last.saved_by if last else None,
    }
    return Response(OnboardingBody(shown).data)


def _show_plan(customer: Customer) -> Response:
    last, approved = last_plan(customer), approved_plan(customer)
    row = last or BusinessPlan(number=0)
    shown = {
        "version": row.number,
        "body": row.body,
        "file_name": row.file_name,
        "content_type": row.content_type,
        "saved_at": row.saved_at,
        "saved_by": row.saved_by,
        "approved_at": row.approved_at,
        "approved_by": row.approved_by,
        "approved_version": approved.number if approved else None,
    }
    return Response(BusinessPlanBody(shown).data)

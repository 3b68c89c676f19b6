"""Paths under /api. A slash at the end is taken off before they are read."""

from django.urls import path

from renewals.api.engage import EngageView, PlanView
from renewals.api.forecast import ForecastView
from renewals.api.negotiation import (
    NegotiationStart,
    NegotiationView,
    NextStepList,
    ObjectionAnswer,
    ObjectionList,
    ObjectionSettle,
    TermsDecision,
    TermsList,
)
from renewals.api.overrules import OverruleList, OverruleSummary
from renewals.api.plan_actions import PlanAgain, PlanClose, PlanCrmStage, PlanLetters, PlanTouch
from renewals.api.reactions import ReactionUndo, ReactionView
from renewals.api.renewal import LockPriceView, OutcomeView, RenewalView
from renewals.api.what_ifs import PricingView, RehearsalView, SequenceView
from renewals.api.what_works import WhatWorksView

NEGOTIATION = "customers/<str:id>/negotiation"
REACTION = "customers/<str:id>/reaction"

urlpatterns = [
    path("customers/<str:id>/renewal", RenewalView.as_view()),
    path("customers/<str:id>/renewal/lock-price", LockPriceView.as_view()),
    path("customers/<str:id>/renewal/outcome", OutcomeView.as_view()),
    path("customers/<str:id>/engage", EngageView.as_view()),
    path(NEGOTIATION, NegotiationView.as_view()),
    path(f"{NEGOTIATION}/start", NegotiationStart.as_view()),
    path(f"{NEGOTIATION}/objections", ObjectionList.as_view()),
    path(f"{NEGOTIATION}/objections/<uuid:objectionId>/answer", ObjectionAnswer.as_view()),
    path(f"{NEGOTIATION}/objections/<uuid:objectionId>/settle", ObjectionSettle.as_view()),
    path(f"{NEGOTIATION}/terms", TermsList.as_view()),
    path(f"{NEGOTIATION}/terms/<uuid:termsId>/decide", TermsDecision.as_view()),
    path(f"{NEGOTIATION}/next-steps", NextStepList.as_view()),
    path(REACTION, ReactionView.as_view()),
    path(f"{REACTION}/<uuid:reactionId>/undo", ReactionUndo.as_view()),
    path("engage/<uuid:id>", PlanView.as_view()),
    path("engage/<uuid:id>/close", PlanClose.as_view()),
    path("engage/<uuid:id>/crm-stage/retry", PlanCrmStage.as_view()),
    path("engage/<uuid:id>/letters", PlanLetters.as_view()),
    path("engage/<uuid:id>/replan", PlanAgain.as_view()),
    path("engage/<uuid:id>/touches/<uuid:touchId>", PlanTouch.as_view()),
    path("forecast", ForecastView.as_view()),
    path("overrules", OverruleList.as_view()),
    path("overrules/summary", OverruleSummary.as_view()),
    path("what-works", WhatWorksView.as_view()),
    path("engage/sequence", SequenceView.as_view()),
    path("engage/pricing", PricingView.as_view()),
    path("engage/rehearsal", RehearsalView.as_view()),
]

"""Paths under /api. A slash at the end is taken off before they are read."""

from django.urls import path

from renewals.api.engage import EngageView, PlanView
from renewals.api.renewal import LockPriceView, OutcomeView, RenewalView
from renewals.api.what_ifs import PricingView, RehearsalView, SequenceView

urlpatterns = [
    path("customers/<str:id>/renewal", RenewalView.as_view()),
    path("customers/<str:id>/renewal/lock-price", LockPriceView.as_view()),
    path("customers/<str:id>/renewal/outcome", OutcomeView.as_view()),
    path("customers/<str:id>/engage", EngageView.as_view()),
    path("engage/<uuid:id>", PlanView.as_view()),
    path("engage/sequence", SequenceView.as_view()),
    path("engage/pricing", PricingView.as_view()),
    path("engage/rehearsal", RehearsalView.as_view()),
]

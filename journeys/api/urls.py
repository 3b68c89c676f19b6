"""Paths under /api. A slash at the end is taken off before they are read."""

from django.urls import URLPattern, URLResolver, path

from journeys.api.automations import (
    AutomationDetail,
    AutomationList,
    AutomationSchedulingView,
    AutomationStats,
    AutomationTrigger,
    ClientAutomations,
    LogList,
)
from journeys.api.deliverable_actions import (
    DeliverableRestore,
    DeliverableRewrite,
    DeliverableSubmit,
    DeliverableTexts,
    DeliverableVouch,
)
from journeys.api.deliverables import ClientDeliverables, DeliverableApproval, DeliverableRejection, DeliverableView
from journeys.api.journeys import (
    AdjustView,
    CancelView,
    ForceView,
    PauseView,
    ResumeView,
    SkipView,
    StartView,
    TimelineView,
    UndoView,
)
from journeys.api.plans import BusinessPlanView, OnboardingView, PlanApproval
from journeys.api.portal_links import PortalLinkRevoke, PortalLinks
from journeys.api.selections import BatchUndoView, SelectionView
from journeys.api.simulation import SimulateView
from journeys.api.simulation_runs import SimulateManyView, SimulationRunView
from journeys.api.workspace import ClockView, SavingsView

JOURNEY = "clients/<str:id>/journey"

urlpatterns: list[URLPattern | URLResolver] = [
    path("clients/<str:id>/onboarding", OnboardingView.as_view()),
    path("clients/<str:id>/business-plan", BusinessPlanView.as_view()),
    path("clients/<str:id>/business-plan/approve", PlanApproval.as_view()),
    path("clients/<str:id>/deliverables", ClientDeliverables.as_view()),
    path("deliverables/<uuid:id>", DeliverableView.as_view()),
    path("deliverables/<uuid:id>/approve", DeliverableApproval.as_view()),
    path("deliverables/<uuid:id>/reject", DeliverableRejection.as_view()),
    path("deliverables/<uuid:id>/facts/confirm", DeliverableVouch.as_view()),
    path("deliverables/<uuid:id>/rewrite", DeliverableRewrite.as_view()),
    path("deliverables/<uuid:id>/submit", DeliverableSubmit.as_view()),
    path("deliverables/<uuid:id>/versions", DeliverableTexts.as_view()),
    path("deliverables/<uuid:id>/versions/<uuid:versionId>/restore", DeliverableRestore.as_view()),
    path("clients/<str:id>/portal-links", PortalLinks.as_view()),
    path("clients/<str:id>/portal-links/<uuid:linkId>/revoke", PortalLinkRevoke.as_view()),
    path("admin/automations", AutomationList.as_view()),
    path("admin/automations/savings", SavingsView.as_view()),
    path("admin/clock", ClockView.as_view()),
    path("admin/automations/logs", LogList.as_view()),
    path("admin/automations/stats", AutomationStats.as_view()),
    path("admin/journeys/selection", SelectionView.as_view()),
    path("admin/journeys/simulate", SimulateManyView.as_view()),
    path("admin/journeys/simulate/<uuid:id>", SimulationRunView.as_view()),
    path("admin/journeys/batches/<uuid:id>/undo", BatchUndoView.as_view()),
    path("automations/<uuid:id>", AutomationDetail.as_view()),
    path("automations/<uuid:id>/trigger", AutomationTrigger.as_view()),
    path("clients/<str:id>/automations", ClientAutomations.as_view()),
    path("clients/<str:id>/automations/schedule", AutomationSchedulingView.as_view()),
    path(f"{JOURNEY}/timeline", TimelineView.as_view()),
    path(f"{JOURNEY}/start", StartView.as_view()),
    path(f"{JOURNEY}/adjust", AdjustView.as_view()),
    path(f"{JOURNEY}/pause", PauseView.as_view()),
    path(f"{JOURNEY}/resume", ResumeView.as_view()),
    path(f"{JOURNEY}/skip", SkipView.as_view()),
    path(f"{JOURNEY}/force", ForceView.as_view()),
    path(f"{JOURNEY}/cancel", CancelView.as_view()),
    path(f"{JOURNEY}/undo", UndoView.as_view()),
    path(f"{JOURNEY}/simulate", SimulateView.as_view()),
]

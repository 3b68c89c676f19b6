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

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/automations", AutomationList.as_view()),
    path("admin/automations/logs", LogList.as_view()),
    path("admin/automations/stats", AutomationStats.as_view()),
    path("automations/<uuid:id>", AutomationDetail.as_view()),
    path("automations/<uuid:id>/trigger", AutomationTrigger.as_view()),
    path("clients/<str:id>/automations", ClientAutomations.as_view()),
    path("clients/<str:id>/automations/schedule", AutomationSchedulingView.as_view()),
]

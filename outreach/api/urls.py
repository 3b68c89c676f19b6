"""Paths under /api. A slash at the end is taken off before they are read."""

from django.urls import path

from outreach.api.expansion import ExpansionContextView

urlpatterns = [
    path("customers/<str:id>/expansion-context", ExpansionContextView.as_view()),
]

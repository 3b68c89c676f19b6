"""Addresses of journeys: the board, a client's timeline, the log and the health of the automations."""

from django.urls import URLPattern, URLResolver, path

from journeys.urls_portal import portal_patterns
from journeys.views import clock, health, log

app_name = "journeys"

ACCOUNT = "customers/<uuid:customer_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("journeys/log", log.log, name="log"),
    path("journeys/log.csv", log.export, name="log_export"),
    path("journeys/health", health.health, name="health"),
    path("journeys/health/savings", health.savings, name="savings"),
    path("clock/confirm", clock.confirm, name="clock"),
    *portal_patterns,
]

"""Addresses of journeys: the board, a client's timeline, the log and the health of the automations."""

from django.urls import URLPattern, URLResolver, path

from journeys.urls_deliverables import deliverable_patterns
from journeys.urls_portal import portal_patterns
from journeys.views import actions, batches, board, bulk, clock, health, log, simulated, simulation, timeline

app_name = "journeys"

ACCOUNT = "customers/<uuid:customer_id>"
JOURNEY = f"{ACCOUNT}/journey"

urlpatterns: list[URLPattern | URLResolver] = [
    path("journeys", board.board, name="board"),
    path("journeys/log", log.log, name="log"),
    path("journeys/log.csv", log.export, name="log_export"),
    path("journeys/health", health.health, name="health"),
    path("journeys/health/savings", health.savings, name="savings"),
    path("journeys/simulate", simulation.of_many, name="simulate"),
    path("journeys/simulate/<uuid:run_id>", simulated.run_page, name="simulation_run"),
    path("clock/confirm", clock.confirm, name="clock"),
    *deliverable_patterns,
    *portal_patterns,
    path("journeys/selection/<slug:code>", bulk.bulk, name="bulk"),
    path("journeys/batches", batches.batches, name="batches"),
    path("journeys/batches/<uuid:batch_id>/undo", batches.undo, name="undo_batch"),
    path(JOURNEY, timeline.timeline, name="timeline"),
    path(f"{JOURNEY}/simulate", simulation.of_client, name="simulate_client"),
    path(f"{JOURNEY}/actions/<slug:code>", actions.action, name="action"),
    path(
        f"{JOURNEY}/automations/<uuid:automation_id>/trigger", actions.automation, {"verb": "trigger"}, name="trigger"
    ),
    path(
        f"{JOURNEY}/automations/<uuid:automation_id>/cancel",
        actions.automation,
        {"verb": "cancel"},
        name="cancel_automation",
    ),
    path(f"{JOURNEY}/changes/<uuid:change_id>/undo", actions.undo, name="undo"),
]

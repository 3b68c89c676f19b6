from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "journeys"
    verbose_name = "Journeys and the clock"

    def ready(self) -> None:
        from customers.registry.holds import register_hold_source
        from journeys import sweeping
        from journeys.queries import holds
        from journeys.services import handlers

        register_hold_source(holds.SOURCE)
        handlers.register()
        sweeping.register()

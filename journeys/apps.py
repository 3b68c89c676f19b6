from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "journeys"
    verbose_name = "Journeys and the clock"

    def ready(self) -> None:
        from journeys import sweeping

        sweeping.register()

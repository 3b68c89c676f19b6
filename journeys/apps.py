from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "journeys"
    verbose_name = "Journeys and the clock"

    def ready(self) -> None:
        from customers.registry.holds import register_hold_source
        from emails.registry import register_template
        from journeys import panels, receivers, sweeping  # noqa: F401  # receivers connect on import
        from journeys.queries import archives, briefs, holds, mail_sources
        from journeys.rules.mail_names import NAMES
        from journeys.services import approvals, handing_over, handlers, merging, pausing, rewriting, rollout_runs
        from journeys.services.template_use import JourneyTemplates

        register_hold_source(holds.SOURCE)
        handlers.register()
        panels.register()
        merging.register()
        handing_over.register()
        pausing.register()
        rewriting.register()
        sweeping.register()
        rollout_runs.register()
        mail_sources.register_sources()
        briefs.register_sources()
        approvals.register()
        archives.register()
        for key, names in NAMES.items():
            register_template(key, names, JourneyTemplates())

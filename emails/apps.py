from django.apps import AppConfig


class EmailsConfig(AppConfig):
    name = "emails"
    verbose_name = "Emails"

    def ready(self) -> None:
        from customers.registry.holds import register_hold_source
        from customers.registry.imports import register_undo_guard
        from customers.registry.mail_stops import register_mail_stops
        from customers.registry.settings_pages import SettingsPage, register_settings_page
        from emails import receivers  # noqa: F401
        from emails.queries import archives, holds, mail_stops
        from emails.queries.imports import list_letters_left
        from emails.queries.sources import register_sources
        from emails.services import approvals, handing_over, standing_in

        register_sources()
        register_undo_guard(list_letters_left)
        approvals.register()
        archives.register()
        handing_over.register()
        standing_in.register()
        register_hold_source(holds.SOURCE)
        register_mail_stops(mail_stops.SOURCE)
        register_settings_page(SettingsPage("Suppression list", "emails:suppressions", for_leaders=True))

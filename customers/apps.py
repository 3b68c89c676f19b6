from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = "Accounts and access"

    def ready(self) -> None:
        from customers import panels, receivers  # noqa: F401 - connects them
        from customers.queries import archives
        from customers.registry.settings_pages import SettingsGroup, SettingsPage, register_settings_page
        from customers.services import carried

        panels.register()
        archives.register()
        carried.register()
        pages = (
            SettingsPage("Your profile", "customers:profile", group=SettingsGroup.YOU),
            SettingsPage("Two steps", "customers:two_steps", group=SettingsGroup.YOU),
            SettingsPage("Your notices", "customers:settings_notices", group=SettingsGroup.YOU),
            SettingsPage("Absences", "customers:settings_absences", group=SettingsGroup.YOU),
            SettingsPage("API tokens", "customers:tokens", group=SettingsGroup.YOU),
            SettingsPage("People", "customers:settings_people", group=SettingsGroup.TEAM),
            SettingsPage("Record", "customers:settings_record", for_ops=True, group=SettingsGroup.TEAM),
            SettingsPage("Workspace", "customers:settings", group=SettingsGroup.RULES),
            SettingsPage("Usage sources", "customers:settings_sources", for_ops=True, group=SettingsGroup.CONNECTIONS),
            SettingsPage("Webhooks", "customers:settings_webhooks", for_ops=True, group=SettingsGroup.CONNECTIONS),
        )
        for page in pages:
            register_settings_page(page)

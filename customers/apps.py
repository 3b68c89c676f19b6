from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = "Accounts and access"

    def ready(self) -> None:
        from customers import panels, receivers  # noqa: F401 - connects them
        from customers.registry.settings_pages import SettingsPage, register_settings_page

        panels.register()
        register_settings_page(SettingsPage("Usage sources", "customers:settings_sources", for_ops=True))
        register_settings_page(SettingsPage("Record", "customers:settings_record", for_ops=True))
        register_settings_page(SettingsPage("Webhooks", "customers:settings_webhooks", for_ops=True))

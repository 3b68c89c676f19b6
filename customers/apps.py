from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = "Accounts and access"

    def ready(self) -> None:
        from customers import panels, receivers  # noqa: F401 - connects them

        panels.register()

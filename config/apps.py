from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"
    verbose_name = "Evergreen"

    def ready(self) -> None:
        from config import moments
        from config.desk import panels

        moments.register()
        panels.register()


class DeskAdminConfig(AdminConfig):
    """Django's admin behind the desk's own door."""

    default_site = "config.admin_site.DeskAdminSite"

    def ready(self) -> None:
        super().ready()
        from django.contrib import admin
        from django.contrib.auth.models import Group

        # Roles decide, not groups; a group here would promise what nothing reads.
        admin.site.unregister(Group)

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"
    verbose_name = "Evergreen"


class DeskAdminConfig(AdminConfig):
    """Django's admin behind the desk's own door."""

    default_site = "config.admin_site.DeskAdminSite"

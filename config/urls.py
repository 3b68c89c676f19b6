"""The URL table of the whole house; each app brings its own."""

from django.contrib import admin
from django.urls import include, path

from config.desk.theme import set_theme

urlpatterns = [
    path("", include("config.health")),
    path("", include("customers.urls")),
    path("theme", set_theme, name="theme"),
    path("admin/", admin.site.urls),
    path("api/", include("config.api.urls")),
]

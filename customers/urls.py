"""Addresses of the ground: the door and the settings, accounts and people."""

from django.urls import include, path

app_name = "customers"

urlpatterns = [
    path("", include("customers.urls_access")),
    path("", include("customers.urls_accounts")),
    path("", include("customers.urls_imports")),
]

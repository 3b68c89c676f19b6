"""The paths under /api: each app's own, and their description."""

from django.urls import include, path

from config.api.docs import Docs, Schema

urlpatterns = [
    path("", include("customers.api.urls")),
    path("", include("emails.api.urls")),
    path("", include("renewals.api.urls")),
    path("schema", Schema.as_view(), name="schema"),
    path("docs", Docs.as_view(), name="docs"),
]

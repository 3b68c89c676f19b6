"""Addresses of journeys: the board, a client's timeline, the log and the health of the automations."""

from django.urls import URLPattern, URLResolver

app_name = "journeys"

ACCOUNT = "customers/<uuid:customer_id>"

urlpatterns: list[URLPattern | URLResolver] = []

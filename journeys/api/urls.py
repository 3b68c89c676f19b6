"""Paths under /api. A slash at the end is taken off before they are read."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []

"""Every page of the desk by its address: the URL tables are walked, so that a page added later is measured too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from config.benchmarks.examples import Examples
from config.benchmarks.queries import queries_of

NOT_PAGES = frozenset({"healthz", "readyz", "metrics"})
"""Asked by machines that watch."""
PARTS_WITHOUT_PAGES = ("api/", "admin/")
"""The API answers other systems; the admin's own tables are walked by its registry."""


@dataclass(frozen=True)
class Route:
    """One line of the URL tables. name: with its namespace; arguments: what has to be filled in."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Address:
    """One page that can be asked for. page: its route, and which of several it is."""

    page: str
    route: str
    path: str
    query: str = ""

    @property
    def url(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    def __str__(self) -> str:
        return f"{self.page}?{self.query}" if self.query else self.page


def list_desk(examples: Examples) -> Iterator[Address]:
    """This will give every address of the desk and of the admin. Raises NoExample."""
    for route in list_routes():
        yield from list_addresses(route, examples)
    yield from list_admin_addresses()


def list_routes() -> list[Route]:
    """This will list what the desk answers to, beside the API and the admin."""
    return [route for route in _walk(get_resolver().url_patterns, "") if route.name not in NOT_PAGES]


def list_addresses(route: Route, examples: Examples) -> list[Address]:
    """This will fill in a route in every way that makes another page. Raises NoExample."""
    choices = [examples.of(route.name, name) for name in route.arguments]
    found = []
    for names in product(*choices):
        words = [name for name, choice in zip(names, choices, strict=True) if len(choice) > 1]
        values = [choice[name] for name, choice in zip(names, choices, strict=True)]
        path = reverse(route.name, kwargs=dict(zip(route.arguments, values, strict=True)))
        page = " ".join([route.name, *words])
        found += [Address(page, route.name, path, query) for query in queries_of(route.name, examples)]
    return found


def list_admin_addresses() -> Iterator[Address]:
    """This will give the lists of the admin, and of each the form of its first row."""
    yield Address("admin:index", "admin:index", reverse("admin:index"))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield Address(f"{name}_changelist", name, reverse(f"{name}_changelist"))
        if pk := model._default_manager.values_list("pk", flat=True).first():
            yield Address(f"{name}_change", name, reverse(f"{name}_change", args=[pk]))


def _walk(patterns: list[Any], namespace: str) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and str(pattern.pattern) not in PARTS_WITHOUT_PAGES:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield Route(f"{namespace}{pattern.name}", tuple(pattern.pattern.regex.groupindex))

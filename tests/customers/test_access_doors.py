"""Every address of the house, asked by somebody who is not signed in: none shows anything but the door itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

OPEN = {
    "sign_in",
    "password_forgotten",
    "password_sent",
    "password_reset_confirm",
    "join",
    "theme",
    "healthz",
    "readyz",
    "metrics",
    "schema",
    "docs",
}
"""Open to strangers on purpose; what they show is tested where they live."""
OPEN_PREFIXES = ("u/", "webhooks/")
LED_AWAY = {"api/integrations/outreach/callback": "/settings/outreach"}
"""A browser comes back here from a vendor; without a session it is led to a page that asks for one."""
UNKNOWN = "6b78d772-75ec-4708-b31f-059284ec04f4"  # the same in every worker of the suite, as it stands in test names
EXAMPLES = {"uuid": UNKNOWN, "int": "1", "str": "x", "slug": "x", "path": "x", "": "x"}


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Give each address with its name, the parts in brackets filled in."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if not route.startswith("admin/"):
                yield from addresses(pattern.url_patterns, route)
        elif "(?P" not in route and "^" not in route:
            yield fill(route), pattern.name or ""


def fill(route: str) -> str:
    while "<" in route:
        head, _, rest = route.partition("<")
        inside, _, tail = rest.partition(">")
        kind = inside.split(":")[0] if ":" in inside else ""
        route = head + EXAMPLES.get(kind, "x") + tail
    return route


CLOSED = sorted(
    {
        path
        for path, name in addresses(get_resolver().url_patterns)
        if name not in OPEN and not path.startswith(OPEN_PREFIXES)
    }
)


def test_the_walk_finds_the_house() -> None:
    assert len(CLOSED) > 20
    assert {"settings", "settings/people", "settings/tokens"} <= set(CLOSED)


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.any_database
def test_a_stranger_is_kept_out(client: Client, db: None, path: str, method: str) -> None:
    response = getattr(client, method)(f"/{path}")

    if path in LED_AWAY and response.status_code == 302:
        assert response["Location"] == LED_AWAY[path]
    elif path.startswith("api/"):
        assert response.status_code in (401, 404, 405)
    elif response.status_code == 302:
        assert response["Location"].startswith("/sign-in")
    else:
        assert response.status_code in (401, 403, 404, 405)

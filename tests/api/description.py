"""The description at /api/schema as the tests read it, made once per process."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


@lru_cache(maxsize=1)
def describe() -> dict[str, Any]:
    description: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return description


def list_operations() -> list[tuple[str, str]]:
    """Give every operation as method and address, in one order."""
    return [(method, address) for address, calls in sorted(describe()["paths"].items()) for method in calls]

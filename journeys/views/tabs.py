"""The tabs of the journeys' pages."""

from __future__ import annotations

from django.urls import reverse

from customers.view_base import Tab

TABS = (
    ("Board", "journeys:board"),
    ("Group actions", "journeys:batches"),
    ("Log", "journeys:log"),
    ("Health", "journeys:health"),
    ("Play forward", "journeys:simulate"),
)


def list_tabs(current: str) -> list[Tab]:
    return [Tab(label, reverse(name), is_current=name == current) for label, name in TABS]

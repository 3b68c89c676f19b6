"""What the pages of expansion share, here and on the roof: their tabs. Not a door itself."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from customers.view_base import Tab

TABS = (
    ("Runs", "outreach:runs"),
    ("Opportunities", "outreach:opportunities"),
    ("Price list", "outreach:offers"),
    ("What works", "expansion_learning"),
)


def expansion_tabs(current: str) -> list[Tab]:
    """Give the tabs of expansion; a page that no app has brought yet is left out."""
    return [Tab(label, url, is_current=name == current) for label, name in TABS if (url := _url(name))]


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""

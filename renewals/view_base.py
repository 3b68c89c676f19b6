"""What the pages that leads read by share: their tabs, and the filters on top of each. Not a door itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from customers.models import Team, User
from customers.view_base import Tab
from renewals.queries.book_filter import BookFilter
from renewals.queries.book_summary import Facets

TABS = (
    ("Forecast", "renewals:forecast", False),
    ("What works", "renewals:what_works", False),
    ("Overridden advice", "renewals:overrules", False),
    ("Load", "today_team", True),
)
"""Label, url name, and whether it is for leads alone."""


@dataclass(frozen=True)
class Narrowing:
    """What a page can be narrowed by, for whom it makes a difference. teams: for those who see several."""

    facets: Facets
    teams: list[Team]

    @property
    def shows_owners(self) -> bool:
        return len(self.facets.owners) > 1 or self.facets.has_unowned


def narrowing_for(reader: User, facets: Facets) -> Narrowing:
    teams = list(Team.objects.visible_to(reader).order_by("name")) if reader.is_ops else []
    return Narrowing(facets, teams if len(teams) > 1 else [])


def insight_tabs(reader: User, current: str) -> list[Tab]:
    """This will give the tabs of the pages for leads; a page that no app has brought yet is left out."""
    return [
        Tab(label, url, is_current=name == current)
        for label, name, for_leaders in TABS
        if (reader.is_leader or not for_leaders) and (url := _url(name))
    ]


def narrowed_query(wanted: BookFilter, **more: str) -> str:
    """This will write owner, team and segment of a filter, and more, as the query of an address."""
    asked: Mapping[str, str] = {"owner": wanted.owner, "team": wanted.team, "segment": wanted.segment, **more}
    return urlencode({name: value for name, value in asked.items() if value})


def figures_key(name: str, wanted: BookFilter) -> str:
    """This will name the figures of a page, as it is narrowed, for `once_a_minute`."""
    return f"{name}-{sha256(narrowed_query(wanted).encode()).hexdigest()[:16]}"


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""

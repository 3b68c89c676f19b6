"""The navigation: which pages stand in it, in which order, for whom. A page that has no address yet is left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse


@dataclass(frozen=True)
class Place:
    """A page that the navigation may show. `also`: other url names (or namespaces, ending in ":") that belong to it.

    but: those among them that belong elsewhere.
    """

    label: str
    url_name: str
    icon: str
    also: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    for_writers: bool = False
    for_ops: bool = False


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True)
class NavGroup:
    items: tuple[NavItem, ...]
    foot: bool = False


BOOK_PAGES = (
    "renewals:",
    "outreach:expansion",
    "emails:person",
    *(f"customers:{noun}" for noun in ("account", "merge", "person", "meeting", "todo", "win", "hold", "brake")),
)
INSIGHTS = ("renewals:forecast", "renewals:what_works", "renewals:overrules")
BRIDGES = ("outreach:expansion_settings", "outreach:stand_in", "outreach:crm", "outreach:usage_source")
EXPANSION_PAGES = (
    *(f"outreach:{noun}" for noun in ("opportunit", "offer", "run", "upsell")),
    "expansion_learning",
)
WORK = (
    Place("Today", "today", "sun", also=("today",)),
    Place("Book", "renewals:book", "rectangle-stack", also=BOOK_PAGES, but=(*BRIDGES, *INSIGHTS)),
    Place("Approvals", "approvals", "check-badge"),
    Place("Replies", "emails:replies", "chat-bubble-left-right", also=("emails:reply",)),
    Place("Mailbox", "emails:mailbox", "inbox", also=("emails:mailbox", "emails:review")),
    Place("Waiting", "emails:waiting", "clock"),
    Place("Journeys", "journeys:board", "map", also=("journeys:",)),
    Place("Expansion", "outreach:opportunities", "arrow-trending-up", also=EXPANSION_PAGES),
    Place("Forecast", "renewals:forecast", "chart-bar", also=INSIGHTS),
)
DATA = (Place("Import", "customers:imports", "arrow-up-tray", also=("customers:import",), for_writers=True),)
FOOT = (
    Place(
        "Settings",
        "customers:settings",
        "cog-6-tooth",
        also=("customers:settings", "customers:profile", "customers:token", "emails:suppression", *BRIDGES),
    ),
)
USER_MENU = (
    Place("Your profile", "customers:profile", "user-circle"),
    Place("Your notices", "customers:settings_notices", "bell"),
    Place("API tokens", "customers:tokens", "key"),
    Place("Admin", "admin:index", "wrench-screwdriver", for_ops=True),
)
PHONE_ITEMS = 4
"""So many stand in the phone's bar; the rest opens under More."""


def address(url_name: str, *args: object) -> str:
    """This will give the path of a named page, empty while no app has brought it."""
    if not args:
        return _fixed_address(url_name, get_urlconf(), get_script_prefix())
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=200)
def _fixed_address(url_name: str, urlconf: str | None, prefix: str) -> str:
    """The path of a page that there is once: the frame of every page names seventeen of them."""
    try:
        return reverse(url_name, urlconf)
    except NoReverseMatch:
        return ""


def list_items(places: Iterable[Place], request: HttpRequest) -> tuple[NavItem, ...]:
    """This will give the places that exist and are for this person, the current one marked."""
    items = (
        NavItem(place.label, url, place.icon, is_current=_is_current(place, request))
        for place in places
        if _is_for(place, request) and (url := address(place.url_name))
    )
    return tuple(items)


def list_groups(request: HttpRequest) -> tuple[NavGroup, ...]:
    groups = (
        NavGroup(list_items(WORK, request)),
        NavGroup(list_items(DATA, request)),
        NavGroup(list_items(FOOT, request), foot=True),
    )
    return tuple(group for group in groups if group.items)


def _is_for(place: Place, request: HttpRequest) -> bool:
    if place.for_writers and not getattr(request.user, "is_writer", False):
        return False
    return not place.for_ops or getattr(request.user, "is_staff", False)


def _is_current(place: Place, request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None:
        return False
    if match.view_name.startswith(place.but or ("-",)):
        return False
    return match.view_name == place.url_name or any(match.view_name.startswith(name) for name in place.also)

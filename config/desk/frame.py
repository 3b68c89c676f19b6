"""What base.html needs on every page, put together without a query of its own but the bell's."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from django.http import HttpRequest

from config.desk.navigation import PHONE_ITEMS, USER_MENU, NavGroup, NavItem, address, list_groups, list_items
from config.desk.theme import read_theme
from customers.models import User
from customers.queries.bell import read_bell
from customers.queries.standstill import shows_standstill
from customers.rules.notices import MOST_COUNTED
from emails.providers.choice import leaves_the_machine

STYLESHEETS = ("tokens", "base", "layout", "components", "charts", "book", "account", "emails", "command")


class Bell:
    """How much a person has not read: counted when the page prints it, once."""

    def __init__(self, reader: User) -> None:
        self._reader = reader

    @cached_property
    def unread(self) -> int:
        return read_bell(self._reader)

    @property
    def words(self) -> str:
        """ "7", or "99+"; "" for none."""
        if self.unread > MOST_COUNTED:
            return f"{MOST_COUNTED}+"
        return str(self.unread) if self.unread else ""


@dataclass(frozen=True)
class Frame:
    """The desk as base.html shows it."""

    theme: str
    capture_mode: bool
    stands_still: bool = False
    stylesheets: tuple[str, ...] = tuple(f"css/{name}.css" for name in STYLESHEETS)
    navigation: tuple[NavGroup, ...] = ()
    phone_items: tuple[NavItem, ...] = ()
    more_items: tuple[NavItem, ...] = ()
    user_items: tuple[NavItem, ...] = ()
    bell: Bell | None = None
    search_url: str = "/"
    command_url: str = field(default_factory=lambda: address("command"))
    import_url: str = field(default_factory=lambda: address("customers:imports"))
    clock_url: str = field(default_factory=lambda: address("journeys:clock"))
    notices_url: str = field(default_factory=lambda: address("notices"))
    mailbox_url: str = field(default_factory=lambda: address("emails:mailbox"))
    theme_url: str = field(default_factory=lambda: address("theme"))
    sign_out_url: str = field(default_factory=lambda: address("customers:sign_out"))


def build_frame(request: HttpRequest) -> Frame:
    """This will put the frame together for the person who asks; before the door it has no navigation."""
    theme, capture_mode = read_theme(request), not leaves_the_machine()
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return Frame(theme, capture_mode)
    groups = list_groups(request)
    items = tuple(item for group in groups for item in group.items)
    return Frame(
        theme,
        capture_mode,
        stands_still=shows_standstill(),
        navigation=groups,
        phone_items=items[:PHONE_ITEMS],
        more_items=items[PHONE_ITEMS:],
        user_items=list_items(USER_MENU, request),
        bell=Bell(request.user),
    )

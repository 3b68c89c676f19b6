"""Pages of the settings: those of the ground, and what apps on the left put beside them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SettingsGroup(StrEnum):
    """What the menu of the settings is divided into, in its order."""

    YOU = "You"
    TEAM = "Team"
    RULES = "Rules"
    CONNECTIONS = "Connections"


@dataclass(frozen=True)
class SettingsPage:
    """for_leaders: shown to leads and ops alone; for_ops: to ops. The page refuses others by itself."""

    label: str
    url_name: str
    for_leaders: bool = False
    for_ops: bool = False
    group: SettingsGroup = SettingsGroup.RULES


_pages: dict[str, SettingsPage] = {}


def register_settings_page(page: SettingsPage) -> None:
    """This will add the page; the same address again replaces it."""
    _pages[page.url_name] = page


def list_settings_pages() -> tuple[SettingsPage, ...]:
    """This will give the pages by name, whichever app came first."""
    return tuple(sorted(_pages.values(), key=lambda page: page.label))

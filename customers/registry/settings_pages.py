"""Pages that apps on the left put under the settings' tabs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SettingsPage:
    """for_leaders: shown to leads and ops alone; for_ops: to ops. The page refuses others by itself."""

    label: str
    url_name: str
    for_leaders: bool = False
    for_ops: bool = False


_pages: dict[str, SettingsPage] = {}


def register_settings_page(page: SettingsPage) -> None:
    """This will add the tab; the same address again replaces it."""
    _pages[page.url_name] = page


def list_settings_pages() -> tuple[SettingsPage, ...]:
    return tuple(_pages.values())

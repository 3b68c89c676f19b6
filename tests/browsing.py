"""A real browser for the walks: found on the machine, never downloaded; without one they are left out and say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect, sync_playwright

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
EXPECTED_WITHIN_MS = 15_000  # the machine may be busy with another worker's tests
CHROMIUM = next((path for name in BROWSERS if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each module: its loop runs in this thread, which the tests of other modules must not see."""
    if CHROMIUM is None:
        pytest.skip(f"no browser on this machine: install Debian's {BROWSERS[0]}")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's own loop runs in this thread; the ORM may be used beside it all the same.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        expect.set_options(timeout=EXPECTED_WITHIN_MS)
        yield running
        running.close()


def wait_for_editor(card: Locator) -> None:
    """This will wait until the script has taken a draft's card over; what is pressed before goes by the plain form.

    Without scripts there is nothing to wait for.
    """
    expect(card).to_be_visible()
    card.page.wait_for_load_state()
    if card.page.evaluate("'htmx' in window"):
        expect(card.locator('[data-marks="body"]')).not_to_be_empty()

"""Every page of the house in a browser, light and dark: axe finds nothing serious, and each keeps to its budget."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request

from config.benchmarks.pages import fill_desk
from tests.flows.every_page import browsers, list_pages
from tests.journeys.ground import default_version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ACCOUNTS = 160
GRAVE = frozenset({"moderate", "serious", "critical"})
MOST_BYTES = 150_000
"""Of the page as it is served, with its styles, scripts and pictures as they are compressed."""
ALIKE = 8
"""Of the rows of a table or list so many are looked at: the others are made by the same template."""

LOADED = """
() => ({
  blocking: [...document.querySelectorAll("script[src]:not([defer], [async], [type=module])")].map((one) => one.src),
  unsized: [...document.querySelectorAll("img:not([width][height])")].map((one) => one.outerHTML),
  assets: performance.getEntriesByType("resource").map((one) => one.name),
  bytes: performance.getEntriesByType("navigation")[0].encodedBodySize,
})
"""
ONE_OF_EACH = f"""
() => {{
  for (const list of document.querySelectorAll("tbody, ul, ol, select, datalist")) {{
    for (const one of [...list.children].slice({ALIKE})) one.remove();
  }}
}}
"""
ASK_AXE = """
async ([theme, options]) => {
  document.documentElement.dataset.theme = theme;
  const found = await axe.run({ resultTypes: ["violations"], ...options });
  return found.violations;
}
"""
SPOIL = """
() => {
  const script = document.createElement("script");
  script.async = false;
  script.src = "/static/js/theme.js";
  const pale = "<p class=pale>Hardly to be read</p>";
  document.querySelector("main").innerHTML += `<img src="/static/img/favicon.svg"><button></button>${pale}`;
  document.querySelector(".pale").style.color = "rgb(128 128 128 / 40%)";
  document.head.append(script);
}
"""
THEMES: dict[str, dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
"""What is asked in each: but for colours, both are the same page."""


@dataclass
class Scales:
    """What weighs pages. Every asset is fetched and compressed once, however many pages ask for it."""

    page: Page
    known: dict[str, int] = field(default_factory=dict)

    def weigh(self, assets: set[str]) -> int:
        return sum(self._weigh_asset(asset) for asset in assets)

    def _weigh_asset(self, asset: str) -> int:
        if asset not in self.known:
            self.known[asset] = len(gzip.compress(self.page.request.get(asset).body(), 6))
        return self.known[asset]


@pytest.mark.long
def test_every_page_is_open_to_all_and_light(browser: Browser, live_server: Any) -> None:
    default_version()
    desk = fill_desk(ACCOUNTS)
    wrong = {}
    with browsers(browser, desk, live_server.url) as pages:
        scales = {name: Scales(page) for name, page in pages.items()}
        for page in list_pages(desk):
            name = page.reader.name
            if found := look(pages[name], live_server.url, page.address.url, scales[name]):
                wrong[str(page.address)] = found

    assert wrong == {}


def look(page: Page, desk: str, path: str, scales: Scales) -> dict[str, Any]:
    """What is wrong with a page; empty where nothing is."""
    asked: list[str] = []

    def hear(request: Request) -> None:
        asked.append(request.url)

    page.on("request", hear)
    answer = page.goto(desk + path)
    assert answer is not None and answer.ok
    found: dict[str, Any] = {"foreign": [url for url in asked if not url.startswith((f"{desk}/", "data:"))]}
    if "sandbox" not in answer.headers.get("content-security-policy", ""):
        # In a letter as its recipient gets it nothing runs, axe neither.
        found |= weigh(page, scales) | list_violations(page)
    if path.startswith("/admin/"):
        # Its own scripts and pictures are Django's.
        found |= {"blocking": [], "unsized": []}
    page.remove_listener("request", hear)
    return {what: value for what, value in found.items() if value}


def weigh(page: Page, scales: Scales) -> dict[str, Any]:
    loaded: dict[str, Any] = page.evaluate(LOADED)
    whole = loaded.pop("bytes") + scales.weigh(set(loaded.pop("assets")))
    return {**loaded, "bytes": whole if whole > MOST_BYTES else 0}


def list_violations(page: Page) -> dict[str, list[str]]:
    """What axe finds, by theme."""
    page.evaluate(ONE_OF_EACH)
    page.evaluate(Axe().axe_script)
    found = {}
    for theme, options in THEMES.items():
        page.emulate_media(color_scheme=cast(Any, theme))
        violations = page.evaluate(ASK_AXE, [theme, options])
        found[theme] = [
            f"{one['impact']} {one['id']}: {node['html'][:300]} {node['failureSummary']}"
            for one in violations
            if one["impact"] in GRAVE
            for node in one["nodes"]
        ]
    return found


def test_what_is_wrong_is_found(browser: Browser, live_server: Any) -> None:
    page = browser.new_page()
    page.goto(f"{live_server.url}/sign-in")
    page.evaluate(SPOIL)

    wrong = {**weigh(page, Scales(page)), **list_violations(page)}

    assert [one.rpartition("/")[2] for one in wrong["blocking"]] == ["theme.js"]
    assert wrong["unsized"] == ['<img src="/static/img/favicon.svg">']
    light, dark = " ".join(wrong["light"]), " ".join(wrong["dark"])
    assert "critical image-alt" in light and "critical button-name" in light
    assert "serious color-contrast" in light and "serious color-contrast" in dark
    page.close()

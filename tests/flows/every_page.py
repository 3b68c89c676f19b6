"""Every page of the URL tables once, in the browser of somebody who may see it: what the tests of all pages walk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from django.test import Client
from playwright.sync_api import Browser, Page

from config.benchmarks.addresses import Address, list_addresses, list_admin_addresses, list_routes
from config.benchmarks.pages import FilledDesk, OpenPage, find_reader

ADMIN = frozenset(
    {
        "admin:index",
        "admin:journeys_automationschedule_changelist",
        "admin:journeys_automationschedule_change",
        "admin:emails_draft_changelist",
        "admin:emails_draft_change",
        "admin:emails_mailtemplate_change",
        "admin:outreach_offer_change",
        "admin:customers_user_changelist",
        "admin:customers_workspacesettings_change",
    }
)
"""Of the admin its index, and lists and forms of each shape: all others are made by the same few templates."""


def list_pages(desk: FilledDesk) -> Iterator[OpenPage]:
    """This will give each page in the first of its orders and filters, with whom it is shown to. Raises NoExample."""
    for address in chain(_list_desk(desk), (one for one in list_admin_addresses() if one.page in ADMIN)):
        page = find_reader(address, desk.readers)
        if page and is_whole(page):
            yield page


def is_whole(page: OpenPage) -> bool:
    """Whether it is a page of its own: no file, and no part that another page fetches."""
    answer = page.reader.client.get(page.address.url)
    return answer["Content-Type"].startswith("text/html") and b"<html" in b"".join(answer)[:400].lower()


@contextmanager
def browsers(browser: Browser, desk: FilledDesk, server: str) -> Iterator[dict[str, Page]]:
    """This will sign each reader in to a browser of their own, by the name of the reader."""
    # Colours that still change are no colours to measure.
    how: Any = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
    contexts = {reader.name: browser.new_context(**how) for reader in desk.readers}
    for reader in desk.readers:
        if value := _session(reader.client):
            contexts[reader.name].add_cookies([{"name": "sessionid", "value": value, "url": server}])
    yield {name: context.new_page() for name, context in contexts.items()}
    for context in contexts.values():
        context.close()


def _list_desk(desk: FilledDesk) -> Iterator[Address]:
    known = set()
    for route in list_routes():
        for address in list_addresses(route, desk.examples):
            if address.page not in known:
                known.add(address.page)
                yield address


def _session(client: Client) -> str:
    return client.cookies["sessionid"].value if "sessionid" in client.cookies else ""

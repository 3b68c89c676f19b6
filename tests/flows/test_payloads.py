"""A hundred texts that would be scripts, in every field that somebody outside writes, and every page that shows them
in a browser: none runs, none is even tried (the policy has nothing to refuse), none asks another host. The exports hold
no formula."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from playwright.sync_api import Browser, BrowserContext, Error, Page

from config.benchmarks.addresses import list_desk
from config.benchmarks.pages import FilledDesk, fill_desk, find_reader
from tests.flows.every_page import browsers, list_pages
from tests.flows.payloads import CELLS, EVIL, XSS
from tests.journeys.ground import default_version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ACCOUNTS = 160
LONG = 5_000
"""Of a text without a limit so much is filled: all payloads of the suite fit."""
ENOUGH = 120
"""Of a table so many rows are filled: more than a page shows."""
MOST_SHOW = 90
"""On so many pages at least a payload stands: the walk is through full rooms."""
WATCH = """
document.addEventListener("securitypolicyviolation", (news) => refused(`${news.violatedDirective} ${news.blockedURI}`));
"""
OUTSIDE: dict[str, str] = {
    "customers.Customer": "name segment notes",
    "customers.Stakeholder": "name title history phone",
    "customers.Contract": "plan",
    "customers.UsageSample": "metric",
    "customers.Win": "text",
    "customers.Meeting": "title notes",
    "customers.Todo": "title detail",
    "customers.Hold": "reason",
    "customers.Brake": "reason",
    "customers.ImportRun": "filename",
    "customers.UsageSource": "name",
    "customers.UsagePull": "note",
    "customers.SavedView": "name",
    "customers.User": "first_name last_name title signature",
    "customers.WebhookEndpoint": "description off_reason",
    "customers.WebhookDelivery": "answer outcome",
    "emails.Reply": "from_name from_email subject text full_text reason",
    "emails.Draft": "to_name subject body writer_note outcome first_subject first_body",
    "emails.DraftVersion": "subject body reason",
    "emails.CapturedMail": "subject",
    "emails.Attachment": "name",
    "emails.MailEvent": "reason user_agent url problem",
    "emails.InboundMail": "problem",
    "emails.Suppression": "note",
    "outreach.UsageAlert": "metric source period trend event_id account_id problem",
    "outreach.FeatureRequest": "text source",
    "outreach.Offer": "name",
    "outreach.Opportunity": "name recommended_plan end_reason crm_note",
    "outreach.OutreachSequence": "name description",
    "outreach.OutreachMail": "subject word",
    "outreach.OutreachMailbox": "why_not",
    "outreach.Enrollment": "sequence_name word because standing_note outcome",
    "outreach.TriggerLog": "about",
    "outreach.SlackQuestion": "words note outcome",
    "outreach.SlackClick": "answer problem value",
    "outreach.Touch": "title note condition moved_reason",
    "outreach.UpsellRun": "metric event_id level_reason end_reason",
    "outreach.UpsellStep": "outcome note",
    "journeys.Deliverable": "title body writer_note rejection_note outcome",
    "journeys.DeliverableVersion": "title body reason",
    "journeys.BusinessPlan": "body file_name",
    "journeys.Journey": "reason",
    "journeys.JourneyMonth": "skip_reason",
    "journeys.JourneyChange": "summary",
    "journeys.AutomationSchedule": "reason error_message",
    "renewals.Renewal": "engagement_approach prepare_sequence outcome_reason",
    "renewals.Objection": "quote settled_how",
    "renewals.TermNote": "note lead_reason",
    "renewals.CrmStageMove": "outcome note stage_before",
    "renewals.Override": "reason subject old new",
}
"""What imports, mails, webhooks, vendors, clients and colleagues write, by table."""


def some(first: int, limit: int) -> str:
    """As many payloads as fit, beginning with one of them. One longer than the field is cut off, as it would be."""
    text = XSS[first % len(XSS)][:limit]
    for place in range(first + 1, first + len(XSS)):
        more = f" {XSS[place % len(XSS)]}"
        if len(text) + len(more) > limit:
            break
        text += more
    return text


def fill(texts: Any) -> None:
    """Put texts into all fields that come from outside. texts: gives the text of a place, at most so long."""
    for label, names in OUTSIDE.items():
        model: Any = apps.get_model(label)
        fields = [one for one in model._meta.local_fields if one.name in names.split()]
        rows = list(model._default_manager.order_by("pk")[:ENOUGH])
        for place, row in enumerate(rows):
            for at, field in enumerate(fields):
                if getattr(row, field.name) is not None:
                    setattr(row, field.name, _alone(texts, place, place * len(fields) + at, field.max_length or LONG))
        if rows and fields:
            model._default_manager.bulk_update(rows, [field.name for field in fields], batch_size=100)


def _alone(texts: Any, row: int, place: int, limit: int) -> str:
    """With the number of its row behind it: some fields may not say the same twice."""
    return f"{texts(place, limit - 4)} {row}"


def fill_lists() -> None:
    """The same for what is kept in lists: answers in the portal, names of files that came by mail, rows left out."""
    from customers.models import UsagePull
    from emails.models import Reply
    from journeys.models import Onboarding

    for place, row in enumerate(Onboarding.objects.all()):
        row.answers = [{**one, "answer": some(place * 7 + at, LONG)} for at, one in enumerate(row.answers)]
        row.save(update_fields=["answers"])
    for place, reply in enumerate(Reply.objects.all()):
        reply.files = [{**one, "name": some(place + at, 150)} for at, one in enumerate(reply.files)]
        reply.proof = [some(place, 200)]
        reply.save(update_fields=["files", "proof"])
    for place, pull in enumerate(UsagePull.objects.all()):
        pull.refused = [{**one, "account": some(place + at, 100)} for at, one in enumerate(pull.refused)]
        pull.save(update_fields=["refused"])


@pytest.fixture
def desk(live_server: Any) -> FilledDesk:
    default_version()
    return fill_desk(ACCOUNTS)


class Trap:
    """What a browser did that it should not have, by page."""

    def __init__(self, server: str) -> None:
        self._server = server
        self.at = ""
        self.caught: dict[str, list[str]] = defaultdict(list)

    def watch(self, context: BrowserContext) -> None:
        context.expose_binding("ran", lambda _, *words: self._note("ran"))
        context.expose_binding("refused", lambda _, what: self._note(what))
        context.add_init_script(WATCH)
        context.on("request", lambda request: self._hear(request.url))
        context.on("dialog", lambda dialog: dialog.dismiss())
        context.on("console", lambda said: self._note(said.text) if "Content Security Policy" in said.text else None)
        context.route(f"**://*.{EVIL}/**", lambda route: route.abort())
        context.route(f"**://{EVIL}/**", lambda route: route.abort())

    def _hear(self, url: str) -> None:
        if not url.startswith((f"{self._server}/", "data:", "about:", "blob:")):
            self._note(f"asked {url}")

    def _note(self, what: str) -> None:
        self.caught[self.at].append(what)


@pytest.mark.long
def test_no_text_from_outside_runs_on_any_page(browser: Browser, live_server: Any, desk: FilledDesk) -> None:
    fill(some)
    fill_lists()
    trap, broken, shown = Trap(live_server.url), {}, 0
    with browsers(browser, desk, live_server.url) as pages:
        for page in pages.values():
            trap.watch(page.context)
        for one in list_pages(desk):
            trap.at = str(one.address)
            answer = pages[one.reader.name].goto(live_server.url + one.address.url)
            if answer is None or not answer.ok:
                broken[trap.at] = answer and answer.status
            elif "ran()" in answer.text():
                shown += 1

    assert broken == {}
    assert dict(trap.caught) == {}
    assert shown > MOST_SHOW


def test_the_trap_catches_what_runs(browser: Browser, live_server: Any) -> None:
    """The same texts on a page that takes them for HTML, without a policy; and one with a policy that stops it."""
    context = browser.new_context()
    trap = Trap(live_server.url)
    trap.watch(context)
    page = context.new_page()

    caught = [text for text in XSS if _open_bare(page, trap, live_server.url, text)]

    assert len(caught) > 50
    assert _open_bare(page, trap, live_server.url, "<script>ran()</script>") == ["ran"]
    refused = _open_bare(page, trap, live_server.url, "<script>ran()</script>", policy="default-src 'self'")
    assert "ran" not in refused
    assert "script-src-elem inline" in refused
    context.close()


def _open_bare(page: Page, trap: Trap, server: str, text: str, *, policy: str = "") -> list[str]:
    """What the trap notes of a page that holds the text as it is."""
    trap.caught.clear()
    headers = {"Content-Type": "text/html; charset=utf-8", **({"Content-Security-Policy": policy} if policy else {})}
    page.unroute_all()
    page.route(f"{server}/bare", lambda route: route.fulfill(body=f"<p>{text}</p>", headers=headers))
    with suppress(Error):  # a text that leads elsewhere breaks off the visit
        page.goto(f"{server}/bare")
    page.wait_for_timeout(15)
    return trap.caught[""]


@pytest.mark.long
def test_no_export_holds_a_formula(live_server: Any, desk: FilledDesk) -> None:
    fill(lambda place, limit: CELLS[place % len(CELLS)][:limit])

    found = {name: [cell for cell in cells if is_formula(cell)] for name, cells in _exports(desk)}

    assert len(found) >= 3
    assert {name: cells for name, cells in found.items() if cells} == {}


def _exports(desk: FilledDesk) -> Iterator[tuple[str, list[str]]]:
    for address in list_desk(desk.examples):
        if not address.query and (page := find_reader(address, desk.readers)):
            answer = page.reader.client.get(page.address.url)
            if answer["Content-Type"].startswith("text/csv"):
                rows = csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"), newline=""))
                yield str(address), [cell for row in rows for cell in row]


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would take it for one: a number with its sign is none."""
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d")):
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return cell.startswith(("\t", "\r", "\n"))

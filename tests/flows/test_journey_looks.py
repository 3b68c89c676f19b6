"""What a client sees behind a link, and what ops edit of programmes and mails, in a real browser: with the longest
names, with nothing there yet, and with something wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from customers.models import Customer, Stakeholder, User
from emails.models import MailTemplate
from emails.queries.templates import current_versions
from emails.services.templates import NewText
from emails.services.templates import save_draft as save_mail_draft
from journeys.enums import JourneyKind, JourneyState
from journeys.models import Journey, PortalLink, Programme
from journeys.queries.portal_links import make_token
from journeys.queries.programmes import current_version, read_text
from journeys.services.portal import links_for
from journeys.services.programmes import add_programme, publish_draft, save_draft
from journeys.services.templates import ensure_templates
from tests import factories
from tests.flows.test_looks import LONGEST, WORD, look, page
from tests.journeys.ground import begin, default_version
from tests.journeys.portal_ground import make_contact, make_deliverable

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BODY = f"""# {LONGEST}

## Where you stand
{WORD} grows by 12 % a month, and {LONGEST} asks for more.

- First {WORD}
- Second: https://client.example/{"a" * 120}

{"A paragraph of some length, as a plan has them. " * 12}
"""


def link_of(journey: Journey, person: Stakeholder, *, now: datetime) -> str:
    link = links_for([(journey.pk, person.pk)], now=now)[journey.pk, person.pk]
    return f"/j/{make_token(link.pk)}"


def make_client(name: str, *, person: str, by: User, now: datetime, days_ago: int = 95) -> tuple[Journey, str]:
    """An account under way, and the address that opens its pages."""
    customer: Customer = factories.CustomerFactory.create(owner=by, name=name, timezone="UTC")
    start = now.date() - timedelta(days=days_ago)
    journey = begin(customer, now=now - timedelta(days=days_ago), by=by, start=start)
    return journey, link_of(journey, make_contact(customer, name=person, title=LONGEST), now=now)


@pytest.fixture
def portal(ops: User, live_server: Any) -> dict[str, int]:
    """The client's pages by address, with the status that each is answered with."""
    now = timezone.now()
    default_version()
    journey, long = make_client(LONGEST, person=f"{WORD} Müller", by=ops, now=now)
    make_deliverable(journey, 1, title=LONGEST[:200], body=BODY, delivered_at=now, opened_at=now)
    make_deliverable(journey, 2, title="Brand identity", body=BODY, delivered_at=now)
    journey.months.filter(number=4).update(skipped_at=now)
    _, empty = make_client("Acme", person="Sarah", by=ops, now=now, days_ago=0)
    held, paused = make_client("Held", person="Sarah", by=ops, now=now)
    Journey.objects.filter(pk=held.pk).update(held_since=now)
    done, completed = make_client("Done", person="Sarah", by=ops, now=now, days_ago=300)
    for number in range(1, 9):
        make_deliverable(done, number, body=BODY, delivered_at=now, opened_at=now)
    Journey.objects.filter(pk=done.pk).update(state=JourneyState.COMPLETED, completed_at=now)
    gone, ended = make_client("Gone", person="Sarah", by=ops, now=now)
    PortalLink.objects.filter(journey=gone).update(revoked_at=now)
    pages = ("", "/months/1", "/months/2", "/mail", "/details")
    return {
        **{long + path: 200 for path in pages},
        **{long + path: 404 for path in ("/months/3", "/months/5", "/months/99", "/certificate")},
        empty: 200,
        paused: 200,
        completed: 200,
        ended: 410,
        "/j/nobody": 404,
    }


@pytest.fixture
def desk(ops: User, live_server: Any) -> list[str]:
    """The pages of programmes and mail templates, each with a draft that nobody has published yet."""
    now = timezone.now()
    ensure_templates(now=now)
    programme = default_version().programme
    for _ in range(3):
        customer = factories.CustomerFactory.create(owner=ops, name=LONGEST)
        make_contact(customer, name=LONGEST)
        begin(customer, now=now - timedelta(days=5), by=ops, start=now.date(), version=current_version(programme))
    old = current_version(programme)
    assert old is not None
    second = _draft_of(programme, by=ops, now=now, title=LONGEST[:100])
    publish_draft(programme, edit=second.edit, now=now, by=ops)
    _draft_of(programme, by=ops, now=now, title=f"{WORD} again"[:100])
    empty = add_programme(name=f"{WORD} programme"[:80], segment="The public sector", now=now, by=ops)
    template = MailTemplate.objects.get(key=JourneyKind.UPCOMING)
    published = current_versions([template.key])[template.key]
    draft = save_mail_draft(
        template,
        NewText(subject=LONGEST[:150], body=f"{BODY}\n\n{published.body}", note=LONGEST[:200]),
        edit=None,
        now=now,
        by=ops,
    )

    def of_programme(name: str, *args: Any) -> str:
        return reverse(f"admin:journeys_programme_{name}", args=args)

    def of_mail(name: str, *args: Any) -> str:
        return reverse(f"admin:emails_mailtemplate_{name}", args=args)

    return [
        *(of_programme("change", one.pk) for one in (programme, empty)),
        *(of_programme("edit_page", one.pk) for one in (programme, empty)),
        of_programme("settings_page", programme.pk),
        of_programme("publish_page", programme.pk),
        of_programme("rollout_page", programme.pk),
        of_programme("compare_page", programme.pk, old.pk),
        *(of_mail(name, template.pk) for name in ("change", "edit_page", "publish_page")),
        *(of_mail("preview_page", template.pk, one.pk) for one in (published, draft)),
        of_mail("compare_page", template.pk, published.pk),
    ]


def _draft_of(programme: Programme, *, by: User, now: datetime, title: str) -> Any:
    current = current_version(programme)
    assert current is not None
    text = read_text(current)
    steps = tuple(
        replace(step, title=title, description=BODY, key_items=(LONGEST, WORD)) if step.number == 2 else step
        for step in text.steps
    )
    wanted = replace(text, steps=steps)
    return save_draft(programme, wanted, given=wanted.steps, note=LONGEST[:200], edit=None, now=now, by=by)


def test_client_pages_look_right(page: Page, live_server: Any, portal: dict[str, int]) -> None:
    page.context.clear_cookies()

    wrong = {}
    for address, status in portal.items():
        found = look(page, live_server.url + address)
        if status != 200 and found.get("answer") == status:
            del found["answer"]
        if found:
            wrong[address] = found

    assert wrong == {}


def test_client_pages_with_an_error_look_right(page: Page, live_server: Any, portal: dict[str, int]) -> None:
    page.context.clear_cookies()
    page.goto(live_server.url + next(iter(portal)) + "/details")
    page.evaluate("document.querySelector('form').noValidate = true")

    page.fill("input[name=name]", "")
    page.click("form button[type=submit], form button:not([type])")

    assert page.locator(".wrong, .field-error").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_pages_of_programmes_and_mails_look_right(page: Page, live_server: Any, desk: list[str]) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)

    wrong = {address: found for address in desk if (found := look(page, live_server.url + address))}

    assert wrong == {}
    assert [words for words in said if "frame is sandboxed" not in words] == []

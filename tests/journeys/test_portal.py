"""A client's pages behind a signed link: they see what is theirs, looking changes nothing, and nobody else gets in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from config.settings.logs import hide_in_text
from customers.models import Activity, Hold, Stakeholder, Todo, User
from emails.enums import Lane
from emails.queries.footers import make_token as make_letter_token
from emails.queries.suppression import find_suppression
from emails.services.erasing import erase_contact
from journeys.enums import DeliverableState, JourneyState
from journeys.models import Deliverable, Journey, PortalLink
from journeys.queries.portal_links import make_token
from journeys.rules import portal as limits
from journeys.services.portal import links_for, make_link, portal_url, revoke_link
from journeys.services.portal_visits import open_deliverable
from tests import factories
from tests.journeys.portal_ground import NOW, make_contact, make_deliverable, make_journey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield
    cache.clear()


@pytest.fixture
def journey(csm: User) -> Journey:
    """Three months are there: the first read, the second new, the third being written; the fourth is skipped."""
    made = make_journey(factories.CustomerFactory.create(name="Acme", owner=csm))
    make_deliverable(made, 1, opened_at=NOW - timedelta(days=20), title="Business plan")
    make_deliverable(made, 2, title="Brand identity", body="## Promise\n- One\n- Two\n\nKept <b>short</b>.")
    make_deliverable(made, 3, state=DeliverableState.PENDING_REVIEW, delivered_at=None, title="Secret so far")
    made.months.filter(number=4).update(skipped_at=NOW)
    return made  # type: ignore[no-any-return]


@pytest.fixture
def sarah(journey: Journey) -> Stakeholder:
    return make_contact(journey.customer, name="Sarah Lee", email="sarah@acme.example")


@pytest.fixture
def link(journey: Journey, sarah: Stakeholder) -> PortalLink:
    return links_for([(journey.pk, sarah.pk)], now=NOW)[journey.pk, sarah.pk]


@pytest.fixture
def outsider() -> Client:
    """No session, and CSRF checked as for a stranger."""
    return Client(enforce_csrf_checks=True)


def at(link: PortalLink, path: str = "") -> str:
    return f"/j/{make_token(link.pk)}{path}"


PAGES = (
    "",
    "/months/1",
    "/months/2",
    "/months/3",
    "/months/1.pdf",
    "/months/2.pdf",
    "/certificate",
    "/mail",
    "/details",
)


# --- Showing --------------------------------------------------------------------------------------------------------


def test_progress_counts_what_is_delivered_of_what_is_not_skipped(link: PortalLink, outsider: Client) -> None:
    page = outsider.get(at(link)).content.decode()

    assert "2 of 7 done" in page
    assert "28.6 %" in page
    assert '<progress max="7" value="2">' in page
    states = re.findall(r'<li class="month (\w+)">', page)
    assert states == ["opened", "new", "planned", "left_out", "planned", "planned", "planned", "planned"]
    assert "Secret so far" not in page
    assert "6 March 2026" in page  # month 3: 60 days after 5 January
    assert "America/New York" in page


def test_a_month_whose_day_has_come_is_being_prepared(link: PortalLink, outsider: Client) -> None:
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        page = outsider.get(at(link)).content.decode()

    assert re.findall(r'<li class="month (\w+)">', page)[2] == "preparing"


def test_what_comes_next_names_no_day_that_has_passed(link: PortalLink, outsider: Client) -> None:
    outsider.post(at(link, "/months/2"))

    page = outsider.get(at(link)).content.decode()
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        late = outsider.get(at(link)).content.decode()

    assert re.search(r"Next: [^.<]+, on 6 March 2026\.", page)
    assert re.search(r"Next: [^.<]+\. It is being prepared\.", late)


def test_days_are_the_customers(link: PortalLink, outsider: Client) -> None:
    # Half past three in the morning of the 6th in UTC is the evening of the 5th in New York.
    with time_machine.travel(NOW.replace(day=6, hour=3, minute=30), tick=False):
        before = outsider.get(at(link)).content.decode()
    with time_machine.travel(NOW.replace(day=6, hour=5, minute=30), tick=False):
        after = outsider.get(at(link)).content.decode()

    assert [re.findall(r'<li class="month (\w+)">', page)[2] for page in (before, after)] == ["planned", "preparing"]


def test_a_pause_shows_the_moved_dates(link: PortalLink, journey: Journey, outsider: Client) -> None:
    Journey.objects.filter(pk=journey.pk).update(held_since=NOW)
    Hold.objects.create(
        customer=journey.customer, scope="journey", starts_at=NOW, until=NOW + timedelta(days=14), reason="Holiday"
    )

    page = outsider.get(at(link)).content.decode()

    assert "goes on on 18 March 2026" in page
    assert "20 March 2026" in page
    assert "6 March 2026" not in page
    assert "Holiday" not in page


def test_an_open_ended_pause_promises_no_date(link: PortalLink, journey: Journey, outsider: Client) -> None:
    Hold.objects.create(customer=journey.customer, scope="journey", starts_at=NOW)

    page = outsider.get(at(link)).content.decode()

    assert "the date follows" in page
    assert "6 March 2026" not in page


def test_a_cancelled_journey_keeps_what_was_received(link: PortalLink, journey: Journey, outsider: Client) -> None:
    Journey.objects.filter(pk=journey.pk).update(state=JourneyState.CANCELLED, cancelled_at=NOW, reason="Budget cut")

    page = outsider.get(at(link)).content.decode()

    assert "This programme has ended" in page
    assert "Budget cut" not in page
    assert outsider.get(at(link, "/months/1")).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_kept_nowhere_and_told_to_nobody(link: PortalLink, outsider: Client, path: str) -> None:
    answer = outsider.get(at(link, path))

    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Cache-Control"] == "private, no-store"
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert not answer.cookies


def test_pages_stay_within_twelve_queries(
    link: PortalLink, outsider: Client, django_assert_max_num_queries: Any
) -> None:
    for path in PAGES:
        with django_assert_max_num_queries(12):
            outsider.get(at(link, path))


def test_names_are_text_wherever_they_stand(link: PortalLink, journey: Journey, outsider: Client) -> None:
    evil = "<script>alert(1)</script>{{ 7|add:7 }}"
    type(journey.customer).objects.filter(pk=journey.customer_id).update(name=evil)
    Deliverable.objects.filter(journey=journey).update(title=evil, body=evil, opened_at=NOW, delivered_at=NOW,
                                                       state=DeliverableState.DELIVERED)  # fmt: skip

    for path in ("", "/months/1"):
        page = outsider.get(at(link, path)).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in page


# --- Opening --------------------------------------------------------------------------------------------------------


def everything() -> dict[str, Any]:
    models: list[Any] = [Deliverable, PortalLink, Activity, Stakeholder, Todo, Journey]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_a_scanner_that_asks_for_every_page_leaves_no_trace(link: PortalLink, outsider: Client) -> None:
    before = everything()

    for path in PAGES:
        for _ in range(3):
            outsider.get(at(link, path))
            outsider.head(at(link, path))

    assert everything() == before


def test_the_button_opens_once_and_for_the_first(link: PortalLink, journey: Journey, outsider: Client) -> None:
    landing = outsider.get(at(link, "/months/2")).content.decode()

    answer = outsider.post(at(link, "/months/2"))

    assert "Kept" not in landing
    assert (answer.status_code, answer["Location"]) == (303, at(link, "/months/2"))
    row = Deliverable.objects.get(journey=journey, month__number=2)
    assert (row.opened_at, row.opened_by) == (NOW, link.stakeholder)
    text = outsider.get(at(link, "/months/2")).content.decode()
    assert "<h2>Promise</h2>" in text
    assert "<li>Two</li>" in text
    assert "Kept &lt;b&gt;short&lt;/b&gt;." in text
    line = Activity.objects.get(verb="deliverable.opened")
    assert (line.actor_name, line.summary) == ("Sarah Lee", "Sarah Lee opened M2: Brand identity")
    link.refresh_from_db()
    assert link.last_used_at == NOW


def test_a_second_opening_changes_neither_moment_nor_person(
    link: PortalLink, journey: Journey, outsider: Client
) -> None:
    outsider.post(at(link, "/months/2"))
    other = make_contact(journey.customer, primary=False)
    theirs = links_for([(journey.pk, other.pk)], now=NOW)[journey.pk, other.pk]

    found = open_deliverable(theirs, 2, now=NOW + timedelta(hours=1))

    assert found is not None
    assert (found.opened_at, found.opened_by) == (NOW, link.stakeholder)
    assert Activity.objects.filter(verb="deliverable.opened").count() == 1


@pytest.mark.parametrize("number", [3, 4, 5, 99, 99999999999999999999])
def test_what_is_not_delivered_cannot_be_opened(
    link: PortalLink, journey: Journey, outsider: Client, number: int
) -> None:
    answer = outsider.post(at(link, f"/months/{number}"), follow=True)

    assert answer.status_code == 404
    assert not Deliverable.objects.filter(opened_at=NOW).exists()
    assert outsider.get(at(link, f"/months/{number}.pdf"), follow=True).status_code == 404


def test_pdf_is_there_once_it_is_open(link: PortalLink, outsider: Client) -> None:
    before = outsider.get(at(link, "/months/2.pdf"))

    outsider.post(at(link, "/months/2"))
    after = outsider.get(at(link, "/months/2.pdf"))

    assert (before.status_code, before["Location"]) == (303, at(link, "/months/2"))
    assert after["Content-Type"] == "application/pdf"
    assert after.content.startswith(b"%PDF-")
    assert 'filename="month-2.pdf"' in after["Content-Disposition"]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_do_nothing(link: PortalLink, outsider: Client, method: str) -> None:
    assert getattr(outsider, method)(at(link, "/months/2")).status_code == 405


# --- Keeping others out ---------------------------------------------------------------------------------------------


def test_forged_cut_and_foreign_tokens_all_get_the_same_answer(link: PortalLink, outsider: Client) -> None:
    good = make_token(link.pk)
    other = "A" if good[-1] != "A" else "B"
    forged = [good[:-1] + other, good[:-1], good + "A", good[:22] + make_token(uuid4())[22:], make_token(uuid4()),
              make_letter_token(link.pk), str(link.pk), "A" * 38, "💥", "%00", "x" * 300]  # fmt: skip

    answers = [outsider.get(f"/j/{token}") for token in forged]
    answers += [outsider.post(f"/j/{token}/months/2") for token in forged]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert b"Acme" not in answers[0].content
    assert not Deliverable.objects.filter(month__number=2, opened_at__isnull=False).exists()


def test_revoked_expired_and_left_contacts_links_open_nothing(
    link: PortalLink, sarah: Stakeholder, csm: User, outsider: Client
) -> None:
    def answers() -> set[tuple[int, bool]]:
        found = [outsider.get(at(link, path)) for path in PAGES] + [outsider.post(at(link, "/months/2"))]
        return {(answer.status_code, b"Acme" in answer.content) for answer in found}

    revoke_link(link, now=NOW, by=csm)
    revoked = answers()
    PortalLink.objects.update(revoked_at=None, expires_at=NOW)
    expired = answers()
    PortalLink.objects.update(expires_at=NOW + timedelta(seconds=1))
    open_still = answers()
    Stakeholder.objects.filter(pk=sarah.pk).update(left_at=NOW)
    left = answers()

    assert revoked == expired == left == {(410, False)}
    assert (200, True) in open_still


def test_an_erased_contacts_link_dies(link: PortalLink, sarah: Stakeholder, lead: User, outsider: Client) -> None:
    Stakeholder.objects.filter(pk=sarah.pk).update(phone="+1 212 555 0100", social_handles="Instagram @sarah")
    sarah.refresh_from_db()

    erase_contact(sarah, now=NOW, by=lead)

    assert outsider.get(at(link)).status_code == 410
    sarah.refresh_from_db()
    assert (sarah.phone, sarah.social_handles, sarah.wished_email) == ("", "", "")


def test_one_clients_link_opens_nothing_of_anothers(link: PortalLink, outsider: Client) -> None:
    theirs = make_journey(factories.CustomerFactory.create(name="Rival"))
    make_deliverable(theirs, 5, title="Their plan", opened_at=NOW)

    answer = outsider.get(at(link, "/months/5"))

    assert answer.status_code == 404
    assert b"Their plan" not in answer.content
    # Nor does a link that points at a person of another account.
    PortalLink.objects.update(journey=theirs)
    assert outsider.get(at(link)).status_code == 410


def test_guessing_is_slowed_down_and_a_good_link_still_opens(
    link: PortalLink, outsider: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("journeys.views.portal.GUESSES_A_MINUTE", 3)

    answers = [outsider.get(f"/j/{make_token(uuid4())}") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert 1 <= int(answers[3]["Retry-After"]) <= 60
    assert outsider.get(at(link)).status_code == 200


def test_one_link_is_slowed_down_alone(link: PortalLink, outsider: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journeys.views.portal.VISITS_A_MINUTE", 2)
    other = make_journey()
    pair = (other.pk, make_contact(other.customer).pk)
    theirs = links_for([pair], now=NOW)[pair]

    answers = [outsider.get(at(link)).status_code for _ in range(3)]

    assert answers == [200, 200, 429]
    assert outsider.get(at(theirs)).status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert outsider.get(at(link)).status_code == 200


def test_a_huge_post_is_refused(link: PortalLink, outsider: Client) -> None:
    assert outsider.post(at(link, "/details"), {"name": "a" * 70_000}).status_code == 413


# --- Preferences ----------------------------------------------------------------------------------------------------


def test_topics_are_those_of_every_letters_foot(link: PortalLink, outsider: Client) -> None:
    shown = outsider.get(at(link, "/mail")).content.decode()

    answer = outsider.post(at(link, "/mail"), {"action": "save", "topic": ["renewal", "upsell"]})

    assert "s•••@acme.example" in shown
    assert "Saved. This counts at once." in answer.content.decode()
    assert find_suppression("sarah@acme.example", Lane.JOURNEY) is not None
    assert find_suppression("sarah@acme.example", Lane.RENEWAL) is None
    outsider.post(at(link, "/mail"), {"action": "all_off"})
    assert find_suppression("sarah@acme.example", Lane.RENEWAL) is not None
    outsider.post(at(link, "/mail"), {"action": "all_on"})
    assert find_suppression("sarah@acme.example", Lane.JOURNEY) is None


def test_a_post_without_a_choice_changes_nothing(link: PortalLink, outsider: Client) -> None:
    outsider.post(at(link, "/mail"), {"List-Unsubscribe": "One-Click"})

    assert find_suppression("sarah@acme.example", Lane.JOURNEY) is None


# --- Details --------------------------------------------------------------------------------------------------------

DETAILS = {"name": "Sarah Lee-Park", "title": "COO", "email": "sarah@acme.example", "phone": "+1 (212) 555-0100",
           "social_handles": "Instagram @sarah\n\n  LinkedIn   in/sarah \nInstagram @sarah"}  # fmt: skip


def test_own_details_are_kept_and_on_record_as_theirs(link: PortalLink, sarah: Stakeholder, outsider: Client) -> None:
    answer = outsider.post(at(link, "/details"), DETAILS)

    assert "Saved." in answer.content.decode()
    sarah.refresh_from_db()
    assert (sarah.name, sarah.title, sarah.email) == ("Sarah Lee-Park", "COO", "sarah@acme.example")
    assert (sarah.phone, sarah.social_handles) == ("+1 (212) 555-0100", "Instagram @sarah\nLinkedIn in/sarah")
    line = Activity.objects.get(verb="stakeholder.changed")
    assert line.actor_name == "Sarah Lee"
    assert line.data["changes"] == {"name": ["Sarah Lee", "Sarah Lee-Park"], "title": ["VP Operations", "COO"]}
    assert "555" not in f"{line.summary}{line.data}"
    assert not Todo.objects.exists()


def test_another_address_waits_for_a_colleague(
    link: PortalLink, sarah: Stakeholder, csm: User, outsider: Client
) -> None:
    answer = outsider.post(at(link, "/details"), DETAILS | {"email": "Sarah@NewAcme.example"})
    outsider.post(at(link, "/details"), DETAILS | {"email": "sarah@third.example"})

    assert "Mail still goes to sarah@acme.example" in answer.content.decode()
    sarah.refresh_from_db()
    assert (sarah.email, sarah.wished_email) == ("sarah@acme.example", "sarah@third.example")
    task = Todo.objects.get()
    assert (task.owner, task.kind, task.source_id) == (csm, "portal_address", sarah.pk)
    assert "example" not in f"{task.title}{task.detail}"
    assert all("example" not in str(row) for row in Activity.objects.values_list("summary", "data"))


def test_the_colleague_takes_the_address_over(link: PortalLink, sarah: Stakeholder, csm: User) -> None:
    Stakeholder.objects.filter(pk=sarah.pk).update(wished_email="new@acme.example")
    desk = Client()
    desk.force_login(csm)
    edit = f"/customers/{sarah.customer_id}/people/{sarah.pk}/edit"
    form = desk.get(edit).context["form"]

    desk.post(edit, {**{name: form[name].value() or "" for name in form.fields}, "email": "new@acme.example"})

    sarah.refresh_from_db()
    assert (sarah.email, sarah.wished_email) == ("new@acme.example", "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 201),
        ("email", ""),
        ("email", "no address"),
        ("email", "a@b.example\nBcc: c@d.example"),
        ("phone", "call me"),
        ("phone", "+1 212 555 0100 <script>"),
        ("phone", "1" * 41),
        ("social_handles", "\n".join(f"@{n}" for n in range(11))),
        ("social_handles", "x" * 121),
    ],
)
def test_wrong_details_are_refused_beside_the_field_and_nothing_typed_is_lost(
    link: PortalLink, sarah: Stakeholder, outsider: Client, field: str, value: str
) -> None:
    before = everything()

    answer = outsider.post(at(link, "/details"), DETAILS | {"title": "Typed title", field: value})

    page = answer.content.decode()
    assert "Nothing was saved yet" in page
    assert f'id="id_{field}_error"' in page
    assert "Typed title" in page
    assert everything() == before


# --- Certificate ----------------------------------------------------------------------------------------------------


def test_certificate_only_when_completed(link: PortalLink, journey: Journey, outsider: Client) -> None:
    early = outsider.get(at(link, "/certificate"))
    Journey.objects.filter(pk=journey.pk).update(state=JourneyState.COMPLETED, completed_at=NOW)
    done = outsider.get(at(link, "/certificate"))
    home = outsider.get(at(link)).content.decode()

    assert early.status_code == 404
    assert "There is no certificate yet" in early.content.decode()
    assert (done.status_code, done["Content-Type"]) == (200, "application/pdf")
    assert done.content.startswith(b"%PDF-")
    assert "Download your certificate" in home
    Journey.objects.filter(pk=journey.pk).update(state=JourneyState.CANCELLED, completed_at=None, cancelled_at=NOW)
    assert outsider.get(at(link, "/certificate")).status_code == 404


# --- The desk's side ------------------------------------------------------------------------------------------------


def links_page(journey: Journey, path: str = "") -> str:
    return f"/customers/{journey.customer_id}/journey/links{path}"


def test_addresses_are_shown_to_those_who_may_write(
    link: PortalLink, journey: Journey, csm: User, reader: User, stranger: User
) -> None:
    seen = {}
    for user in (csm, reader, stranger):
        desk = Client()
        desk.force_login(user)
        answer = desk.get(links_page(journey))
        seen[user.username] = (answer.status_code, make_token(link.pk) in answer.content.decode())

    assert seen == {"dana": (200, True), "rita": (200, False), "stefan": (404, False)}


def test_a_link_is_revoked_and_made_anew(link: PortalLink, journey: Journey, csm: User, outsider: Client) -> None:
    desk = Client()
    desk.force_login(csm)

    desk.post(links_page(journey, f"/{link.pk}/revoke"))
    gone = outsider.get(at(link)).status_code
    desk.post(links_page(journey, "/new"), {"stakeholder": link.stakeholder_id})

    assert gone == 410
    fresh = PortalLink.objects.get(revoked_at=None)
    assert outsider.get(at(fresh)).status_code == 200
    link.refresh_from_db()
    assert (link.revoked_at, link.revoked_by) == (NOW, csm)
    verbs = Activity.objects.filter(subject_kind="portallink").values_list("verb", flat=True)
    assert sorted(verbs) == ["portal_link.made", "portal_link.revoked"]


def test_a_new_link_ends_the_one_before(link: PortalLink, journey: Journey, csm: User, outsider: Client) -> None:
    fresh = make_link(journey, link.stakeholder, now=NOW, by=csm)

    assert outsider.get(at(link)).status_code == 410
    assert outsider.get(at(fresh)).status_code == 200


def test_others_may_not_touch_links(link: PortalLink, journey: Journey, reader: User, stranger: User) -> None:
    desk = Client()
    desk.force_login(stranger)
    answers = [desk.post(links_page(journey, f"/{link.pk}/revoke")), desk.post(links_page(journey, "/new"))]
    desk.force_login(reader)
    answers += [desk.post(links_page(journey, f"/{link.pk}/revoke")), desk.post(links_page(journey, "/new"))]

    assert [answer.status_code for answer in answers] == [404, 404, 403, 403]
    link.refresh_from_db()
    assert link.revoked_at is None


def test_a_contact_of_another_account_gets_no_link_here(journey: Journey, csm: User) -> None:
    desk = Client()
    desk.force_login(csm)
    other = factories.StakeholderFactory.create()

    answer = desk.post(links_page(journey, "/new"), {"stakeholder": other.pk})

    assert answer.status_code == 200
    assert "stakeholder" in answer.context["form"].errors
    assert not PortalLink.objects.exists()


def test_limits_are_for_machines() -> None:
    assert 10 * len(PAGES) < limits.VISITS_A_MINUTE
    assert timezone.now() == NOW


def test_log_holds_no_link(link: PortalLink) -> None:
    told = hide_in_text(f"Not Found: {at(link, '/months/3')} of {portal_url(link)} or https://a.example/u/abc?x=1")

    assert (
        told
        == "Not Found: /j/[hidden]/months/3 of http://127.0.0.1:8000/j/[hidden] or https://a.example/u/[hidden]?x=1"
    )

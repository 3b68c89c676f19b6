"""The approvals queue: what waits, for whom, answered one by one or together, never on a text that was not seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.desk.approvals import Queue
from customers.models import Activity, Customer, Stakeholder, User, WorkspaceSettings
from customers.queries.kept import forget_answers
from emails.enums import DraftState, OriginKind, PriceApproach
from emails.models import CapturedMail, Draft
from emails.rules.approvals import why_single
from emails.services.drafts import compose_draft
from emails.services.editing import reload, save_draft
from outreach.enums import TouchKind
from outreach.models import OutreachPlan, Touch
from tests import factories
from tests.api.conftest import key_of
from tests.pagers import words_of_pager

pytestmark = pytest.mark.django_db
TEXT = "Hello,\n\nshall we talk next week?\n\nKind regards"


@pytest.fixture(autouse=True)
def _at_work(now: datetime) -> Any:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme Corporation", owner=csm)


@pytest.fixture
def write(account: Customer, csm: User, now: datetime) -> Callable[..., Draft]:
    """Write a letter to a new person of the account; any text."""

    def make(body: str = TEXT, *, customer: Customer = account, sender: User = csm, **fields: Any) -> Draft:
        person: Stakeholder = factories.StakeholderFactory.create(customer=customer)
        draft = compose_draft(
            customer=customer, stakeholder=person, sender=sender, subject="A word", body=body, now=now, by=sender
        )
        if fields:
            Draft.objects.filter(pk=draft.pk).update(**fields)
        return reload(draft)

    return make


@pytest.fixture
def page(client: Client, csm: User) -> Client:
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")
    return client


def answer(page: Client, draft: Draft, verdict: str = "approve", **more: str) -> Any:
    address = reverse("approval_answer", args=[draft.pk])
    return page.post(address, {"verdict": verdict, "version": draft.version, **more})


def test_queue_shows_whole_text_and_recipient(page: Client, write: Callable[..., Draft]) -> None:
    draft = write()

    shown = page.get(reverse("approvals")).content.decode()

    assert draft.to_name in shown
    assert "shall we talk next week?" in shown


def test_queue_shows_what_a_person_changed(page: Client, write: Callable[..., Draft], csm: User, now: datetime) -> None:
    draft = write()
    draft.versions.update(writer="built_in")
    save_draft(draft, version=draft.version, now=now, by=csm, body=TEXT.replace("next week", "tomorrow"))

    shown = page.get(reverse("approvals")).content.decode()

    assert "<del>next week?</del>" in shown
    assert "<ins>tomorrow?</ins>" in shown


def test_own_accounts_come_first_and_the_rest_on_request(
    page: Client, write: Callable[..., Draft], other_csm: User
) -> None:
    mine = write()
    theirs = write(customer=factories.CustomerFactory.create(owner=other_csm), sender=other_csm)

    own = page.get(reverse("approvals"), {"whose": "mine"}).context["rows"]
    every = page.get(reverse("approvals"), {"whose": "all"}).context["rows"]

    assert [row.id for row in own] == [mine.pk]
    assert {row.id for row in every} <= {mine.pk, theirs.pk}


def test_queue_beyond_what_is_read_at_once_goes_on_in_order(
    monkeypatch: pytest.MonkeyPatch, write: Callable[..., Draft], csm: User, now: datetime
) -> None:
    monkeypatch.setattr("config.desk.approvals.HEAD", 3)
    letters = [write(updated_at=now - timedelta(days=days)).pk for days in (1, 5, 3, 2, 4)]
    oldest_first = [letters[place] for place in (1, 4, 2, 3, 0)]

    queue = Queue(csm, mine=True, now=now)

    assert len(queue) == 5
    assert [[row.id for row in queue[start : start + 2]] for start in (0, 2, 4)] == [
        oldest_first[:2],
        oldest_first[2:4],
        oldest_first[4:],
    ]


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("number", "head", "last"),
    [
        (7, ["1–2 of 7 approvals", "Page 1 of 4", "Next"], ["7–7 of 7 approvals", "Previous", "Page 4 of 4"]),
        (8, ["1–2 of more than 7 approvals", "Page 1", "Next"], ["7–8 of 8 approvals", "Previous", "Page 4 of 4"]),
    ],
)
def test_long_queue_is_counted_as_far_as_its_page_needs_it_and_whole_by_api(
    page: Client,
    write: Callable[..., Draft],
    csm: User,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    head: list[str],
    last: list[str],
) -> None:
    monkeypatch.setattr("config.desk.approvals.HEAD", 3)
    monkeypatch.setattr("config.desk.approvals_page.PAGE_SIZE", 2)
    monkeypatch.setattr("customers.queries.paging.MOST_COUNTED", 7)
    monkeypatch.setattr("customers.queries.paging.PlacePage.most", 7)
    letters = [write().pk for _ in range(number)]

    pages = [page.get(reverse("approvals"), {"page": place}) for place in (1, 2, 3, 1_000)]

    assert [words_of_pager(pages[place].content.decode()) for place in (0, -1)] == [head, last]
    assert {row.id for one in pages for row in one.context["rows"]} == set(letters)
    listed = page.get("/api/approvals", headers={"authorization": f"Bearer {key_of(csm)}"}).json()
    assert (listed["count"], len(listed["results"])) == (number, number)


def test_account_of_another_team_is_not_there(page: Client, write: Callable[..., Draft]) -> None:
    stranger = factories.UserFactory.create(team=factories.TeamFactory.create())
    theirs = write(customer=factories.CustomerFactory.create(owner=stranger), sender=stranger)

    listed = page.get(reverse("approvals"), {"whose": "all", "item": theirs.pk})
    refused = answer(page, theirs)

    assert [row.id for row in listed.context["rows"]] == []
    assert listed.context["whole"] is None
    assert refused.status_code == 302
    assert reload(theirs).state == DraftState.DRAFT


def test_yes_lets_it_leave_after_the_moment_to_undo(page: Client, write: Callable[..., Draft], csm: User) -> None:
    draft = write()

    answer(page, draft)

    current = reload(draft)
    assert (current.state, current.approved_by) == (DraftState.QUEUED, csm)
    assert current.not_before == current.approved_at + timedelta(seconds=10)


def test_yes_without_undo_sends_at_once(page: Client, write: Callable[..., Draft]) -> None:
    WorkspaceSettings.objects.update_or_create(defaults={"undo_seconds": 0})
    draft = write()

    answer(page, draft)

    assert CapturedMail.objects.get().draft_id == draft.pk


def test_yes_before_the_planned_day_waits_for_it(
    page: Client, write: Callable[..., Draft], account: Customer, now: datetime
) -> None:
    draft = write(origin_kind=OriginKind.ENGAGE, origin_id=uuid4())
    plan = OutreachPlan.objects.create(
        customer=account,
        renewal_id=uuid4(),
        approach="champion_first",
        pricing_approach=PriceApproach.NO_PRICE,
        deadline=date(2026, 4, 3),
    )
    Touch.objects.create(
        plan=plan,
        key="1",
        kind=TouchKind.EMAIL,
        title="Send",
        wanted_date=date(2026, 3, 9),
        due_date=date(2026, 3, 9),
        draft_id=draft.pk,
    )

    answer(page, draft)

    current = reload(draft)
    assert current.state == DraftState.SCHEDULED
    # Nine o'clock in New York, the day after summer time began there.
    assert current.scheduled_send_date.isoformat() == "2026-03-09T13:00:00+00:00"


def test_edited_meanwhile_is_answered_409_with_what_changed(
    page: Client, write: Callable[..., Draft], csm: User, now: datetime
) -> None:
    seen = write()
    save_draft(seen, version=seen.version, now=now, by=csm, body=TEXT.replace("next week", "in May"))

    refused = answer(page, seen)

    assert refused.status_code == 409
    assert "<ins>in</ins>" in refused.content.decode()
    assert reload(seen).state == DraftState.DRAFT


def test_decided_meanwhile_is_said_and_sends_nothing(
    page: Client, write: Callable[..., Draft], csm: User, now: datetime
) -> None:
    draft = write()
    answer(page, draft, "decline")

    again = page.post(reverse("approval_answer", args=[draft.pk]), {"verdict": "approve", "version": 1}, follow=True)

    assert "can no longer be changed" in again.content.decode()
    assert not CapturedMail.objects.exists()


def test_no_takes_it_away_with_the_reason(page: Client, write: Callable[..., Draft], csm: User) -> None:
    draft = write()

    answer(page, draft, "decline", reason="Too early")

    assert reload(draft).state == DraftState.CANCELLED
    line = Activity.objects.get(verb="draft.declined")
    assert (line.actor, "Too early" in line.summary) == (csm, True)


def test_together_approves_the_harmless_and_leaves_the_rest(page: Client, write: Callable[..., Draft]) -> None:
    plain, claim, promise = write(), write("We saved you $987,654 last year."), write("We guarantee it will work.")

    ticked = [f"{draft.pk}:{draft.version}" for draft in (plain, claim, promise)]
    page.post(reverse("approvals_together"), {"ticked": ticked})

    assert [reload(draft).state for draft in (plain, claim, promise)] == ["queued", "draft", "draft"]


def test_together_refuses_what_was_edited_meanwhile(
    page: Client, write: Callable[..., Draft], csm: User, now: datetime
) -> None:
    seen = write()
    save_draft(seen, version=seen.version, now=now, by=csm, body=TEXT + "\n\nP.S. One more thing.")

    page.post(reverse("approvals_together"), {"ticked": [f"{seen.pk}:{seen.version}", "nonsense", "1:2"]})

    assert reload(seen).state == DraftState.DRAFT


def test_reader_sees_the_queue_and_decides_nothing(client: Client, write: Callable[..., Draft], reader: User) -> None:
    draft = write()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse("approvals")).status_code == 200
    assert answer(client, draft).status_code == 403
    assert reload(draft).state == DraftState.DRAFT


def test_three_cost_no_more_queries_than_one(page: Client, write: Callable[..., Draft]) -> None:
    address = reverse("approvals")
    write()
    page.get(address)
    forget_answers()
    with CaptureQueriesContext(connection) as one:
        page.get(address)
    write(), write()

    with CaptureQueriesContext(connection) as three:
        page.get(address)

    assert len(three) == len(one)


@pytest.mark.parametrize(
    ("price", "reasons", "claims", "expected"),
    [
        (False, (), (), ""),
        (True, (), (), "It states a price."),
        (False, ("It grants a discount.",), (), "It grants a discount."),
        (False, (), ("$5",), "It has claims that are not on record."),
    ],
)
def test_only_what_carries_nothing_is_approved_together(
    price: bool, reasons: tuple[str, ...], claims: tuple[str, ...], expected: str
) -> None:
    assert why_single(states_price=price, lead_reasons=reasons, open_claims=claims) == expected


class TestApi:
    @pytest.fixture
    def bearer(self, csm: User) -> dict[str, str]:
        return {"authorization": f"Bearer {key_of(csm)}"}

    def test_lists_what_waits(self, client: Client, write: Callable[..., Draft], bearer: dict[str, str]) -> None:
        draft = write()

        body = client.get("/api/approvals", headers=bearer).json()

        assert body["count"] == 1
        row = body["results"][0]
        assert (row["id"], row["version"], row["bulk"], row["mayApprove"]) == (str(draft.pk), 1, True, True)

    def test_approves_and_sends(self, client: Client, write: Callable[..., Draft], bearer: dict[str, str]) -> None:
        draft = write()

        answered = client.post(f"/api/approvals/{draft.pk}/approve", {}, "application/json", headers=bearer)

        assert (answered.status_code, answered.json()["status"]) == (200, "sent")
        assert CapturedMail.objects.count() == 1

    def test_stale_version_says_what_changed(
        self, client: Client, write: Callable[..., Draft], bearer: dict[str, str], csm: User, now: datetime
    ) -> None:
        draft = write()
        save_draft(draft, version=1, now=now, by=csm, subject="Another word")

        refused = client.post(f"/api/approvals/{draft.pk}/approve", {"version": 1}, "application/json", headers=bearer)

        assert refused.status_code == 409
        error = refused.json()["error"]
        assert error["code"] == "stale_version"
        assert error["changed"] == [{"field": "subject", "old": "A word", "new": "Another word"}]

    def test_declines(self, client: Client, write: Callable[..., Draft], bearer: dict[str, str]) -> None:
        draft = write()

        answered = client.post(
            f"/api/approvals/{draft.pk}/decline", {"reason": "No"}, "application/json", headers=bearer
        )

        assert (answered.status_code, answered.json()["status"]) == (200, "cancelled")

    def test_sent_one_is_refused(self, client: Client, write: Callable[..., Draft], bearer: dict[str, str]) -> None:
        draft = write()
        path = f"/api/approvals/{draft.pk}/approve"
        client.post(path, {"version": 1}, "application/json", headers=bearer)

        again = client.post(path, {"version": 1}, "application/json", headers=bearer)

        assert again.status_code == 409
        assert CapturedMail.objects.count() == 1

    def test_needs_the_scope_approve(self, client: Client, write: Callable[..., Draft], csm: User) -> None:
        draft = write()
        bearer = {"authorization": f"Bearer {key_of(csm, ('read', 'write'))}"}

        refused = client.post(f"/api/approvals/{draft.pk}/approve", {}, "application/json", headers=bearer)

        assert refused.status_code == 403

    def test_unknown_is_404(self, client: Client, bearer: dict[str, str], db: None) -> None:
        for verb in ("approve", "decline"):
            answered = client.post(f"/api/approvals/{uuid4()}/{verb}", {}, "application/json", headers=bearer)
            assert answered.status_code == 404

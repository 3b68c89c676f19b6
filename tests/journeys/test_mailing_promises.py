"""What a journey's mail must never do: say what is no longer so, or reach whom it must not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from customers.enums import HoldScope, TodoState
from customers.models import Activity, Brake, Customer, Hold, Stakeholder, Todo, User
from emails.enums import DraftState, Purpose, SuppressionCause
from emails.models import CapturedMail, Draft
from emails.queries.checks import judge
from emails.queries.footers import render_draft
from emails.services import outbox
from emails.services.suppression import suppress
from journeys.enums import JourneyKind
from journeys.models import Journey, JourneyMonth
from journeys.rules.effects import SendMail
from journeys.services.mailing import queue_journey_mails
from tests import factories
from tests.journeys.journeying import deliver, make_journey
from tests.journeys.mail_ground import START, Write, account, fresh, journey, sarah, write

__all__ = ["account", "journey", "sarah", "write"]


NASTY = [
    "<b>Bob</b>",
    "{{clientName}}",
    "{% include 'x' %}",
    "[Click]({{progressLink}})",
    "O'Brien \\1",
    "Ann\nBcc: x",
]


@pytest.mark.parametrize("name", NASTY)
def test_names_are_text_and_stay_grounded(
    name: str, account: Customer, sarah: Stakeholder, journey: Journey, write: Write
) -> None:
    Customer.objects.filter(pk=account.pk).update(name=name)
    Stakeholder.objects.filter(pk=sarah.pk).update(name=name)
    User.objects.filter(pk=account.owner_id).update(first_name=name[:100], last_name="")
    deliver(journey, [1, 2], now=journey.started_at)

    draft = fresh(write(JourneyKind.READY))

    shown = render_draft(draft)
    assert [span.text for span in judge(draft).open_spans] == []
    assert len(draft.buttons) == 1
    assert shown.html.count("background:#1c5c45") == 1
    assert "<b>Bob" not in shown.html
    assert "\nBcc" not in draft.body
    assert "Month 2: Brand identity" in draft.body


def test_name_that_is_an_address_makes_no_button_and_asks_a_person(
    sarah: Stakeholder, journey: Journey, write: Write, now: datetime
) -> None:
    Stakeholder.objects.filter(pk=sarah.pk).update(name="[Click](https://evil.example)")

    draft = write()
    outbox.sweep(now=now)

    assert fresh(draft).blocked_by == "facts"
    assert render_draft(fresh(draft)).html.count("background:#1c5c45") == 1


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (JourneyKind.UPCOMING, "delivered"),
        (JourneyKind.UPCOMING, "skipped"),
        (JourneyKind.OVERDUE, "opened"),
        (JourneyKind.OVERDUE, "cancelled"),
        (JourneyKind.READY, "cancelled"),
    ],
)
def test_mail_that_nobody_wants_any_more_is_dropped(
    journey: Journey, write: Write, kind: JourneyKind, change: str, now: datetime
) -> None:
    if kind != JourneyKind.UPCOMING:
        deliver(journey, [1, 2], now=now)
    draft = write(kind)

    if change == "delivered":
        deliver(journey, [2], now=now)
    elif change == "skipped":
        JourneyMonth.objects.filter(journey=journey, number=2).update(skipped_at=now)
    elif change == "opened":
        journey.deliverables.filter(month__number=2).update(opened_at=now)
    else:
        Journey.objects.filter(pk=journey.pk).update(state="cancelled", cancelled_at=now)
    outbox.sweep(now=now)

    draft = fresh(draft)
    assert draft.state == DraftState.CANCELLED
    assert draft.outcome.startswith("Not wanted any more: ")
    assert Activity.objects.filter(verb="draft.dropped", subject_id=draft.pk).count() == 1
    assert not CapturedMail.objects.exists()


def test_completed_journey_keeps_what_it_still_has_to_say(journey: Journey, write: Write, now: datetime) -> None:
    deliver(journey, [1, 2], now=now)
    draft = write(JourneyKind.READY)
    Journey.objects.filter(pk=journey.pk).update(state="completed", completed_at=now)

    outbox.sweep(now=now)

    assert fresh(draft).state == DraftState.SENT


@pytest.mark.parametrize("stop", ["journey", "account", "brake", "unsubscribed", "bounced"])
def test_stopped_contact_gets_nothing(
    account: Customer, sarah: Stakeholder, csm: User, write: Write, stop: str, now: datetime
) -> None:
    draft = write()
    if stop in HoldScope.values:
        Hold.objects.create(customer=account, scope=stop, starts_at=now, set_by=csm)
    elif stop == "brake":
        Brake.objects.create(customer=account, set_at=now, set_by=csm)
    else:
        cause = SuppressionCause.UNSUBSCRIBED if stop == "unsubscribed" else SuppressionCause.HARD_BOUNCE
        suppress(sarah.email, cause=cause, now=now, by=None)

    outbox.sweep(now=now)

    assert fresh(draft).state == DraftState.BLOCKED
    assert not CapturedMail.objects.exists()


@pytest.mark.parametrize("kind", [JourneyKind.PAUSED, JourneyKind.RESUMES_SOON])
@pytest.mark.parametrize(
    ("scopes", "expected"),
    [(["journey"], DraftState.SENT), (["journey", "account"], DraftState.BLOCKED), (["account"], DraftState.BLOCKED)],
)
def test_only_mail_about_the_journeys_hold_passes_it(
    account: Customer, csm: User, write: Write, kind: JourneyKind, scopes: list[str], expected: str, now: datetime
) -> None:
    holds = [
        Hold.objects.create(
            customer=account, scope=scope, starts_at=now, until=now + timedelta(days=14), reason="Move", set_by=csm
        )
        for scope in scopes
    ]

    draft = write(kind, None, f"hold-{holds[0].pk}")
    outbox.sweep(now=now)

    draft = fresh(draft)
    assert (draft.purpose, draft.state) == (Purpose.HOLD_NEWS, expected)
    assert "M2 Brand identity: 20 April 2026" in draft.body  # 6 April and 14 days
    assert judge(draft).open_spans == []


def test_pause_that_is_over_is_not_announced(journey: Journey, now: datetime) -> None:
    assert queue_journey_mails([SendMail(journey.pk, JourneyKind.PAUSED, "hold-1")], now=now) == []


def test_pause_that_ends_before_its_mail_left_drops_it(
    account: Customer, csm: User, write: Write, now: datetime
) -> None:
    hold = Hold.objects.create(customer=account, scope="journey", starts_at=now, set_by=csm)
    draft = write(JourneyKind.PAUSED, None, f"hold-{hold.pk}")
    Hold.objects.filter(pk=hold.pk).update(ended_at=now)

    outbox.sweep(now=now)

    assert fresh(draft).state == DraftState.CANCELLED
    assert "Pause period: 4 March 2026 - open" in draft.body


def test_welcome_back_has_the_dates_of_now(write: Write, now: datetime) -> None:
    draft = fresh(write(JourneyKind.WELCOME_BACK, None, "hold-1"))

    assert "- M1 Business plan: 7 March 2026\n- M2 Brand identity: 6 April 2026" in draft.body
    assert judge(draft).open_spans == []


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([("Ann", {"primary": True}), ("Cleo", {"roles": ["champion"]})], "Ann"),
        ([("Ann", {"primary": True, "email": ""}), ("Cleo", {"roles": ["champion"]})], "Cleo"),
        ([("Ann", {"primary": True, "left_at": datetime(2026, 1, 1).astimezone()}), ("Cleo", {})], "Cleo"),
        ([("Ann", {"roles": ["user"]})], None),
        ([], None),
    ],
)
def test_mail_goes_to_primary_else_champion_else_to_nobody(
    csm: User, lead: User, people: list[tuple[str, dict[str, Any]]], expected: str | None, now: datetime
) -> None:
    account = factories.CustomerFactory.create(owner=csm)
    for name, fields in people:
        factories.StakeholderFactory.create(customer=account, name=f"{name} Berg", **fields)
    journey = make_journey(account, by=lead, now=now, start=START)
    effect = SendMail(journey.pk, JourneyKind.UPCOMING, "month-2", 2)

    made = [*queue_journey_mails([effect], now=now), *queue_journey_mails([effect], now=now)]
    drafts = list(Draft.objects.filter(pk__in=made))
    assert len(made) == len(drafts)

    if expected is not None:
        assert [draft.to_name for draft in drafts] == [f"{expected} Berg"]
        return
    assert drafts == []
    todo = Todo.objects.get()
    assert (todo.owner, todo.state) == (csm, TodoState.OPEN)
    assert "M2 coming soon" in todo.title

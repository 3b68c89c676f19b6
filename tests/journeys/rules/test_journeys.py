"""Each decision of the journey, both sides of each edge."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from journeys.enums import DeliverableState, JourneyKind, JourneyState
from journeys.rules.automations import Decision, Do, Skip, Wait
from journeys.rules.effects import SendMail, SetMonth, StaffNews, TellStaff, WriteDeliverable
from journeys.rules.journeys import DECISIONS, JourneyFacts, MonthFacts, StepFacts, choose_news, decide

JOURNEY_ID = uuid.uuid4()
START = date(2026, 3, 9)
NINE_ON_MONDAY = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DELIVERED: dict[str, Any] = {"deliverable": DeliverableState.DELIVERED, "delivered_at": NINE_ON_MONDAY}


def month(number: int, **fields: Any) -> MonthFacts:
    return MonthFacts(number, f"Title {number}", START + timedelta(days=30 * (number - 1)), **fields)


def journey(*months: MonthFacts, **fields: Any) -> JourneyFacts:
    values: dict[str, Any] = {"state": JourneyState.ACTIVE, "is_plan_approved": True, **fields}
    return JourneyFacts(
        id=JOURNEY_ID,
        customer_id=uuid.uuid4(),
        zone="America/New_York",
        local_time=time(9),
        months=months or tuple(month(number) for number in range(1, 9)),
        **values,
    )


def ask(kind: JourneyKind, facts: JourneyFacts, number: int | None, now: datetime, **payload: Any) -> Decision:
    return decide(kind)(StepFacts(facts, f"month-{number}", number, payload), now)


def effects(decision: Decision) -> tuple[Any, ...]:
    assert not isinstance(decision, Skip)
    return decision.effects


def test_every_kind_has_its_decision() -> None:
    assert set(DECISIONS) == set(JourneyKind)


def test_generate_first_month_with_the_plan_writes() -> None:
    assert ask(JourneyKind.GENERATE, journey(), 1, NINE_ON_MONDAY) == Do(
        "M1 is being written", (WriteDeliverable(JOURNEY_ID, 1),)
    )


def test_generate_first_month_without_the_plan_waits_and_tells() -> None:
    decision = ask(JourneyKind.GENERATE, journey(is_plan_approved=False), 1, NINE_ON_MONDAY)

    assert decision == Wait(
        NINE_ON_MONDAY + DAY,
        "The business plan is not approved.",
        (TellStaff(JOURNEY_ID, StaffNews.PLAN_MISSING, 1),),
    )


def test_generate_second_month_waits_for_the_first() -> None:
    decision = ask(JourneyKind.GENERATE, journey(), 2, NINE_ON_MONDAY)

    assert isinstance(decision, Wait)
    assert decision.reason == "M1 is not delivered."
    assert decision.effects == (TellStaff(JOURNEY_ID, StaffNews.PREVIOUS_OPEN, 2),)


@pytest.mark.parametrize(
    "months",
    [
        (month(1, **DELIVERED), month(2)),
        (month(1, is_skipped=True), month(2)),
        (month(1, **DELIVERED), month(2), month(3, is_skipped=True)),
    ],
)
def test_generate_second_month_is_free(months: tuple[MonthFacts, ...]) -> None:
    assert effects(ask(JourneyKind.GENERATE, journey(*months), 2, NINE_ON_MONDAY)) == (WriteDeliverable(JOURNEY_ID, 2),)


def test_generate_after_skipped_first_month_needs_the_plan() -> None:
    facts = journey(month(1, is_skipped=True), month(2), is_plan_approved=False)

    assert isinstance(ask(JourneyKind.GENERATE, facts, 2, NINE_ON_MONDAY), Wait)


def test_generate_forced_waits_for_nothing() -> None:
    facts = journey(is_plan_approved=False)

    for number in (1, 4):
        forced = ask(JourneyKind.GENERATE, facts, number, NINE_ON_MONDAY, force=True)
        assert effects(forced) == (WriteDeliverable(JOURNEY_ID, number),)


@pytest.mark.parametrize("state", DeliverableState)
def test_generate_what_is_there_already_is_left(state: DeliverableState) -> None:
    delivered = NINE_ON_MONDAY if state == DeliverableState.DELIVERED else None
    facts = journey(month(1, deliverable=state, delivered_at=delivered))

    assert ask(JourneyKind.GENERATE, facts, 1, NINE_ON_MONDAY) == Skip("Its deliverable is there already.")


@pytest.mark.parametrize("kind", [JourneyKind.GENERATE, JourneyKind.UPCOMING, JourneyKind.OVERDUE, JourneyKind.READY])
def test_nothing_of_a_skipped_month_or_a_cancelled_journey(kind: JourneyKind) -> None:
    assert ask(kind, journey(month(1, is_skipped=True)), 1, NINE_ON_MONDAY) == Skip("M1 is skipped.")
    cancelled = journey(state=JourneyState.CANCELLED)
    assert ask(kind, cancelled, 1, NINE_ON_MONDAY) == Skip("The journey was cancelled.")
    assert isinstance(ask(kind, journey(month(1)), 9, NINE_ON_MONDAY), Skip)


def test_upcoming_goes_until_the_day_itself() -> None:
    last = NINE_ON_MONDAY - timedelta(seconds=1)

    assert effects(ask(JourneyKind.UPCOMING, journey(), 1, last)) == (
        SendMail(JOURNEY_ID, JourneyKind.UPCOMING, "month-1", 1),
    )
    assert ask(JourneyKind.UPCOMING, journey(), 1, NINE_ON_MONDAY) == Skip("Its day has come.")
    early = journey(month(1, **DELIVERED))
    assert ask(JourneyKind.UPCOMING, early, 1, last) == Skip("It is delivered already.")


def test_overdue_before_delivery_nudges_the_reviewer_and_goes_on_waiting() -> None:
    decision = ask(JourneyKind.OVERDUE, journey(), 1, NINE_ON_MONDAY + 3 * DAY)

    assert isinstance(decision, Wait)
    assert decision.until == NINE_ON_MONDAY + 4 * DAY
    assert decision.effects == (TellStaff(JOURNEY_ID, StaffNews.NOT_RELEASED, 1),)


@pytest.mark.parametrize(("kind", "days"), [(JourneyKind.OVERDUE, 3), (JourneyKind.ESCALATE, 7)])
def test_unopened_counts_from_delivery(kind: JourneyKind, days: int) -> None:
    facts = journey(month(1, **DELIVERED))
    wanted = NINE_ON_MONDAY + days * DAY

    early = ask(kind, facts, 1, wanted - timedelta(seconds=1))
    assert isinstance(early, Wait)
    assert early.until == wanted
    assert isinstance(ask(kind, facts, 1, wanted), Do)
    opened = journey(month(1, **DELIVERED, opened_at=NINE_ON_MONDAY + DAY))
    assert ask(kind, opened, 1, wanted) == Skip("It has been opened.")


def test_overdue_writes_to_the_client_and_escalation_to_staff() -> None:
    facts, late = journey(month(1, **DELIVERED)), NINE_ON_MONDAY + 7 * DAY

    assert effects(ask(JourneyKind.OVERDUE, facts, 1, late)) == (
        SendMail(JOURNEY_ID, JourneyKind.OVERDUE, "month-1", 1),
    )
    assert effects(ask(JourneyKind.ESCALATE, facts, 1, late)) == (TellStaff(JOURNEY_ID, StaffNews.NOT_OPENED, 1),)


def test_escalation_before_delivery_waits_and_tells_nobody() -> None:
    decision = ask(JourneyKind.ESCALATE, journey(), 1, NINE_ON_MONDAY + 7 * DAY)

    assert isinstance(decision, Wait)
    assert decision.effects == ()


@pytest.mark.parametrize("state", DeliverableState)
def test_revision_is_reminded_of_only_while_it_waits(state: DeliverableState) -> None:
    delivered = NINE_ON_MONDAY if state == DeliverableState.DELIVERED else None
    decision = ask(
        JourneyKind.REVISION, journey(month(1, deliverable=state, delivered_at=delivered)), 1, NINE_ON_MONDAY
    )

    if state == DeliverableState.REJECTED:
        assert effects(decision) == (TellStaff(JOURNEY_ID, StaffNews.REVISION_WAITS, 1),)
    else:
        assert decision == Skip("It has been revised.")


def test_status_sets_the_month() -> None:
    assert effects(ask(JourneyKind.STATUS, journey(), 2, NINE_ON_MONDAY)) == (SetMonth(JOURNEY_ID, 2),)


@pytest.mark.parametrize(
    ("kind", "is_held", "goes"),
    [
        (JourneyKind.PAUSED, True, True),
        (JourneyKind.PAUSED, False, False),
        (JourneyKind.RESUMES_SOON, True, True),
        (JourneyKind.RESUMES_SOON, False, False),
        (JourneyKind.WELCOME_BACK, False, True),
        (JourneyKind.WELCOME_BACK, True, False),
    ],
)
def test_news_of_a_hold_only_while_it_is_so(kind: JourneyKind, is_held: bool, goes: bool) -> None:
    facts = journey(held_since=NINE_ON_MONDAY if is_held else None)

    assert isinstance(ask(kind, facts, None, NINE_ON_MONDAY), Do if goes else Skip)


@pytest.mark.parametrize("kind", [JourneyKind.HALFWAY, JourneyKind.COMPLETED])
def test_milestone_too_late_to_congratulate_still_says_that_it_is_ready(kind: JourneyKind) -> None:
    facts = StepFacts(journey(), "month-4", 4, {}, NINE_ON_MONDAY)

    assert effects(decide(kind)(facts, NINE_ON_MONDAY + 2 * DAY)) == (SendMail(JOURNEY_ID, kind, "month-4", 4),)
    late = NINE_ON_MONDAY + 2 * DAY + timedelta(seconds=1)
    assert effects(decide(kind)(facts, late)) == (SendMail(JOURNEY_ID, JourneyKind.READY, "month-4", 4),)
    two_mails = facts._replace(journey=replace(facts.journey, celebrates_apart=True))
    assert decide(kind)(two_mails, late) == Skip("It is too late to congratulate.")


@pytest.mark.parametrize(
    ("done", "skipped", "number", "news"),
    [
        (0, (), 1, JourneyKind.READY),
        (2, (), 3, JourneyKind.READY),
        (3, (), 4, JourneyKind.HALFWAY),
        (4, (), 5, JourneyKind.READY),
        (6, (), 7, JourneyKind.READY),
        (7, (), 8, JourneyKind.COMPLETED),
        (2, (7, 8), 3, JourneyKind.HALFWAY),
        (6, (8,), 7, JourneyKind.COMPLETED),
        (0, (), 8, JourneyKind.READY),
    ],
)
def test_news_of_a_delivery(done: int, skipped: tuple[int, ...], number: int, news: JourneyKind) -> None:
    months = tuple(month(n, is_skipped=n in skipped, **(DELIVERED if n <= done else {})) for n in range(1, 9))

    assert choose_news(journey(*months), number) == (news,)
    two = JourneyKind.CELEBRATE if news == JourneyKind.READY else news
    assert choose_news(journey(*months, celebrates_apart=True), number) == (JourneyKind.READY, two)

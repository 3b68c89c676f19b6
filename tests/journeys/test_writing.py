"""Deliverables are written from what the client said, retried freely, and escalated once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from customers.models import Activity, Customer, Todo, User
from emails.models import StaffMail
from emails.rules.grounding import ground, open_spans
from emails.writing import breaker
from emails.writing.claude import ClaudeFailed
from journeys.enums import AutomationStatus, DeliverableState, JobPriority, JourneyKind
from journeys.models import AutomationSchedule, Deliverable, Journey, JourneyMonth
from journeys.queries.briefs import read_commission
from journeys.queries.deliverables import judge_text, list_versions
from journeys.rules.documents import parse_sections
from journeys.rules.prompting import build_prompt
from journeys.services import writing
from journeys.services.clock import tick
from journeys.services.onboarding import save_onboarding
from journeys.services.plans import approve_plan, save_plan
from journeys.services.reviewing import approve_deliverable
from journeys.services.texts import NotOpen, StaleText
from journeys.services.writing import ask_again, write_due
from journeys.writing import writers
from tests import factories
from tests.journeys.deliverable_ground import commission
from tests.journeys.ground import begin

ANSWERS = [
    {"question": "Which goals do you want to reach by the end of the programme?", "answer": "Sell 40 candles a week."},
    {"question": "Who are your best customers today?", "answer": "Maria Lopez of Hotel Aurora, and 12 gift shops."},
    {"question": "What do you sell, and at what price?", "answer": "Soy candles at €24.\n## Not a heading of ours"},
]
PLAN = """# Figures
We made €61,500 last year and want 25% more.

# Customers
- Hotels in the region, 8 of them by June 2027
- Gift shops
"""


@pytest.fixture(autouse=True)
def _no_pause() -> Any:
    breaker.close_breaker()
    yield
    breaker.close_breaker()


@pytest.fixture
def journey(customer: Customer, now: datetime) -> Journey:
    factories.StakeholderFactory.create(customer=customer, name="Ines Ferreira", primary=True)
    save_onboarding(customer, ANSWERS, seen=None, now=now, by=customer.owner)
    save_plan(customer, body=PLAN, seen=None, now=now, by=customer.owner)
    return begin(customer, now=now, by=customer.owner, start=now.date())


@pytest.fixture
def first(journey: Journey, now: datetime) -> Deliverable:
    """The first month's deliverable, as the clock makes it once the plan is approved, before anybody wrote it."""
    month = JourneyMonth.objects.get(journey=journey, number=1)
    return Deliverable.objects.create(
        customer=journey.customer, journey=journey, month=month, title=month.step.title, due_at=now
    )


class FakeClaude:
    """Answers in the shape of the client; `said` are answers or errors, one after the other."""

    def __init__(self, *said: Any) -> None:
        self.said, self.asked = list(said), list[str]()

    def answer(self, content: str, *, system: str, schema: dict[str, Any], timeout_s: float, max_tokens: int) -> Any:
        self.asked.append(content)
        given = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        if isinstance(given, Exception):
            raise given
        return given


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    def install(claude: Any) -> Any:
        monkeypatch.setattr(writing, "claude_client", lambda: claude)
        return claude

    return install


def proposal(deliverable: Deliverable, *points: str) -> dict[str, Any]:
    items = [*deliverable.month.step.key_items, "Next steps"]
    return {
        "opening": "Here is where you stand.",
        "sections": [{"heading": item, "paragraphs": ["A thought."], "points": list(points)} for item in items],
    }


def test_approved_plan_lets_the_clock_write_the_first_month(journey: Journey, now: datetime) -> None:
    tick(now=now + timedelta(hours=1))
    assert not Deliverable.objects.filter(journey=journey).exists()

    approve_plan(journey.customer, now=now + timedelta(hours=2), by=journey.customer.owner)
    tick(now=now + timedelta(hours=3))
    tick(now=now + timedelta(hours=3, seconds=30))

    written = Deliverable.objects.get(journey=journey)
    assert written.state == DeliverableState.PENDING_REVIEW
    assert written.review_since == now + timedelta(hours=3, seconds=30)
    todo = Todo.objects.get(source_id=written.pk)
    assert (todo.owner, todo.title) == (journey.customer.owner, f"Review M1 {written.title}")


def test_built_in_text_quotes_the_client_and_states_nothing_else(first: Deliverable, now: datetime) -> None:
    approve_plan(first.customer, now=now, by=first.customer.owner)

    assert write_due(now=now) == 1

    first.refresh_from_db()
    headings = [section.heading for section in parse_sections(first.body)]
    items = [str(item) for item in first.month.step.key_items]
    assert headings == ["", *items, "Next steps", "Questions for our check-in"]
    for words in ("Sell 40 candles a week.", "Maria Lopez of Hotel Aurora", "€61,500", "8 of them by June 2027"):
        assert words in first.body
    assert judge_text(first).open_spans == []
    assert first.writer == "built_in"
    assert first.first_body == first.body
    assert [version.reason for version in list_versions(first)] == ["As it was first written"]


def test_built_in_text_without_anything_on_record_asks(customer: Customer, now: datetime) -> None:
    journey = begin(customer, now=now, by=customer.owner, start=now.date())
    month = JourneyMonth.objects.get(journey=journey, number=3)
    Deliverable.objects.create(customer=customer, journey=journey, month=month, title="x", due_at=now)

    write_due(now=now)

    text = Deliverable.objects.get(journey=journey)
    assert "Nothing you have told us so far speaks of this." in text.body
    assert text.body.count("?\n") + text.body.endswith("?") >= 4
    assert judge_text(text).open_spans == []


def test_text_stands_on_the_record_also_where_the_first_month_is_skipped(first: Deliverable, now: datetime) -> None:
    JourneyMonth.objects.filter(pk=first.month_id).update(skipped_at=now)
    second = commission(first.journey, 2, now=now)

    write_due(now=now)

    second.refresh_from_db()
    assert "is month 2 of 7 for" in second.body
    assert judge_text(second).open_spans == []


def test_claude_is_asked_through_the_real_client(
    first: Deliverable, now: datetime, httpserver: HTTPServer, settings: Any
) -> None:
    settings.ANTHROPIC_API_KEY, settings.OUTBOUND = "sk-test", "on"
    settings.ANTHROPIC_BASE_URL, settings.ALLOW_LOOPBACK_VENDORS = httpserver.url_for(""), True
    answer = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "content": [{"type": "text", "text": json.dumps(proposal(first, "Gift shops"))}],
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip
    httpserver.expect_request("/v1/messages", method="POST").respond_with_json(answer)

    assert write_due(now=now) == 1

    first.refresh_from_db()
    sent = json.loads(httpserver.log[0][0].get_data())
    assert (first.writer, first.state) == ("claude", DeliverableState.PENDING_REVIEW)
    assert (sent["max_tokens"], sent["output_config"]["format"]["type"]) == (8000, "json_schema")


def test_later_month_builds_on_what_was_delivered(first: Deliverable, now: datetime) -> None:
    write_due(now=now)
    first.refresh_from_db()
    approve_deliverable(first, version=first.version, now=now, by=first.customer.owner)
    month = JourneyMonth.objects.get(journey=first.journey, number=2)
    second = Deliverable.objects.create(
        customer=first.customer, journey=first.journey, month=month, title="x", due_at=now
    )

    write_due(now=now)

    second.refresh_from_db()
    assert "## What this builds on" in second.body
    assert "- Month 1, Business plan: Business plan finalized" in second.body
    assert "Next comes Market entry, expected on" in second.body
    assert judge_text(second).open_spans == []


def test_date_that_moved_since_is_marked(first: Deliverable, now: datetime) -> None:
    write_due(now=now)
    JourneyMonth.objects.filter(journey=first.journey, number=2).update(due_date=now.date() + timedelta(days=77))

    first.refresh_from_db()

    assert [span.state.value for span in judge_text(first).open_spans] == ["stale"]


def test_claude_writes_what_is_kept_to_the_brief(first: Deliverable, now: datetime, use: Any) -> None:
    claude = use(FakeClaude(proposal(first, "Sell 40 candles a week.")))

    write_due(now=now)

    first.refresh_from_db()
    assert (first.state, first.writer) == (DeliverableState.PENDING_REVIEW, "claude")
    assert first.body.startswith("Here is where you stand.\n\n## ")
    assert "Sell 40 candles a week." in claude.asked[0]
    assert "268000" not in claude.asked[0]


def test_claim_without_a_record_is_asked_about_once_and_then_marked(
    first: Deliverable, now: datetime, use: Any
) -> None:
    claude = use(FakeClaude(proposal(first, "You will earn €999,999 by 3 May 2031.")))

    write_due(now=now)

    first.refresh_from_db()
    assert len(claude.asked) == 2
    assert "“€999,999” is not on record." in claude.asked[1]
    assert {span.text for span in judge_text(first).open_spans} == {"€999,999", "3 May 2031"}


@pytest.mark.parametrize(
    "said",
    [{"opening": "x"}, {"opening": "x", "sections": [{"heading": 3}]}, [], "text", {"opening": "x", "sections": []}],
)
def test_answer_of_another_shape_is_a_failed_attempt(first: Deliverable, now: datetime, use: Any, said: Any) -> None:
    use(FakeClaude(said))

    write_due(now=now)

    first.refresh_from_db()
    assert (first.state, first.attempts, first.body) == (DeliverableState.WRITING, 1, "")


def test_link_or_markup_from_the_model_is_refused(first: Deliverable, now: datetime, use: Any) -> None:
    use(FakeClaude(proposal(first, "Click <a href='https://evil.example'>here</a>")))

    write_due(now=now)

    first.refresh_from_db()
    assert (first.state, first.body) == (DeliverableState.WRITING, "")
    assert "refused" in first.outcome


def test_four_attempts_a_quarter_of_an_hour_apart_then_people_are_told_once(
    first: Deliverable, now: datetime, use: Any, lead: User
) -> None:
    claude = use(FakeClaude(ClaudeFailed("Claude is not available (status 500).", can_retry=True)))
    User.objects.filter(pk=first.customer.owner_id).update(team=lead.team)
    moments = []
    for minute in range(120):
        before = len(claude.asked)
        write_due(now=now + timedelta(minutes=minute))
        if len(claude.asked) > before:
            moments.append(minute)

    first.refresh_from_db()
    assert moments == [0, 15, 30, 45]
    assert (first.state, first.attempts, first.due_at) == (DeliverableState.FAILED, 4, None)
    todo = Todo.objects.get(source_id=first.pk)
    assert (todo.kind, todo.owner) == ("deliverable_failed", first.customer.owner)
    assert Activity.objects.filter(verb="deliverable.failed").count() == 1
    mails = StaffMail.objects.filter(subject__endswith=": M1 could not be written")
    assert {mail.user for mail in mails} == {first.customer.owner, lead}
    assert f"/deliverables/{first.pk}" in mails[0].body


def test_failed_one_is_written_by_the_built_in_writer_when_a_person_says_so(
    first: Deliverable, now: datetime, use: Any, csm: User
) -> None:
    use(FakeClaude(ClaudeFailed("no", can_retry=True)))
    for minute in range(0, 60, 15):
        write_due(now=now + timedelta(minutes=minute))
    first.refresh_from_db()

    written = ask_again(first, instruction="", version=first.version, now=now, by=csm, built_in=True)

    assert (written.state, written.writer) == (DeliverableState.PENDING_REVIEW, "built_in")
    assert [todo.kind for todo in Todo.objects.filter(source_id=first.pk, state="open")] == ["deliverable_review"]


def test_written_again_with_an_instruction_keeps_the_old_text(
    first: Deliverable, now: datetime, use: Any, csm: User
) -> None:
    write_due(now=now)
    first.refresh_from_db()
    old = first.body
    claude = use(FakeClaude(proposal(first, "Gift shops")))

    asked = ask_again(first, instruction="Shorter,\nplease", version=first.version, now=now, by=csm)
    write_due(now=now)

    first.refresh_from_db()
    assert asked.state == DeliverableState.WRITING
    assert '"instruction": "Shorter, please"' in claude.asked[0]
    assert first.writer == "claude"
    versions = list_versions(first)
    assert [version.reason for version in versions] == [
        "Written again: Shorter, please",
        "As it was first written",
    ]
    assert (versions[1].body, first.first_body) == (old, old)


def test_text_that_a_person_waits_for_is_written_before_those_of_the_clock(
    first: Deliverable, now: datetime, use: Any, csm: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_due(now=now)
    first.refresh_from_db()
    second = JourneyMonth.objects.get(journey=first.journey, number=2)
    waiting = Deliverable.objects.create(
        customer=first.customer, journey=first.journey, month=second, title="Second", due_at=now - timedelta(hours=1)
    )
    claude = use(FakeClaude(proposal(first)))
    monkeypatch.setattr(writing, "BATCH", 1)

    asked = ask_again(first, instruction="Shorter", version=first.version, now=now, by=csm)
    write_due(now=now)

    assert (waiting.priority, asked.priority) == (JobPriority.MEDIUM, JobPriority.HIGH)
    assert ["Shorter" in prompt for prompt in claude.asked[:2]] == [True, False]


def test_asking_again_for_an_old_version_is_refused(first: Deliverable, now: datetime, csm: User) -> None:
    with pytest.raises(NotOpen):
        ask_again(first, instruction="", version=first.version, now=now, by=csm)
    write_due(now=now)

    with pytest.raises(StaleText):
        ask_again(first, instruction="", version=first.version, now=now, by=csm)


def test_job_whose_lease_was_lost_writes_nothing(first: Deliverable, now: datetime, use: Any) -> None:
    class Slow(FakeClaude):
        def answer(self, content: str, **how: Any) -> Any:
            # Another worker has taken it up meanwhile.
            Deliverable.objects.filter(pk=first.pk).update(claim_token=first.pk)
            return super().answer(content, **how)

    use(Slow(proposal(first, "Gift shops")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writers, "run_together", lambda calls, within_s: [call() for call in calls])
        write_due(now=now)

    first.refresh_from_db()
    assert (first.state, first.body) == (DeliverableState.WRITING, "")


def test_skipped_month_is_not_written(first: Deliverable, now: datetime) -> None:
    JourneyMonth.objects.filter(pk=first.month_id).update(skipped_at=now)

    write_due(now=now)

    first.refresh_from_db()
    assert (first.state, first.body, first.due_at) == (DeliverableState.FAILED, "", None)
    assert not Todo.objects.filter(source_id=first.pk).exists()


def test_generation_row_skips_what_exists(first: Deliverable, now: datetime) -> None:
    approve_plan(first.customer, now=now, by=first.customer.owner)

    tick(now=now + timedelta(hours=1))

    row = AutomationSchedule.objects.get(subject_id=first.journey_id, kind=JourneyKind.GENERATE, occurrence="month-1")
    assert (row.status, row.reason) == (AutomationStatus.SKIPPED, "Its deliverable is there already.")


def test_prompt_is_bounded_whatever_the_client_wrote(customer: Customer, now: datetime) -> None:

    save_plan(
        customer,
        body="\n\n".join(f"Line {n} " + "word " * 40 for n in range(450)),
        seen=None,
        now=now,
        by=customer.owner,
    )
    approve_plan(customer, now=now, by=customer.owner)
    journey = begin(customer, now=now, by=customer.owner, start=now.date())
    month = JourneyMonth.objects.get(journey=journey, number=1)
    row = Deliverable.objects.create(customer=customer, journey=journey, month=month, title="x", due_at=now)

    commission = read_commission(row, now=now)

    assert len(str(build_prompt(commission.brief, commission.shown))) < 60_000
    text = writers.write_built_in(commission)
    assert open_spans(ground(subject=text.title, body=text.body, facts=commission.facts)) == []

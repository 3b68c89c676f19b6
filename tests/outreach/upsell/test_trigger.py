"""The letter of a run is about the metric that started it, as the alert told it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from customers.models import Activity, Customer, Todo, UsageSample, User
from emails.queries.checks import judge
from outreach.models import UpsellIntroduction, UpsellRun
from outreach.services.upsell.starting import start_run
from tests.outreach.expanding import use
from tests.outreach.upsell.conftest import mail_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]
Come = Callable[..., UpsellRun]


@pytest.fixture
def untold(account: Customer) -> Customer:
    """The account, whose trade volume is on no record of ours."""
    UsageSample.objects.filter(customer=account, metric="trade_volume").delete()
    return account


def usage_lines(body: str) -> list[str]:
    return [line for line in body.splitlines() if line.startswith("- ") and " in use" in line and "room" not in line]


def test_letter_is_about_what_the_alert_told(untold: Customer, alert: Come, move: Come) -> None:
    run = move(alert())

    draft = mail_of(run)
    assert usage_lines(draft.body)[0] == "- Trade volume: 150 of 100 in use (150%)"
    assert "with trade volume you have gone past what your Professional plan allows" in draft.body
    assert "trade volume" in draft.subject
    assert judge(draft).open_spans == []
    used = next(fact for fact in judge(draft).facts if fact.key == "expansion.1.used")
    assert (used.kind, used.id, used.display) == ("usage_alert", str(run.alert_id), "150")
    assert (used.label, used.url) == ("Present trade volume, as the alert told", f"/upsell-runs/{run.pk}")
    introduction = UpsellIntroduction.objects.get(run=run)
    assert (introduction.framing, introduction.reasons[0]) == ("problem_solving", "150 % of trade volume is used.")


def test_alert_of_growth_without_a_limit_is_planned_for(untold: Customer, alert: Come, move: Come) -> None:
    run = move(alert(threshold=None))

    draft = mail_of(run)
    assert usage_lines(draft.body)[0] == "- Trade volume: 150 in use"
    assert "more and more of what we do together, trade volume above all" in draft.body
    assert UpsellIntroduction.objects.get(run=run).framing == "proactive"
    assert judge(draft).open_spans == []


def test_metric_that_tells_nothing_else_is_named_all_the_same(untold: Customer, alert: Come, move: Come) -> None:
    UsageSample.objects.filter(customer=untold).delete()
    Customer.objects.filter(pk=untold.pk).update(health_score=60)

    draft = mail_of(move(alert(threshold=None, trend="")))

    assert usage_lines(draft.body) == ["- Trade volume: 150 in use"]


def test_newer_reading_of_ours_goes_before_the_alert(account: Customer, alert: Come, move: Come, now: datetime) -> None:
    run = alert()
    UsageSample.objects.create(customer=account, metric="trade_volume", value=180, limit=200, at=now)

    draft = mail_of(move(run))

    assert usage_lines(draft.body)[0].startswith("- Trade volume: 180 of 200 in use (90%)")


def test_reading_that_overtakes_the_alert_stops_the_letter(
    untold: Customer, alert: Come, move: Come, now: datetime
) -> None:
    draft = mail_of(move(alert()))
    assert judge(draft).changed == ()

    later = now + timedelta(hours=1)
    UsageSample.objects.create(customer=untold, metric="trade_volume", value=170, limit=100, at=later)

    changed = {(one.label, one.old, one.now) for one in judge(draft).changed}
    assert ("Present trade volume, as the alert told", "150", "170") in changed


def test_run_that_a_person_started_speaks_of_its_metric_first(account: Customer, csm: User, now: datetime) -> None:
    from outreach.services.upsell import stepping

    use(account, "seats", 40, 45, limit=100, now=now)
    run = start_run(account, event_id="mine", metric="seats", now=now, by=csm).run
    stepping.sweep(now)

    lines = usage_lines(mail_of(run).body)
    assert lines[0].startswith("- Seats: 45 of 100 in use (45%)") and len(lines) == 3


def test_plan_of_the_run_weighs_its_metric(untold: Customer, alert: Come, move: Come) -> None:
    run = move(alert())

    plan = run.steps.get(name="ask_claude_for_plan").output
    assert plan["justification"].startswith("150 of 100 trade volume are used")


def test_people_read_of_the_metric_in_plain_words(untold: Customer, alert: Come) -> None:
    alert(metricType="api_calls", value=1500)

    texts = [*Todo.objects.values_list("title", "detail"), *Activity.objects.values_list("summary", "actor_name")]
    said = " ".join(part for pair in texts for part in pair)
    assert "API calls 1,500" in said and "api_calls" not in said

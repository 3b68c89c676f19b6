"""Onboarding and business plan: versions, nothing overwritten, files that are what they say, M1 released."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from customers.models import Activity, Customer, User
from journeys.enums import JourneyKind
from journeys.models import BusinessPlan, Onboarding
from journeys.queries.plans import approved_plan, last_plan, plan_lines
from journeys.rules.onboarding import QUESTIONS, with_questions
from journeys.rules.plan_files import MOST_FILE_BYTES, UnfitFile, read_plan_file
from journeys.services.clock import tick
from journeys.services.onboarding import StaleNumber, save_onboarding
from journeys.services.plans import NoPlan, approve_plan, save_plan
from tests.journeys.deliverable_ground import start
from tests.journeys.ground import row

ONE = [{"question": QUESTIONS[0], "answer": "Candles"}]


def test_each_save_is_a_version_and_the_same_again_is_none(customer: Customer, now: datetime, csm: User) -> None:
    save_onboarding(customer, ONE, seen=0, now=now, by=csm)
    save_onboarding(customer, ONE, seen=0, now=now, by=csm)
    save_onboarding(customer, [{**ONE[0], "answer": "Soap"}], seen=1, now=now, by=csm)

    rows = Onboarding.objects.filter(customer=customer).order_by("number")
    assert [(one.number, one.answers[0]["answer"]) for one in rows] == [(1, "Candles"), (2, "Soap")]


def test_newer_answers_are_not_overwritten(customer: Customer, now: datetime, csm: User) -> None:
    save_onboarding(customer, ONE, seen=0, now=now, by=csm)

    with pytest.raises(StaleNumber):
        save_onboarding(customer, [{**ONE[0], "answer": "Soap"}], seen=0, now=now, by=csm)


@pytest.mark.parametrize(
    ("answers", "place"),
    [
        ([{"question": " ", "answer": "x"}], "answers.0.question"),
        ([{"question": "q" * 301, "answer": "x"}], "answers.0.question"),
        ([*ONE, *ONE], "answers.1.question"),
        ([{"question": "q", "answer": "x" * 5001}], "answers.0.answer"),
        ([{"question": f"q{n}", "answer": ""} for n in range(41)], "answers"),
    ],
)
def test_answers_that_do_not_fit_are_named_by_place(
    customer: Customer, now: datetime, csm: User, answers: list[dict[str, str]], place: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        save_onboarding(customer, answers, seen=None, now=now, by=csm)

    assert list(refused.value.message_dict) == [place]
    assert not Onboarding.objects.exists()


def test_our_questions_are_asked_until_they_are_answered() -> None:
    rows = with_questions([{"question": "Why?", "answer": "So."}, {"question": QUESTIONS[3], "answer": "Soap"}])

    assert [one["question"] for one in rows] == [*QUESTIONS, "Why?"]
    assert rows[3]["answer"] == "Soap"


def test_approval_releases_the_first_month_at_once(customer: Customer, now: datetime, csm: User) -> None:
    journey = start(customer, now=now)
    tick(now=now + timedelta(hours=1))
    assert row(journey, JourneyKind.GENERATE, 1).trigger_at > now + timedelta(hours=2)
    save_plan(customer, body="Sell soap.", seen=0, now=now, by=csm)
    later = now + timedelta(hours=2)

    approve_plan(customer, number=1, now=later, by=csm)

    assert row(journey, JourneyKind.GENERATE, 1).trigger_at == later
    assert (approved_plan(customer) or BusinessPlan()).approved_by == csm


def test_approved_again_it_is_one_approval(customer: Customer, now: datetime, csm: User, lead: User) -> None:
    save_plan(customer, body="Sell soap.", seen=0, now=now, by=csm)

    for by in (csm, lead):
        approve_plan(customer, now=now, by=by)

    assert Activity.objects.filter(verb="plan.approved").count() == 1
    assert (approved_plan(customer) or BusinessPlan()).approved_by == csm


def test_new_version_waits_while_the_approved_one_goes_on_counting(
    customer: Customer, now: datetime, csm: User
) -> None:
    save_plan(customer, body="One", seen=0, now=now, by=csm)
    approve_plan(customer, number=1, now=now, by=csm)
    save_plan(customer, body="Two", seen=1, now=now, by=csm)

    assert (approved_plan(customer) or BusinessPlan()).body == "One"
    with pytest.raises(StaleNumber):
        approve_plan(customer, number=1, now=now, by=csm)


def test_without_a_plan_there_is_nothing_to_approve(customer: Customer, now: datetime, csm: User) -> None:
    with pytest.raises(NoPlan):
        approve_plan(customer, now=now, by=csm)


def test_text_file_is_kept_and_read(customer: Customer, now: datetime, csm: User) -> None:
    file = read_plan_file("plan.md", "\ufeff# Ziele\r\n- Mehr Gäste".encode())

    save_plan(customer, body="", file=file, seen=0, now=now, by=csm)

    plan = BusinessPlan.objects.get(customer=customer)
    assert (plan.body, plan.file_name, plan.content_type) == ("# Ziele\n- Mehr Gäste", "plan.md", "text/markdown")
    assert bytes(plan.content) == file.content
    assert [(line.heading, line.text) for line in plan_lines(last_plan(customer))] == [("Ziele", "Mehr Gäste")]


def test_file_goes_along_until_it_is_left_out(customer: Customer, now: datetime, csm: User) -> None:
    pdf = read_plan_file("plan.pdf", b"%PDF-1.7 x")
    save_plan(customer, body="", file=pdf, seen=0, now=now, by=csm)
    kept = save_plan(customer, body="In words", seen=1, now=now, by=csm)
    dropped = save_plan(customer, body="In words", keeps_file=False, seen=2, now=now, by=csm)

    assert (kept.file_name, bytes(kept.content)) == ("plan.pdf", pdf.content)
    assert (dropped.number, dropped.file_name, bytes(dropped.content)) == (3, "", b"")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plan.exe", b"MZ", "is taken"),
        ("plan", b"text", "is taken"),
        ("plan.pdf", b"<html>", "not what its name says"),
        ("plan.docx", b"%PDF-", "not what its name says"),
        ("plan.txt", b"", "empty"),
        ("plan.txt", b"a\x00b\xff", "no text"),
        ("plan.txt", b"a" * 100_001, "at most 100,000"),
        ("plan.pdf", b"%PDF-" + b"x" * MOST_FILE_BYTES, "at most 5 MB"),
    ],
)
def test_file_that_is_not_taken_says_why(name: str, content: bytes, said: str) -> None:
    with pytest.raises(UnfitFile, match=said):
        read_plan_file(name, content)


def test_plan_without_words_and_file_is_refused(customer: Customer, now: datetime, csm: User) -> None:
    with pytest.raises(ValidationError):
        save_plan(customer, body=" \n", seen=None, now=now, by=csm)
